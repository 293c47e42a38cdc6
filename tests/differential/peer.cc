#include "tests/differential/peer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace leadgrade::differential {

using nlohmann::json;

Peer::Peer(const std::vector<std::string>& command) {
  int to[2], from[2];
  if (pipe(to) != 0 || pipe(from) != 0) throw std::runtime_error("no pipe");
  // What is written to a peer that has ended is noticed by its missing answer.
  std::signal(SIGPIPE, SIG_IGN);
  child_ = fork();
  if (child_ < 0) throw std::runtime_error("no process");
  if (child_ == 0) {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    for (const int end : {to[0], to[1], from[0], from[1]}) close(end);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  to_ = fdopen(to[1], "w");
  from_ = fdopen(from[0], "r");
}

Peer::~Peer() {
  fclose(to_);
  fclose(from_);
  waitpid(child_, nullptr, 0);
}

std::vector<json> Peer::Ask(const std::vector<json>& statements,
                            const std::vector<json>& questions) {
  // Read while writing: it answers before it has read all, and pipes hold only so much.
  std::thread writer([&] {
    for (const auto* lines : {&statements, &questions}) {
      for (const json& line : *lines) std::fputs((line.dump() + "\n").c_str(), to_);
    }
    std::fflush(to_);
  });
  std::vector<json> answers;
  char* line = nullptr;
  size_t capacity = 0;
  while (answers.size() < questions.size() && getline(&line, &capacity, from_) > 0) {
    answers.push_back(json::parse(line, nullptr, false));
  }
  std::free(line);
  writer.join();
  if (answers.size() < questions.size()) throw std::runtime_error("the peer has ended");
  return answers;
}

}  // namespace leadgrade::differential
