#include "tests/conformance/run_all.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace leadgrade::cel {
namespace {

using nlohmann::json;

constexpr unsigned kSeconds = 20;

// Runs the tests from `first` on, and writes one line of JSON for each as soon as it is done.
void RunFrom(size_t first, const std::vector<json>& tests, const MessageTypes& int_enums,
             const MessageTypes& typed_enums, FILE* out) {
  for (size_t i = first; i < tests.size(); ++i) {
    alarm(kSeconds);  // its signal ends the process
    json result = json::array();
    try {
      // The suite has some tests twice, for either way to see an enum.
      const bool typed = absl::StartsWith(tests[i].value("section", ""), "strong_");
      const auto failure = RunTest(tests[i], typed ? typed_enums : int_enums);
      if (failure.has_value()) {
        result = {failure->expected, failure->got};
      }
    } catch (const std::exception& error) {
      result = {"a test that can be run", error.what()};
    }
    // The texts may be cut in the middle of a code point.
    const std::string line = result.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    fwrite(line.data(), 1, line.size(), out);
    fflush(out);
  }
}

std::string EndOf(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) return "lost its process";
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    return absl::StrCat("no answer within ", kSeconds, " seconds");
  }
  if (WIFSIGNALED(status)) return absl::StrCat("crashed: signal ", WTERMSIG(status));
  return absl::StrCat("ended the process with status ", WEXITSTATUS(status));
}

}  // namespace

std::vector<std::optional<Failure>> RunAll(const std::vector<json>& tests,
                                           const MessageTypes& int_enums,
                                           const MessageTypes& typed_enums) {
  std::vector<std::optional<Failure>> results;
  while (results.size() < tests.size()) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    std::cout.flush();
    const pid_t child = fork();
    if (child < 0) std::abort();
    if (child == 0) {
      close(ends[0]);
      FILE* out = fdopen(ends[1], "w");
      RunFrom(results.size(), tests, int_enums, typed_enums, out);
      fclose(out);
      _exit(0);
    }
    close(ends[1]);
    FILE* in = fdopen(ends[0], "r");
    char* line = nullptr;
    size_t capacity = 0;
    while (getline(&line, &capacity, in) > 0) {
      const json result = json::parse(line, nullptr, false);
      if (!result.is_array()) break;  // cut off by the end of the process
      results.emplace_back();
      if (!result.empty()) results.back() = Failure{result[0], result[1]};
    }
    free(line);
    fclose(in);
    const std::string end = EndOf(child);
    if (results.size() < tests.size()) results.push_back(Failure{"an answer", end});
  }
  return results;
}

}  // namespace leadgrade::cel
