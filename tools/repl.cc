#include "tools/repl.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/limits.h"
#include "engine/cel/cost.h"
#include "tools/cel_text.h"
#include "tools/exit_code.h"
#include "tools/output.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

constexpr int kValueCells = 100;

enum class Verb { kEvaluate, kLet, kType, kExplain, kVars, kCost, kDump, kAst, kHelp, kQuit };

struct Command {
  absl::string_view name;
  Verb verb;
  absl::string_view argument;  // "": none
  absl::string_view help;
};

constexpr std::array<Command, 9> kCommands = {{
    {":let", Verb::kLet, "NAME = EXPR", "give NAME a value; without `= EXPR`: take it away"},
    {":type", Verb::kType, "EXPR", "its type"},
    {":explain", Verb::kExplain, "EXPR", "the value of each part"},
    {":vars", Verb::kVars, "", "the names that can be read, their types and values"},
    {":cost", Verb::kCost, "EXPR", "the most steps it can take"},
    {":dump", Verb::kDump, "EXPR", "its instructions"},
    {":ast", Verb::kAst, "EXPR", "its syntax tree"},
    {":help", Verb::kHelp, "", "this list"},
    {":quit", Verb::kQuit, "", "end; so does the end of the input"},
}};

// A line taken apart. `rest` is a part of it.
struct Request {
  const Command* command = nullptr;  // null: the line is an expression
  bool known = true;                 // false: a command that there is not
  absl::string_view rest;
  absl::string_view name;        // of :let
  absl::string_view expression;  // what is to be compiled; of :let what is behind the `=`
};

Request Split(absl::string_view line) {
  Request request;
  line = absl::StripAsciiWhitespace(line);
  request.rest = request.expression = line;
  if (!absl::StartsWith(line, ":")) return request;
  const size_t end = std::min(line.find_first_of(" \t\n"), line.size());
  request.rest = request.expression = absl::StripLeadingAsciiWhitespace(line.substr(end));
  const auto command = std::find_if(kCommands.begin(), kCommands.end(), [&](const Command& known) {
    return known.name == line.substr(0, end);
  });
  request.known = command != kCommands.end();
  if (!request.known) return request;
  request.command = &*command;
  if (command->verb == Verb::kLet) {
    const size_t equals = std::min(request.rest.find('='), request.rest.size());
    request.name = absl::StripTrailingAsciiWhitespace(request.rest.substr(0, equals));
    request.expression = request.rest.substr(equals);
    absl::ConsumePrefix(&request.expression, "=");
    request.expression = absl::StripLeadingAsciiWhitespace(request.expression);
  }
  return request;
}

bool IsBlank(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  return line.empty() || absl::StartsWith(line, "//");
}

class Repl {
 public:
  Repl(CelSession& session, LineReader& reader)
      : session_(session), reader_(reader), file_(reader.interactive() ? "<input>" : "<stdin>") {}

  int Run() {
    if (reader_.interactive()) Print("CEL. `:help` lists the commands, `:quit` ends.\n");
    while (output_.open()) {
      const InputLine line = Read("> ");
      if (line.kind == InputLine::Kind::kEnd) break;
      if (line.kind == InputLine::Kind::kDropped || IsBlank(line.text)) continue;
      if (!Handle(line.text)) break;
    }
    return output_.Finish(reader_.interactive() ? kFine : exit_code_);
  }

 private:
  // A line, and for a person those that belong to it.
  InputLine Read(absl::string_view prompt) {
    ++line_number_;
    InputLine line = reader_.Read(prompt);
    while (reader_.interactive() && line.kind == InputLine::Kind::kText && IsUnfinished(line)) {
      const InputLine next = reader_.Read("… ");
      if (next.kind == InputLine::Kind::kDropped) return next;
      // An empty line says that there is no more.
      if (next.kind == InputLine::Kind::kEnd || absl::StripAsciiWhitespace(next.text).empty()) {
        break;
      }
      absl::StrAppend(&line.text, "\n", next.text);
    }
    return line;
  }

  static bool IsUnfinished(const InputLine& line) {
    const absl::string_view expression = Split(line.text).expression;
    return !IsBlank(expression) && expression.size() <= base::kMaxExpressionBytes &&
           CelSession::EndsTooEarly(expression);
  }

  void Print(absl::string_view text) { output_.PrintNow(ForStdout(text)); }

  void Fail(int code) {
    if (exit_code_ == kFine) exit_code_ = code;
  }
  void FailWith(absl::string_view message, int code) {
    PrintError(Printable(message));
    Fail(code);
  }

  // Issues of the expression in `line`, at their places in the input.
  void Report(const base::IssueList& issues, absl::string_view line, const Request& request) {
    const absl::string_view before = line.substr(0, request.expression.data() - line.data());
    base::IssueList placed;
    for (base::Issue issue : issues.Sorted()) {
      issue.span.file = file_;
      if (issue.span.line == 1 && !issue.source_line.empty()) {
        issue.span.column += static_cast<int>(before.size());
        issue.source_line = absl::StrCat(before, issue.source_line);
      }
      if (!reader_.interactive()) issue.span.line += line_number_ - 1;
      placed.Add(std::move(issue));
    }
    std::cerr << PrintableLines(FormatIssues(placed));
    Fail(kBadBundle);
  }

