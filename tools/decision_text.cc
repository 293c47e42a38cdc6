#include "tools/decision_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/json_util.h"
#include "tools/days_left.h"
#include "tools/labels.h"
#include "tools/statement_text.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string NumberText(double number) {
  constexpr double kExact = 9007199254740992;  // 2^53
  char text[64];
  const bool whole = std::trunc(number) == number && std::abs(number) < kExact;
  const auto end = whole ? std::to_chars(text, std::end(text), static_cast<int64_t>(number))
                         : std::to_chars(text, std::end(text), number);
  return std::string(text, end.ptr);
}

std::string FieldLines(const Fields& fields) {
  int width = 0;
  for (const auto& [name, value] : fields) width = std::max(width, Cells(name));
  std::string lines;
  for (const auto& [name, value] : fields) {
    absl::StrAppend(&lines, name, std::string(width - Cells(name) + 2, ' '), Printable(value),
                    "\n");
  }
  return lines;
}

// A heading and what stands under it; nothing without that.
std::string Section(const std::string& heading, const std::string& lines) {
  return lines.empty() ? "" : absl::StrCat("\n", heading, "\n", lines);
}

std::string GradeText(const v1::Decision& decision, const std::string& language) {
  if (decision.grade().empty()) return Label(language, "无", "none");
  if (decision.attainable_grades_size() < 2 || decision.has_grade_override()) {
    return decision.grade();
  }
  return absl::StrCat(decision.grade(), Label(language, "，最好可达 ", ", at best "),
                      decision.potential_grade(), Label(language, "（可能：", " (attainable: "),
                      absl::StrJoin(decision.attainable_grades(), ", "),
                      Label(language, "）", ")"));
}

std::string Head(const v1::Decision& decision, const Reader& reader) {
  const std::string& language = reader.language;
  Fields fields;
  if (!decision.lead().empty())
    fields.emplace_back(Label(language, "线索", "lead"), decision.lead());
  fields.emplace_back(Label(language, "等级", "grade"), GradeText(decision, language));
  if (decision.has_grade_override()) {
    const v1::GradeOverride& set = decision.grade_override();
    fields.emplace_back(
        Label(language, "人工设定", "set by"),
        absl::StrCat(set.author(), ": ", set.reason(), Label(language, "，到 ", ", until "),
                     TimeText(set.expire_time(), reader.zone),
                     Label(language, "；规则给出 ", "; by the rules "), decision.computed_grade()));
  }
  if (decision.has_score()) {
    std::string score = NumberText(decision.score());
    if (decision.has_potential_score() && decision.potential_score() != decision.score()) {
      absl::StrAppend(&score, Label(language, "，最高可达 ", ", at best "),
                      NumberText(decision.potential_score()));
    }
    fields.emplace_back(Label(language, "分数", "score"), std::move(score));
  }
  fields.emplace_back(Label(language, "有效至", "holds until"),
                      decision.has_valid_until() ? TimeText(decision.valid_until(), reader.zone)
                                                 : Label(language, "一直", "something changes"));
  std::vector<std::string> names;
  for (const auto& [name, value] : decision.outputs()) names.push_back(name);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    fields.emplace_back(name, ValueText(decision.outputs().at(name)));
  }
  fields.emplace_back(Label(language, "规则", "rules"),
                      absl::StrCat(decision.bundle().name(), " ", decision.bundle().digest()));
  return FieldLines(fields);
}

std::string ReasonLine(const v1::Reason& reason) {
  return absl::StrCat("  ", Printable(reason.text()), " [", reason.rule_set(), "/", reason.rule(),
                      "]\n");
}

std::string Missing(const v1::Decision& decision, const std::string& language) {
  std::string lines;
  for (const v1::MissingFact& fact : decision.missing_facts()) {
    absl::StrAppend(&lines, "  ", Printable(fact.title().empty() ? fact.fact() : fact.title()),
                    fact.status() == v1::FACT_STATUS_CLAIMED
                        ? Label(language, "（待核实）", " (to be confirmed)")
                        : "",
                    fact.question().empty() ? "" : ": ", Printable(fact.question()), " [",
                    fact.fact(), "]\n");
  }
  return lines;
}

std::string Conflicts(const v1::Decision& decision, const Reader& reader) {
  std::string lines;
  for (const v1::FactConflict& conflict : decision.conflicts()) {
    absl::StrAppend(&lines, "  ",
                    Printable(conflict.title().empty() ? conflict.fact() : conflict.title()), " [",
                    conflict.fact(), "]\n");
    for (const v1::FactStatement& statement : conflict.statements()) {
      absl::StrAppend(&lines, "    - ", StatementText(statement, reader), "\n");
    }
  }
  return lines;
}

std::string ConflictSection(const v1::Decision& decision, const Reader& reader) {
  return Section(Label(reader.language, "说法不一", "sources contradict each other"),
                 Conflicts(decision, reader));
}

