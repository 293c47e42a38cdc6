#include "engine/decision/suite_loader.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "engine/decision/suite_facts.h"
#include "engine/rules/load_context.h"

namespace leadgrade::decision {
namespace {

using rules::AddIssue;
using rules::Located;
using rules::MapReader;
using rules::YamlNode;

class SuiteLoader {
 public:
  SuiteLoader(const rules::Bundle& bundle, base::IssueList* issues)
      : bundle_(bundle), issues_(issues) {}

  void Load(const Located& root) {
    const YamlNode* kind = root->Find("kind");
    if (root->is_null()) return;
    if (kind != nullptr && kind->text != "TestSuite") {
      AddIssue(issues_, root.At(*kind), "unknown-kind",
               "a file named `*_test.yaml` holds documents of `kind: TestSuite` only");
      return;
    }
    const MapReader document(issues_, root, "a test suite",
                             {"apiVersion", "kind", "metadata", "now", "cases"});
    if (!document.is_map()) return;
    if (const auto version = document.Require("apiVersion");
        version.has_value() && (*version)->text != "leadgrade/v1") {
      AddIssue(issues_, *version, "unsupported-api-version",
               absl::StrCat("unsupported apiVersion `", (*version)->text, "`"));
    }
    document.Require("kind");
    if (const auto metadata = document.Require("metadata")) {
      const MapReader keys(issues_, *metadata, "metadata", {"name", "description"});
      if (keys.Require("name").has_value()) suite_ = keys.Text("name").value_or("");
    }
    now_ = ReadTime(document.Find("now"));
    document.Require("cases");
    for (const Located& item : document.List("cases").value_or(std::vector<Located>())) {
      ReadCase(item);
    }
  }

  std::vector<SuiteCase> Take() { return std::move(cases_); }

 private:
  std::optional<absl::Time> ReadTime(const std::optional<Located>& at) {
    return ReadInstant(issues_, at);
  }

  void ReadCase(const Located& at) {
    const MapReader reader(
        issues_, at, "a case",
        {"name", "description", "now", "facts", "events", "gradeHistory", "expect", "steps"});
    if (!reader.is_map()) return;
    SuiteCase out;
    out.suite = suite_;
    const auto name = reader.Require("name");
    out.name = reader.Text("name").value_or("");
    out.span = name.has_value() ? name->Span() : at.Span();
    if (name.has_value() && !names_.insert(absl::StrCat(suite_, "/", out.name)).second) {
      AddIssue(issues_, *name, "duplicate-name",
               absl::StrCat("the suite has a case `", out.name, "` already"));
    }
    const std::optional<absl::Time> own_now = ReadTime(reader.Find("now"));
    const std::optional<absl::Time> now = own_now.has_value() ? own_now : now_;
    const auto steps = reader.List("steps");
    out.stateful = steps.has_value();
    if (const auto history = reader.List("gradeHistory")) ReadHistory(*history, &out.lead);
    if (!out.stateful) {
      if (!now.has_value()) {
        AddIssue(issues_, at, "missing-key", "the case has no `now`, and neither has its suite");
        return;
      }
      SuiteStep step;
      step.at = *now;
      step.changes = ReadChanges(reader, *now);
      if (const auto expect = reader.Require("expect")) step.expect = ReadExpectation(*expect);
      out.steps.push_back(std::move(step));
    } else {
      for (absl::string_view key : {"now", "expect"}) {
        if (const auto given = reader.Find(key)) {
          AddIssue(issues_, *given, "bad-value",
                   absl::StrCat("`", key, "` does not go with `steps`"),
                   "each step has its own `at` and `expect`");
        }
      }
      if (steps->empty()) {
        AddIssue(issues_, *reader.Find("steps"), "bad-value", "the list of steps is empty");
      }
      for (const Located& item : *steps) ReadStep(item, &out);
      if (!out.steps.empty()) {
        std::vector<Change> first = ReadChanges(reader, out.steps.front().at);
        auto& changes = out.steps.front().changes;
        changes.insert(changes.begin(), first.begin(), first.end());
      }
    }
    cases_.push_back(std::move(out));
  }

