#include "service/server/http.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "absl/strings/str_cat.h"

namespace leadgrade::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

HttpPages Pages(std::string not_ready = "") {
  return {[] { return "metric 1\n"; }, [not_ready] { return not_ready; }};
}

TEST(HttpAnswer, ShowsTheMetricsInPrometheusFormat) {
  const HttpReply reply = AnswerHttp("GET", "/metrics", Pages());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(reply.body, "metric 1\n");
}

TEST(HttpAnswer, IsReadyWhereTheServiceIs) {
  const HttpReply reply = AnswerHttp("GET", "/readyz", Pages());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "ready\n");
}

TEST(HttpAnswer, SaysWhyItIsNotReady) {
  const HttpReply reply = AnswerHttp("GET", "/readyz", Pages("draining"));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "draining\n");
}

TEST(HttpAnswer, IsAliveReadyOrNot) {
  EXPECT_EQ(AnswerHttp("GET", "/healthz", Pages()).status, 200);
  EXPECT_EQ(AnswerHttp("GET", "/healthz", Pages("draining")).status, 200);
}

TEST(HttpAnswer, KnowsNoOtherPaths) {
  for (const char* path : {"/", "", "/metrics/", "/Metrics", "/readyz/..", "//healthz"}) {
    for (const char* method : {"GET", "POST"}) {
      EXPECT_EQ(AnswerHttp(method, path, Pages()).status, 404) << path;
    }
  }
}

TEST(HttpAnswer, AllowsReadingOnly) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PRI"}) {
    const HttpReply reply = AnswerHttp(method, "/metrics", Pages());
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.allow, "GET, HEAD");
  }
  EXPECT_EQ(AnswerHttp("HEAD", "/metrics", Pages()).status, 200);
}

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    auto listening = HttpServer::Listen({"127.0.0.1", 0}, Pages());
    EXPECT_TRUE(listening.ok()) << listening.status();
    server_ = *std::move(listening);
  }

  httplib::Client Client() const { return httplib::Client("127.0.0.1", server_->address().port); }

  // Of a connection of its own.
  int Connect() const {
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(server_->address().port));
    EXPECT_EQ(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return connection;
  }

  // Sends as much of it as is taken, and gives all that comes back until the connection ends.
  static std::string Exchange(int connection, const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      const ssize_t count =
          send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<size_t>(count);
    }
    std::string reply;
    char buffer[4096];
    for (ssize_t count; (count = recv(connection, buffer, sizeof(buffer), 0)) > 0;) {
      reply.append(buffer, static_cast<size_t>(count));
    }
    return reply;
  }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersOnTheFreePortItFound) {
  EXPECT_GT(server_->address().port, 0);
  auto client = Client();
  const auto reply = client.Get("/metrics?name=x");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "metric 1\n");
  EXPECT_EQ(reply->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(HttpServerTest, GivesHeadersOnlyToHead) {
  auto client = Client();
  const auto reply = client.Head("/healthz");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->get_header_value("Content-Length"), "3");
  EXPECT_EQ(reply->body, "");
}

TEST_F(HttpServerTest, AnswersARequestWhoseBodyItDoesNotWant) {
  auto client = Client();
  const auto reply = client.Post("/metrics", std::string(8000, 'x'), "text/plain");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 405);
  EXPECT_EQ(reply->get_header_value("Allow"), "GET, HEAD");
}

TEST_F(HttpServerTest, ClosesAConnectionAfterItsRequest) {
  const int connection = Connect();
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string reply = Exchange(connection, request + request);
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(reply, HasSubstr("Connection: close"));
  EXPECT_EQ(reply.find("HTTP/1.1", 1), std::string::npos) << reply;
  close(connection);
}

TEST_F(HttpServerTest, RefusesWhatIsNoHttp) {
  const int connection = Connect();
  EXPECT_THAT(Exchange(connection, "hello\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  close(connection);
}

TEST_F(HttpServerTest, ReadsNoMoreThanItsBound) {
  std::string endless = "GET /healthz HTTP/1.1\r\n";
  while (endless.size() < size_t{16} << 10) absl::StrAppend(&endless, "X-Header: 0123456789\r\n");
  const int connection = Connect();
  // Without the empty line that would end the headers, the server could only wait.
  EXPECT_THAT(Exchange(connection, endless), ::testing::Not(HasSubstr("200 OK")));
  close(connection);
}

TEST_F(HttpServerTest, CutsConnectionsWhenItEnds) {
  const int silent = Connect();
  const int half = Connect();
  send(half, "GET /hea", 8, MSG_NOSIGNAL);
  const int waiting = Connect();
  server_.reset();
  for (const int connection : {silent, half, waiting}) close(connection);
}

TEST_F(HttpServerTest, DoesNotShareItsPort) {
  const auto second = HttpServer::Listen(server_->address(), Pages());
  EXPECT_EQ(second.status(),
            absl::UnavailableError(absl::StrCat("can't listen on ", ToString(server_->address()),
                                                " (http): Address already in use")));
}

TEST(HttpServer, AnswersAFailedPageWithAnError) {
  const auto server = HttpServer::Listen(
      {"127.0.0.1", 0},
      {[]() -> std::string { throw std::runtime_error("secret"); }, [] { return std::string(); }});
  ASSERT_TRUE(server.ok());
  ::testing::internal::CaptureStderr();
  httplib::Client client("127.0.0.1", (*server)->address().port);
  const auto reply = client.Get("/metrics");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("an HTTP request failed"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 500);
  EXPECT_THAT(reply->body, IsEmpty());
  EXPECT_EQ(reply->get_header_value("EXCEPTION_WHAT"), "");
}

}  // namespace
}  // namespace leadgrade::server