const char* PriorityText(v1::ActionPriority priority, const std::string& language) {
  const bool zh = Label(language, "zh", "en") == "zh";
  switch (priority) {
    case v1::ACTION_PRIORITY_LOW:
      return zh ? "低" : "low";
    case v1::ACTION_PRIORITY_HIGH:
      return zh ? "高" : "high";
    case v1::ACTION_PRIORITY_URGENT:
      return zh ? "紧急" : "urgent";
    default:
      return zh ? "普通" : "normal";
  }
}

std::string Actions(const v1::Decision& decision, const Reader& reader) {
  std::string lines;
  for (const v1::NextAction& action : decision.next_actions()) {
    std::vector<std::string> traits = {PriorityText(action.priority(), reader.language)};
    if (!action.channel().empty()) traits.push_back(Printable(action.channel()));
    if (action.has_due_time()) {
      traits.push_back(absl::StrCat(Label(reader.language, "截止 ", "by "),
                                    TimeText(action.due_time(), reader.zone)));
    }
    absl::StrAppend(&lines, "  ", Printable(action.title()), " (", absl::StrJoin(traits, ", "),
                    ")");
    absl::StrAppend(&lines, action.text().empty() ? "" : ": ", Printable(action.text()), "\n");
    for (const std::string& item : action.checklist()) {
      absl::StrAppend(&lines, "    - ", Printable(item), "\n");
    }
  }
  return lines;
}

std::string Issues(const v1::Decision& decision) {
  std::string lines;
  for (const v1::DecisionIssue& issue : decision.issues()) {
    const std::string rule =
        absl::StrCat(issue.rule_set(), issue.rule().empty() ? "" : "/", issue.rule());
    absl::StrAppend(&lines, "  ", rule, rule.empty() ? "" : ": ", Printable(issue.message()), " [",
                    issue.code(), "]\n");
  }
  return lines;
}

std::string MissingSection(const v1::Decision& decision, const std::string& language) {
  return Section(Label(language, "要弄清的", "to find out"), Missing(decision, language));
}

std::string IssuesSection(const v1::Decision& decision, const std::string& language) {
  return Section(Label(language, "规则出错", "went wrong in the rules"), Issues(decision));
}

std::string TruthText(v1::Truth truth, const std::string& language) {
  switch (truth) {
    case v1::TRUTH_TRUE:
      return Label(language, "成立", "holds");
    case v1::TRUTH_FALSE:
      return Label(language, "不成立", "does not hold");
    case v1::TRUTH_UNKNOWN:
      return Label(language, "未知", "not known");
    default:
      return Label(language, "出错", "failed");
  }
}

// A rule's terms, each with its truth and the values it reads.
std::string Terms(const v1::RuleTrace& rule, const std::string& language) {
  Fields fields;
  for (const v1::TermTrace& term : rule.terms()) {
    fields.emplace_back(absl::StrCat("    ", TruthText(term.truth(), language)),
                        absl::StrCat(term.source(), term.facts().empty() ? "" : "   ← ",
                                     absl::StrJoin(term.facts(), ", ")));
  }
  return FieldLines(fields);
}

// The reasons; under the one that settles the grade its condition.
std::string Why(const v1::Explanation& explanation, const std::string& language) {
  std::string lines;
  for (const v1::Reason& reason : explanation.decision().reasons()) {
    lines += ReasonLine(reason);
    if (&reason != &explanation.decision().reasons(0)) continue;
    for (const v1::RuleTrace& rule : explanation.rules()) {
      if (rule.settles() && rule.rule_set() == reason.rule_set() && rule.rule() == reason.rule()) {
        lines += Terms(rule, language);
      }
    }
  }
  return lines;
}

// "A until 2026-12-03 00:00:00 +08:00, then D".
std::string ForecastText(const v1::Forecast& forecast, const Reader& reader) {
  const std::string& language = reader.language;
  std::string text;
  for (int i = 0; i < forecast.steps_size(); ++i) {
    const v1::ForecastStep& step = forecast.steps(i);
    absl::StrAppend(&text, i == 0 ? "" : Label(language, "，之后 ", ", then "),
                    step.grade().empty() ? Label(language, "无", "none") : step.grade());
    if (step.potential_grade() != step.grade()) {
      absl::StrAppend(&text, Label(language, "（最好可达 ", " (at best "), step.potential_grade(),
                      Label(language, "）", ")"));
    }
    const bool last = i + 1 == forecast.steps_size();
    if (last && !forecast.has_until_time()) continue;
    absl::StrAppend(
        &text,
        last ? Label(language, "，至少到 ", ", at least until ")
             : Label(language, " 到 ", " until "),
        TimeText(last ? forecast.until_time() : forecast.steps(i + 1).start_time(), reader.zone));
  }
  return text;
}