  // False: it is over.
  bool Handle(absl::string_view line) {
    const Request request = Split(line);
    if (!request.known) {
      std::vector<std::string> names;
      for (const Command& command : kCommands) names.emplace_back(command.name);
      const absl::string_view given = absl::StripAsciiWhitespace(line);
      const std::string name(given.substr(0, given.find_first_of(" \t\n")));
      const std::string hint = base::DidYouMean(name, names);
      FailWith(absl::StrCat("there is no command `", name, "`; ",
                            hint.empty() ? "`:help` lists them" : hint),
               kBadBundle);
      return true;
    }
    const Verb verb = request.command == nullptr ? Verb::kEvaluate : request.command->verb;
    if (request.command != nullptr && request.command->argument.empty() != request.rest.empty()) {
      FailWith(absl::StrCat("expected `", request.command->name,
                            request.command->argument.empty() ? "" : " ", request.command->argument,
                            "`"),
               kBadBundle);
      return true;
    }
    if (verb == Verb::kQuit) return false;
    Do(verb, line, request);
    return true;
  }

  void Do(Verb verb, absl::string_view line, const Request& request) {
    switch (verb) {
      case Verb::kEvaluate:
        return Evaluate(line, request);
      case Verb::kLet:
        return Let(line, request);
      case Verb::kExplain:
        return Explain(line, request);
      case Verb::kVars:
        return PrintVariables();
      case Verb::kAst:
        return PrintAst(line, request);
      case Verb::kHelp:
        return PrintHelp();
      case Verb::kQuit:
        return;
      case Verb::kType:
      case Verb::kCost:
      case Verb::kDump:
        return PrintOfProgram(verb, line, request);
    }
  }

  void Evaluate(absl::string_view line, const Request& request) {
    const CelSession::Outcome outcome = session_.Evaluate(file_, request.expression);
    if (outcome.program == nullptr) return Report(outcome.issues, line, request);
    if (outcome.value.is_error()) return FailWith(outcome.value.error().message, kInternalError);
    Print(absl::StrCat(session_.ToText(outcome.value), "\n"));
  }

  void Let(absl::string_view line, const Request& request) {
    const std::string name(request.name);
    if (!absl::StrContains(request.rest, '=')) {
      if (!session_.Forget(name)) FailWith(absl::StrCat("`", name, "` was not given"), kBadBundle);
      return;
    }
    const CelSession::AssignOutcome outcome = session_.Assign(name, request.expression);
    if (!outcome.issues.empty()) return Report(outcome.issues, line, request);
    if (!outcome.error.empty()) FailWith(outcome.error, kInternalError);
  }

  void Explain(absl::string_view line, const Request& request) {
    base::IssueList issues;
    const auto explanation = session_.Explain(file_, request.expression, &issues);
    if (!explanation.has_value()) return Report(issues, line, request);
    Print(ExplanationText(session_, request.expression, *explanation));
    if (explanation->whole.value.is_error()) Fail(kInternalError);
  }

  void PrintAst(absl::string_view line, const Request& request) {
    base::IssueList issues;
    const std::string tree = session_.Ast(file_, request.expression, &issues);
    if (!issues.empty()) return Report(issues, line, request);
    Print(tree);
  }

  void PrintOfProgram(Verb verb, absl::string_view line, const Request& request) {
    const CelSession::Outcome outcome = session_.Compile(file_, request.expression);
    if (outcome.program == nullptr) return Report(outcome.issues, line, request);
    if (verb == Verb::kDump) return Print(outcome.program->Dump());
    Print(absl::StrCat(verb == Verb::kType ? outcome.program->type().ToString()
                                           : cel::DescribeCost(outcome.program->cost()),
                       "\n"));
  }

  void PrintVariables() {
    std::string out;
    for (const CelSession::Variable& variable : session_.Variables()) {
      std::string text = session_.ToText(variable.value);
      if (text == absl::StrCat("unknown: ", variable.name)) text = "unknown";
      absl::StrAppend(&out, variable.name, ": ", variable.type, " = ",
                      CutToCells(Printable(text), kValueCells), "\n");
    }
    Print(out);
  }

  void PrintHelp() {
    std::string out = "EXPR                  its value\n";
    for (const Command& command : kCommands) {
      std::string usage = absl::StrCat(command.name, " ", command.argument);
      usage.resize(std::max<size_t>(usage.size(), 22), ' ');
      absl::StrAppend(&out, usage, command.help, "\n");
    }
    Print(out);
  }

  CelSession& session_;
  LineReader& reader_;
  const std::string file_;
  Output output_;
  int line_number_ = 0;
  int exit_code_ = kFine;
};

}  // namespace

int RunRepl(CelSession& session, LineReader& reader) { return Repl(session, reader).Run(); }

Completion CompleteRepl(const CelSession& session, absl::string_view line) {
  const auto is_word = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.'; };
  Completion completion;
  completion.begin = line.size();
  while (completion.begin > 0 && is_word(line[completion.begin - 1])) --completion.begin;
  if (completion.begin == 1 && line[0] == ':') {
    completion.begin = 0;
    for (const Command& command : kCommands) {
      if (absl::StartsWith(command.name, line)) {
        completion.candidates.push_back(absl::StrCat(command.name, " "));
      }
    }
    return completion;
  }
  const absl::string_view word = line.substr(completion.begin);
  completion.candidates = session.Complete(word);
  const size_t dot = word.rfind('.');
  if (completion.candidates.empty() && dot != absl::string_view::npos) {
    // A member function of what stands before the dot.
    completion.begin += dot + 1;
    completion.candidates = session.Complete(word.substr(dot + 1));
  }
  return completion;
}

}  // namespace leadgrade::tools