  void ReadStep(const Located& at, SuiteCase* out) {
    const MapReader reader(issues_, at, "a step", {"at", "facts", "events", "expect"});
    if (!reader.is_map()) return;
    const auto time = ReadTime(reader.Require("at"));
    if (!time.has_value()) return;
    if (!out->steps.empty() && *time < out->steps.back().at) {
      AddIssue(issues_, *reader.Find("at"), "bad-value", "steps go forward in time");
    }
    SuiteStep step;
    step.at = *time;
    step.changes = ReadChanges(reader, *time);
    if (const auto expect = reader.Find("expect")) step.expect = ReadExpectation(*expect);
    out->steps.push_back(std::move(step));
  }

  // `facts` and `events` of a case or a step.
  std::vector<Change> ReadChanges(const MapReader& reader, absl::Time at) {
    std::vector<Change> changes;
    if (const auto facts = reader.Find("facts")) {
      if (!(*facts)->is_map()) {
        AddIssue(issues_, *facts, "wrong-shape", "expected a map of facts to values");
        return changes;
      }
      for (const auto& [key, value] : (*facts)->entries) {
        if ((*facts)->Find(key.text) != &value) {
          AddIssue(issues_, facts->At(key), "duplicate-key",
                   absl::StrCat("`", key.text, "` is given twice"));
          continue;
        }
        for (facts::StatedFact& stated :
             ReadStatements(bundle_.schema, issues_, facts->At(key), facts->At(value), at)) {
          Change& change = changes.emplace_back();
          change.time = at;
          change.cause = facts::Cause::kFact;
          change.fact.emplace(key.text, std::move(stated));
        }
      }
    }
    for (const Located& item : reader.List("events").value_or(std::vector<Located>())) {
      Change change;
      change.cause = facts::Cause::kEvent;
      change.event = ReadEvent(item, at);
      if (!change.event.has_value()) continue;
      change.time = change.event->time;
      changes.push_back(std::move(change));
    }
    return changes;
  }

  std::optional<facts::TimelineEvent> ReadEvent(const Located& at, absl::Time time) {
    const MapReader reader(issues_, at, "an event", {"type", "time", "amount", "due"});
    const auto type = reader.is_map() ? reader.Require("type") : std::nullopt;
    if (!type.has_value()) return std::nullopt;
    const auto& known = bundle_.schema.event_types;
    if (!known.empty() && std::find(known.begin(), known.end(), (*type)->text) == known.end()) {
      AddIssue(issues_, *type, "unknown-name",
               absl::StrCat("unknown event type `", (*type)->text, "`"),
               base::DidYouMean((*type)->text, known));
      return std::nullopt;
    }
    facts::TimelineEvent event;
    event.type = (*type)->text;
    event.time = ReadTime(reader.Find("time")).value_or(time);
    event.amount = reader.Number("amount");
    event.due = ReadTime(reader.Find("due"));
    if (event.due.has_value() && *event.due < event.time) {
      AddIssue(issues_, *reader.Find("due"), "bad-value", "the event is due before it happened");
      return std::nullopt;
    }
    return event;
  }

  void ReadHistory(const std::vector<Located>& items, facts::Lead* lead) {
    for (const Located& item : items) {
      const MapReader reader(issues_, item, "a grade change", {"grade", "time", "rule"});
      if (!reader.is_map()) continue;
      const auto grade = reader.Require("grade");
      const auto time = ReadTime(reader.Require("time"));
      if (!grade.has_value() || !time.has_value() || !IsGrade(*grade)) continue;
      if (!lead->grade_history.empty() && *time < lead->grade_history.back().time) {
        AddIssue(issues_, *reader.Find("time"), "bad-value", "the history goes forward in time");
      }
      facts::GradeChange change;
      change.time = *time;
      change.from = lead->grade_history.empty() ? "" : lead->grade_history.back().to;
      change.to = (*grade)->text;
      change.rule = reader.Text("rule").value_or("");
      if (reader.Find("rule").has_value()) CheckName(*reader.Find("rule"), "rules", RuleIds());
      lead->grade_history.push_back(std::move(change));
    }
  }