// What comes with no news.
std::string ForecastSection(const v1::Explanation& explanation, const Reader& reader) {
  if (explanation.forecast().steps_size() == 0) return "";
  return Section(Label(reader.language, "没有新消息的话", "with no news"),
                 absl::StrCat("  ", Printable(ForecastText(explanation.forecast(), reader)), "\n"));
}

// "A" or "D to A".
std::string RangeText(const std::string& grade, const std::string& potential,
                      const std::string& language) {
  if (grade == potential) return grade.empty() ? Label(language, "无", "none") : grade;
  return absl::StrCat(grade, Label(language, " 到 ", " to "), potential);
}

// Each question, and under it what each answer leads to.
std::string Questions(const v1::Explanation& explanation, const std::string& language) {
  std::string lines;
  for (const v1::Question& question : explanation.questions()) {
    absl::StrAppend(&lines, "  ",
                    Printable(question.question().empty() ? question.title() : question.question()),
                    question.status() == v1::FACT_STATUS_CLAIMED
                        ? Label(language, "（待核实）", " (to be confirmed)")
                        : "",
                    " [", question.fact(), "]\n");
    Fields answers;
    for (const v1::AnswerOutcome& answer : question.answers()) {
      answers.emplace_back(
          absl::StrCat("    ", answer.has_value() ? Printable(ValueText(answer.value()))
                                                  : Label(language, "其他", "anything else")),
          RangeText(answer.grade(), answer.potential_grade(), language));
    }
    lines += FieldLines(answers);
  }
  return lines;
}

// "A   budget = true (confirmed)", a line for each set of changes.
std::string ImprovementLines(const v1::Explanation& explanation, const std::string& language) {
  Fields fields;
  for (const v1::Improvement& improvement : explanation.improvements()) {
    std::vector<std::string> changes;
    for (const v1::FactChange& change : improvement.changes()) {
      const std::string to = ValueText(change.to_value());
      const bool same = change.has_from_value() && ValueText(change.from_value()) == to;
      changes.push_back(absl::StrCat(change.title().empty() ? change.fact() : change.title(), " = ",
                                     to, same ? Label(language, "（核实）", " (confirmed)") : ""));
    }
    fields.emplace_back(absl::StrCat("  ", improvement.grade()), absl::StrJoin(changes, ", "));
  }
  return FieldLines(fields);
}

std::string Almost(const v1::Explanation& explanation, const std::string& language) {
  std::string lines;
  for (const v1::RuleTrace& rule : explanation.rules()) {
    if (!rule.almost()) continue;
    absl::StrAppend(&lines, "  ", Printable(rule.text()), " [", rule.rule_set(), "/", rule.rule(),
                    "]\n", Terms(rule, language));
    if (rule.blocked_by_size() > 0) {
      absl::StrAppend(&lines, "    ", Label(language, "先轮到 ", "goes after "),
                      absl::StrJoin(rule.blocked_by(), ", "), "\n");
    }
  }
  return lines;
}

}  // namespace

std::string DecisionText(const v1::Decision& decision, const Reader& reader) {
  std::string reasons;
  for (const v1::Reason& reason : decision.reasons()) reasons += ReasonLine(reason);
  return absl::StrCat(Head(decision, reader),
                      Section(Label(reader.language, "原因", "why"), reasons),
                      MissingSection(decision, reader.language), ConflictSection(decision, reader),
                      Section(Label(reader.language, "下一步", "next"), Actions(decision, reader)),
                      IssuesSection(decision, reader.language));
}

std::string ExplanationText(const v1::Explanation& explanation, const Reader& reader) {
  const std::string& language = reader.language;
  const v1::Decision& decision = explanation.decision();
  return absl::StrCat(Head(decision, reader),
                      Section(Label(language, "原因", "why"), Why(explanation, language)),
                      ForecastSection(explanation, reader),
                      Section(Label(language, "接下来问什么，答案意味着什么",
                                    "what to ask next, and what the answer means"),
                              Questions(explanation, language)),
                      ConflictSection(decision, reader),
                      Section(Label(language, "怎样能更好", "what would make it better"),
                              ImprovementLines(explanation, language)),
                      Section(Label(language, "差一点就更好的规则", "almost a better grade"),
                              Almost(explanation, language)),
                      IssuesSection(decision, language));
}

std::string TimeText(const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S %Ez", ToTime(time), zone);
}

std::string ValueText(const google::protobuf::Value& value) {
  switch (value.kind_case()) {
    case google::protobuf::Value::kStringValue:
      return value.string_value();
    case google::protobuf::Value::kNumberValue:
      return NumberText(value.number_value());
    case google::protobuf::Value::kBoolValue:
      return value.bool_value() ? "true" : "false";
    case google::protobuf::Value::kListValue:
    case google::protobuf::Value::kStructValue: {
      std::string json;
      const auto status = google::protobuf::util::MessageToJsonString(value, &json);
      return status.ok() ? json : std::string(status.message());
    }
    default:
      return "null";
  }
}

}  // namespace leadgrade::tools
