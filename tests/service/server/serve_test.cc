// The server as a process, for what only signals show; the API and reloads are tested end to end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/server/server.h"
#include "tests/service/store/temp_dir.h"

namespace leadgrade::server {
namespace {

using ::testing::HasSubstr;

// The first argument of a process that a test starts; the rules and the data follow.
constexpr char kServe[] = "--serve";
constexpr char kSales[] = LEADGRADE_SOURCE_DIR "/rules/sales";

ServerOptions OnFreePorts(const std::string& rules, const std::string& data) {
  ServerOptions options;
  options.rules_dir = rules;
  options.data_dir = data;
  options.grpc_address = "127.0.0.1:0";
  options.http_address = "127.0.0.1:0";
  return options;
}

class ServerProcess {
 public:
  ServerProcess(const std::string& rules, const std::string& data) {
    int out[2];
    int err[2];
    EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(err, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    std::string arguments[] = {"leadgrade", kServe, rules, data};
    char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                    arguments[3].data(), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    close(err[1]);
    out_ = out[0];
    err_ = err[0];
  }
  ~ServerProcess() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(out_);
    close(err_);
  }

  void Signal(int signal) const { kill(pid_, signal); }

  // Reads until a line of either output has the text. False where the process ends before.
  bool Prints(const std::string& text) {
    const auto has_line = [&](const std::string& output) {
      const size_t at = output.find(text);
      return at != std::string::npos && output.find('\n', at) != std::string::npos;
    };
    while (!has_line(stdout_) && !has_line(stderr_)) {
      if (!ReadMore()) return false;
    }
    return true;
  }

  int ExitCode() {
    while (ReadMore()) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  const std::string& out() const { return stdout_; }
  const std::string& err() const { return stderr_; }

  // Once it is ready.
  int http_port() const {
    const size_t http = stdout_.find(" http=");
    const std::string address = stdout_.substr(http, stdout_.find('\n', http) - http);
    int port = 0;
    EXPECT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port)) << stdout_;
    return port;
  }

 private:
  bool ReadMore() {
    pollfd ready[] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
    if (out_ended_) ready[0].fd = -1;
    if (err_ended_) ready[1].fd = -1;
    if (out_ended_ && err_ended_) return false;
    if (poll(ready, 2, -1) < 0) return false;
    if (ready[0].revents != 0) out_ended_ = !ReadSome(out_, &stdout_);
    if (ready[1].revents != 0) err_ended_ = !ReadSome(err_, &stderr_);
    return true;
  }
  static bool ReadSome(int from, std::string* to) {
    char buffer[4096];
    const ssize_t count = read(from, buffer, sizeof(buffer));
    if (count > 0) to->append(buffer, static_cast<size_t>(count));
    return count > 0;
  }

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  bool out_ended_ = false;
  bool err_ended_ = false;
  std::string stdout_;
  std::string stderr_;
};

void Edit(const std::string& path, const std::string& from, const std::string& to) {
  std::ifstream in(path);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  ASSERT_TRUE(absl::StrContains(text, from));
  std::ofstream(path) << absl::StrReplaceAll(text, {{from, to}});
}

class ServeTest : public ::testing::Test {
 protected:
  std::string CopyOfSales() {
    const std::string rules = directory_.path() + "/sales";
    std::filesystem::copy(kSales, rules, std::filesystem::copy_options::recursive);
    return rules;
  }

  testing::TempDir directory_;
  const std::string data_ = directory_.path() + "/data";
};

TEST_F(ServeTest, ServesUntilItIsToldToStop) {
  for (const int signal : {SIGTERM, SIGINT}) {
    ServerProcess server(kSales, data_);
    ASSERT_TRUE(server.Prints("leadgrade ready grpc=127.0.0.1:")) << server.err();
    httplib::Client client("127.0.0.1", server.http_port());
    EXPECT_EQ(client.Get("/readyz")->status, 200);
    server.Signal(signal);
    EXPECT_EQ(server.ExitCode(), 0) << server.err();
    EXPECT_THAT(server.err(), HasSubstr(R"("msg":"draining","timeout_seconds":10.0)"));
    EXPECT_THAT(server.err(), HasSubstr(R"("msg":"stopped"})"));
  }
}

TEST_F(ServeTest, RefusesABadBundleOnSighupAndGoesOn) {
  const std::string rules = CopyOfSales();
  ServerProcess server(rules, data_);
  ASSERT_TRUE(server.Prints("leadgrade ready")) << server.err();
  Edit(rules + "/grading.yaml", "!budget", "!budgt");
  server.Signal(SIGHUP);
  ASSERT_TRUE(server.Prints("bundle refused")) << server.err();
  EXPECT_THAT(server.err(), HasSubstr(R"("file":"sales/grading.yaml","line":)"));
  httplib::Client client("127.0.0.1", server.http_port());
  EXPECT_EQ(client.Get("/readyz")->status, 200);
  Edit(rules + "/grading.yaml", "!budgt", "!budget");
  Edit(rules + "/bundle.yaml", "value: 10", "value: 9");
  server.Signal(SIGHUP);
  ASSERT_TRUE(server.Prints("bundle reloaded")) << server.err();
  server.Signal(SIGTERM);
  EXPECT_EQ(server.ExitCode(), 0) << server.err();
}

TEST_F(ServeTest, DoesNotTouchTheDataWhereTheBundleIsBad) {
  const std::string rules = CopyOfSales();
  Edit(rules + "/grading.yaml", "!budget", "!budgt");
  const absl::Status status = Serve(OnFreePorts(rules, data_));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("sales/grading.yaml:"));
  EXPECT_FALSE(std::filesystem::exists(data_));
}

TEST_F(ServeTest, SaysThatThereAreNoRules) {
  const absl::Status status = Serve(OnFreePorts(directory_.path() + "/none", data_));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(directory_.path() + "/none"));
}

TEST_F(ServeTest, SaysThatAnAddressIsTaken) {
  const int taken = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  getsockname(taken, reinterpret_cast<sockaddr*>(&address), &length);
  const std::string text = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  ServerOptions options = OnFreePorts(kSales, data_);
  options.http_address = text;
  EXPECT_EQ(Serve(options), absl::UnavailableError(absl::StrCat(
                                "can't listen on ", text, " (http): Address already in use")));
  options = OnFreePorts(kSales, data_);
  options.grpc_address = text;
  EXPECT_EQ(Serve(options), absl::UnavailableError(absl::StrCat(
                                "can't listen on ", text, " (grpc): Address already in use")));
  close(taken);
}

TEST_F(ServeTest, SaysThatTheDataCanNotBeUsed) {
  std::ofstream(data_) << "a file";
  const absl::Status status = Serve(OnFreePorts(kSales, data_));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(data_));
}

TEST_F(ServeTest, LeavesSignalsAsTheyWere) {
  Serve(OnFreePorts(directory_.path() + "/none", data_)).IgnoreError();
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) EXPECT_EQ(sigismember(&blocked, signal), 0);
}

}  // namespace
}  // namespace leadgrade::server

// In place of GoogleTest's own, so that the tests' program can also be the server they start.
int main(int argc, char** argv) {
  using namespace leadgrade::server;
  if (argc == 4 && std::string(argv[1]) == kServe) {
    return Serve(OnFreePorts(argv[2], argv[3])).ok() ? 0 : 1;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