  bool IsGrade(const Located& at) {
    const std::optional<std::string> text = rules::ReadText(issues_, at);
    if (!text.has_value()) return false;
    if (bundle_.grade_enum->OrdinalOf(*text).has_value()) return true;
    AddIssue(issues_, at, "unknown-name", absl::StrCat("unknown grade `", *text, "`"),
             base::DidYouMeanOrAll(*text, bundle_.grade_enum->values));
    return false;
  }

  Expectation ReadExpectation(const Located& at) {
    Expectation expect;
    const MapReader reader(
        issues_, at, "an expectation",
        {"grade", "potentialGrade", "provisional", "attainableGrades", "missingFacts", "conflicts",
         "reasons", "actions", "score", "validUntil", "issues"});
    if (!reader.is_map()) return expect;
    for (const auto& [key, target] :
         {std::pair("grade", &expect.grade), {"potentialGrade", &expect.potential_grade}}) {
      const auto grade = reader.Find(key);
      if (grade.has_value() && IsGrade(*grade)) *target = (*grade)->text;
    }
    expect.provisional = reader.Bool("provisional");
    expect.score = reader.Number("score");
    const auto until = reader.Find("validUntil");
    const bool never = until.has_value() && (*until)->is_scalar() && (*until)->text == "never";
    expect.valid_until = never ? absl::InfiniteFuture() : ReadTime(until);
    expect.attainable_grades = Names(reader, "attainableGrades");
    expect.missing_facts = Names(reader, "missingFacts");
    expect.conflicts = Names(reader, "conflicts");
    expect.reasons = Names(reader, "reasons");
    expect.actions = Names(reader, "actions");
    expect.issues = Names(reader, "issues");
    CheckNames(reader, "reasons", RuleIds());
    CheckNames(reader, "attainableGrades", bundle_.grade_enum->values);
    CheckNames(reader, "missingFacts", FactNames());
    CheckNames(reader, "conflicts", FactNames());
    CheckNames(reader, "issues",
               {"evaluation-error", "hit-policy-conflict", "no-outcome", "unreadable-fact"});
    if (bundle_.action_enum != nullptr) {
      CheckNames(reader, "actions", bundle_.action_enum->values);
    }
    return expect;
  }

  static std::optional<std::vector<std::string>> Names(const MapReader& reader,
                                                       absl::string_view key) {
    if (!reader.Find(key).has_value()) return std::nullopt;
    std::vector<std::string> names;
    for (const Located& item : reader.Texts(key)) names.push_back(item->text);
    return names;
  }

  void CheckNames(const MapReader& reader, absl::string_view key,
                  const std::vector<std::string>& known) {
    if (!reader.Find(key).has_value()) return;
    for (const Located& item : reader.Texts(key)) CheckName(item, key, known);
  }

  void CheckName(const Located& at, absl::string_view what, const std::vector<std::string>& known) {
    if (!at->is_scalar() || std::find(known.begin(), known.end(), at->text) != known.end()) return;
    AddIssue(issues_, at, "unknown-name",
             absl::StrCat("`", at->text, "` is none of the bundle's ", what),
             base::DidYouMeanOrAll(at->text, known));
  }

  std::vector<std::string> FactNames() const {
    std::vector<std::string> names;
    for (const facts::Fact& fact : bundle_.schema.facts) names.push_back(fact.name);
    return names;
  }

  std::vector<std::string> RuleIds() const {
    std::vector<std::string> ids;
    for (const rules::RuleSet& set : bundle_.rule_sets) {
      for (const rules::Rule& rule : set.rules) ids.push_back(rule.id);
    }
    return ids;
  }

  const rules::Bundle& bundle_;
  base::IssueList* issues_;
  std::string suite_;
  std::optional<absl::Time> now_;
  std::set<std::string> names_;
  std::vector<SuiteCase> cases_;
};

}  // namespace

std::vector<SuiteCase> LoadSuite(const rules::Bundle& bundle, const std::string& path,
                                 const std::string& text, base::IssueList* issues) {
  const auto file = rules::YamlFile::Parse(path, text, issues);
  if (!file.has_value()) return {};
  SuiteLoader loader(bundle, issues);
  for (const YamlNode& root : file->documents()) loader.Load({&*file, &root});
  return loader.Take();
}

}  // namespace leadgrade::decision
