#include "engine/decision/test_suite.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "engine/decision/suite_loader.h"
#include "engine/facts/statements.h"

namespace leadgrade::decision {
namespace {

// `*` any text, `?` one character. Linear in practice: one point to come back to.
bool Glob(absl::string_view pattern, absl::string_view text) {
  size_t p = 0, t = 0, star = absl::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string Join(const std::vector<std::string>& names) {
  return absl::StrCat("[", absl::StrJoin(names, ", "), "]");
}

std::vector<std::string> Sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

// Compares one decision with what a case expects of it.
class Checker {
 public:
  Checker(const Decision& decision, std::string prefix, std::vector<std::string>* failures)
      : decision_(decision), prefix_(std::move(prefix)), failures_(failures) {}

  void Check(const Expectation& expect) {
    if (expect.grade.has_value()) {
      Text("grade", *expect.grade, GradeName(decision_, decision_.grade));
    }
    if (expect.potential_grade.has_value()) {
      Text("potentialGrade", *expect.potential_grade,
           GradeName(decision_, decision_.potential_grade));
    }
    if (expect.provisional.has_value() && *expect.provisional != decision_.provisional) {
      Fail("provisional", *expect.provisional ? "true" : "false",
           decision_.provisional ? "true" : "false");
    }
    if (expect.score.has_value() && expect.score != decision_.score) {
      Fail("score", absl::StrCat(*expect.score),
           decision_.score.has_value() ? absl::StrCat(*decision_.score) : "none");
    }
    if (expect.valid_until.has_value() && *expect.valid_until != decision_.valid_until) {
      Fail("validUntil", Time(*expect.valid_until), Time(decision_.valid_until));
    }
    CheckLists(expect);
  }

 private:
  void CheckLists(const Expectation& expect) {
    std::vector<std::string> grades, missing, reasons, actions, issues;
    for (int grade : decision_.attainable) grades.push_back(GradeName(decision_, grade));
    for (const MissingFact& fact : decision_.missing) missing.push_back(fact.fact->name);
    for (const MatchedRule& match : decision_.reasons) reasons.push_back(match.rule->id);
    for (const NextAction& action : decision_.actions) actions.push_back(action.action->code);
    for (const DecisionIssue& issue : decision_.issues) issues.push_back(issue.code);
    AsSet("attainableGrades", expect.attainable_grades, grades);
    AsSet("actions", expect.actions, actions);
    AsSet("issues", expect.issues, issues);
    if (expect.missing_facts.has_value() && *expect.missing_facts != missing) {
      Fail("missingFacts", Join(*expect.missing_facts), Join(missing));
    }
    std::vector<std::string> conflicts;
    for (const FactConflict& conflict : decision_.conflicts) {
      conflicts.push_back(conflict.fact->name);
    }
    if (expect.conflicts.has_value() && *expect.conflicts != conflicts) {
      Fail("conflicts", Join(*expect.conflicts), Join(conflicts));
    }
    if (!expect.reasons.has_value()) return;
    const bool first = expect.reasons->empty()
                           ? reasons.empty()
                           : !reasons.empty() && reasons.front() == expect.reasons->front();
    const bool all =
        std::all_of(expect.reasons->begin(), expect.reasons->end(), [&](const std::string& id) {
          return std::find(reasons.begin(), reasons.end(), id) != reasons.end();
        });
    if (!first || !all) Fail("reasons", Join(*expect.reasons), Join(reasons));
  }

  void AsSet(absl::string_view what, const std::optional<std::vector<std::string>>& expected,
             const std::vector<std::string>& got) {
    if (expected.has_value() && Sorted(*expected) != Sorted(got)) {
      Fail(what, Join(*expected), Join(got));
    }
  }

  void Text(absl::string_view what, const std::string& expected, const std::string& got) {
    if (expected != got) Fail(what, expected, got.empty() ? "none" : got);
  }

  std::string Time(absl::Time time) const {
    if (time == absl::InfiniteFuture()) return "never";
    return absl::FormatTime(absl::RFC3339_full, time, decision_.bundle->time_zone);
  }

  void Fail(absl::string_view what, absl::string_view expected, absl::string_view got) {
    std::string rule;
    if (!decision_.reasons.empty()) {
      rule = absl::StrCat(" (rule `", decision_.reasons.front().rule->id, "`)");
    }
    failures_->push_back(
        absl::StrCat(prefix_, what, ": expected `", expected, "`, got `", got, "`", rule));
  }

  const Decision& decision_;
  const std::string prefix_;
  std::vector<std::string>* failures_;
};

class Runner {
 public:
  explicit Runner(const std::shared_ptr<const rules::Bundle>& bundle) : bundle_(bundle) {}

  CaseResult Run(const SuiteCase& test) {
    CaseResult result;
    result.suite = test.suite;
    result.name = test.name;
    result.span = test.span;
    facts::Lead lead = test.lead;
    for (const SuiteStep& step : test.steps) {
      Decision decision;
      std::string prefix;
      if (test.stateful) {
        decision = Advance(bundle_, lead, step.changes, step.at).decision;
        prefix =
            absl::StrCat(absl::FormatTime(absl::RFC3339_full, step.at, bundle_->time_zone), ": ");
      } else {
        decision = Decide(bundle_, Known(lead, step.changes), step.at);
      }
      for (const MatchedRule& match : decision.reasons) hit_.insert(match.rule);
      Checker(decision, prefix, &result.failures).Check(step.expect);
    }
    // A rule that moved the lead in between has decided too.
    for (const facts::GradeChange& change : lead.grade_history) {
      for (const rules::Rule& rule : bundle_->rule_sets[bundle_->grade.rule_set].rules) {
        if (test.stateful && rule.id == change.rule) hit_.insert(&rule);
      }
    }
    result.passed = result.failures.empty();
    return result;
  }

  void AddCoverage(SuiteResults* results) const {
    for (const rules::RuleSet& set : bundle_->rule_sets) {
      for (const rules::Rule& rule : set.rules) {
        ++results->rules_total;
        if (!hit_.contains(&rule)) {
          results->rules_not_hit.push_back(absl::StrCat(set.name, "/", rule.id));
        }
      }
    }
  }

 private:
  // A lead of which just these things are known, and nothing was decided.
  static facts::Lead Known(facts::Lead lead, const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      if (change.fact.has_value()) {
        facts::State(lead, change.fact->first, *change.fact->second);
      } else {
        lead.timeline.push_back(*change.event);
      }
    }
    std::stable_sort(lead.timeline.begin(), lead.timeline.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
    return lead;
  }

  const std::shared_ptr<const rules::Bundle>& bundle_;
  std::set<const rules::Rule*> hit_;
};

}  // namespace

SuiteResults RunSuites(const std::shared_ptr<const rules::Bundle>& bundle,
                       const rules::BundleFiles& files, absl::string_view filter,
                       base::IssueList* issues) {
  SuiteResults results;
  Runner runner(bundle);
  for (const auto& [path, text] : files) {
    if (!absl::EndsWith(path, "_test.yaml") && !absl::EndsWith(path, "_test.yml")) continue;
    for (const SuiteCase& test : LoadSuite(*bundle, path, text, issues)) {
      if (!filter.empty() && !Glob(filter, absl::StrCat(test.suite, "/", test.name))) continue;
      results.cases.push_back(runner.Run(test));
    }
  }
  runner.AddCoverage(&results);
  return results;
}

}  // namespace leadgrade::decision
