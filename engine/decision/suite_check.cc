#include "engine/decision/suite_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/decision/suite_text.h"

namespace leadgrade::decision {
namespace {

using Names = std::vector<std::string>;

std::string Join(const Names& names) { return absl::StrCat("[", absl::StrJoin(names, ", "), "]"); }

Names Sorted(Names names) {
  std::sort(names.begin(), names.end());
  return names;
}

// Those of `names` that are not in `others`.
Names Without(const Names& names, const Names& others) {
  Names left;
  for (const std::string& name : names) {
    if (std::find(others.begin(), others.end(), name) == others.end()) left.push_back(name);
  }
  return left;
}

class Checker {
 public:
  explicit Checker(const Decision& decision) : decision_(decision) {}

  std::vector<CaseFailure> Check(const Expectation& expect) {
    Text("grade", expect.grade, GradeName(decision_, decision_.grade));
    Text("potentialGrade", expect.potential_grade, GradeName(decision_, decision_.potential_grade));
    if (expect.provisional.has_value() && *expect.provisional != decision_.provisional) {
      Fail("provisional", *expect.provisional ? "true" : "false",
           decision_.provisional ? "true" : "false");
    }
    Number("score", expect.score, decision_.score);
    Number("potentialScore", expect.potential_score, decision_.potential_score);
    if (expect.valid_until.has_value() && *expect.valid_until != decision_.valid_until) {
      const absl::TimeZone zone = decision_.bundle->time_zone;
      Fail("validUntil", InstantText(*expect.valid_until, zone),
           InstantText(decision_.valid_until, zone));
    }
    CheckOutputs(expect);
    CheckLists(expect);
    CheckReasons(expect);
    return std::move(failures_);
  }

 private:
  void CheckOutputs(const Expectation& expect) {
    const absl::TimeZone zone = decision_.bundle->time_zone;
    const auto text = [zone](const std::optional<facts::FactValue>& value) {
      return value.has_value() ? YamlValue(*value, zone) : "unknown";
    };
    for (const auto& [name, expected] : expect.outputs) {
      std::optional<facts::FactValue> got;
      for (const auto& [shown, value] : decision_.outputs) {
        if (shown == name) got = value;
      }
      if (got != expected) Fail(absl::StrCat("outputs.", name), text(expected), text(got));
    }
  }

  void CheckLists(const Expectation& expect) {
    Names grades, missing, actions, issues, conflicts;
    for (int grade : decision_.attainable) grades.push_back(GradeName(decision_, grade));
    for (const MissingFact& fact : decision_.missing) missing.push_back(fact.fact->name);
    for (const NextAction& action : decision_.actions) actions.push_back(action.action->code);
    for (const DecisionIssue& issue : decision_.issues) issues.push_back(issue.code);
    for (const FactConflict& conflict : decision_.conflicts) {
      conflicts.push_back(conflict.fact->name);
    }
    AsSet("attainableGrades", expect.attainable_grades, grades);
    AsSet("actions", expect.actions, actions);
    AsSet("issues", expect.issues, issues);
    if (expect.missing_facts.has_value() && *expect.missing_facts != missing) {
      FailList("missingFacts", *expect.missing_facts, missing);
    }
    if (expect.conflicts.has_value() && *expect.conflicts != conflicts) {
      FailList("conflicts", *expect.conflicts, conflicts);
    }
  }

  void CheckReasons(const Expectation& expect) {
    if (!expect.reasons.has_value()) return;
    Names reasons;
    for (const MatchedRule& match : decision_.reasons) reasons.push_back(match.rule->id);
    const bool first = expect.reasons->empty()
                           ? reasons.empty()
                           : !reasons.empty() && reasons.front() == expect.reasons->front();
    if (first && Without(*expect.reasons, reasons).empty()) return;
    FailList("reasons", *expect.reasons, reasons);
  }

  void AsSet(absl::string_view what, const std::optional<Names>& expected, const Names& got) {
    if (expected.has_value() && Sorted(*expected) != Sorted(got)) FailList(what, *expected, got);
  }

  void Text(absl::string_view what, const std::optional<std::string>& expected,
            const std::string& got) {
    if (expected.has_value() && *expected != got) Fail(what, *expected, got.empty() ? "none" : got);
  }

  void Number(absl::string_view what, std::optional<double> expected, std::optional<double> got) {
    if (!expected.has_value() || expected == got) return;
    Fail(what, absl::StrCat(*expected), got.has_value() ? absl::StrCat(*got) : "none");
  }

  void FailList(absl::string_view what, const Names& expected, const Names& got) {
    Fail(what, Join(expected), Join(got));
    failures_.back().missing = Without(expected, got);
    failures_.back().extra = Without(got, expected);
  }

  void Fail(absl::string_view what, std::string expected, std::string got) {
    std::string rule;
    if (!decision_.reasons.empty()) {
      rule = absl::StrCat(" (rule `", decision_.reasons.front().rule->id, "`)");
    }
    CaseFailure& failure = failures_.emplace_back();
    failure.what = std::string(what);
    failure.message = absl::StrCat(what, ": expected `", expected, "`, got `", got, "`", rule);
    failure.expected = std::move(expected);
    failure.got = std::move(got);
  }

  const Decision& decision_;
  std::vector<CaseFailure> failures_;
};

std::string NameOf(const RuleTrace& trace) {
  return absl::StrCat("`", trace.rule_set->name, "/", trace.rule->id, "`");
}

class Tracer {
 public:
  explicit Tracer(const Explanation& explanation)
      : explanation_(explanation), bundle_(*explanation.decision.bundle) {}

  void Trace(CaseFailure* failure) {
    failure_ = failure;
    if (failure->what == "grade" || failure->what == "potentialGrade") {
      Came(bundle_.grade, failure->got);
      WouldCome(bundle_.grade, failure->expected);
    } else if (failure->what == "score" || failure->what == "potentialScore") {
      if (bundle_.score) Came(bundle_.score, failure->got);
    } else if (failure->what == "actions") {
      for (const std::string& action : failure->extra) CameFrom(bundle_.actions_output, action);
      for (const std::string& action : failure->missing) {
        WouldCome(bundle_.actions_output, action);
      }
    } else if (failure->what == "reasons") {
      for (const std::string& id : failure->missing) DidNotMatch(id);
    } else if (failure->what.starts_with("outputs.")) {
      const rules::OutputRef output = OutputNamed(failure->what.substr(sizeof("outputs.") - 1));
      if (!output) return;
      Came(output, failure->got);
      WouldCome(output, failure->expected);
    }
  }

 private:
  rules::OutputRef OutputNamed(absl::string_view name) const {
    for (size_t s = 0; s < bundle_.rule_sets.size(); ++s) {
      const rules::RuleSet& set = bundle_.rule_sets[s];
      for (size_t k = 0; k < set.outputs.size(); ++k) {
        if (absl::StrCat(set.name, ".", set.outputs[k].name) == name) {
          return {static_cast<int>(s), static_cast<int>(k)};
        }
      }
    }
    return {};
  }

  const rules::RuleSet& SetOf(const rules::OutputRef& output) const {
    return bundle_.rule_sets[output.rule_set];
  }

  // Whether the rule gives this very value; false where it is computed.
  bool Gives(const RuleTrace& trace, const rules::OutputRef& output, const std::string& value) {
    if (trace.rule_set != &SetOf(output)) return false;
    const auto& then = trace.rule->then[output.output];
    return then != nullptr && then->expr().kind == cel::ExprKind::kConstant &&
           cel::ToString(then->expr().constant) == value;
  }

  // The rules whose outcome counts.
  void Came(const rules::OutputRef& output, const std::string& value) {
    bool any = false;
    for (const RuleTrace& trace : explanation_.rules) {
      if (trace.rule_set != &SetOf(output) || !trace.settles) continue;
      Add(absl::StrCat("`", value, "` came from ", NameOf(trace)), trace);
      any = true;
    }
    // Where it is open, these may still match.
    for (const RuleTrace& trace : explanation_.rules) {
      if (any || trace.rule_set != &SetOf(output) || trace.truth != Truth::kUnknown) continue;
      Add(absl::StrCat(NameOf(trace), " may match, and leaves it open"), trace);
    }
  }

  void CameFrom(const rules::OutputRef& output, const std::string& value) {
    for (const RuleTrace& trace : explanation_.rules) {
      if (!trace.settles || !Gives(trace, output, value)) continue;
      Add(absl::StrCat("`", value, "` came from ", NameOf(trace)), trace);
    }
  }

  // Of the rules that give the value, the one with the least against it.
  void WouldCome(const rules::OutputRef& output, const std::string& value) {
    const RuleTrace* nearest = nullptr;
    for (const RuleTrace& trace : explanation_.rules) {
      if (trace.settles || !Gives(trace, output, value)) continue;
      if (nearest == nullptr || Against(trace) < Against(*nearest)) nearest = &trace;
    }
    if (nearest == nullptr) return;
    Add(absl::StrCat("`", value, "` would come from ", NameOf(*nearest), ", which ",
                     WhyNot(*nearest)),
        *nearest);
  }

  void DidNotMatch(const std::string& id) {
    for (const RuleTrace& trace : explanation_.rules) {
      if (trace.rule->id == id) Add(absl::StrCat(NameOf(trace), " ", WhyNot(trace)), trace);
    }
  }

  static size_t Against(const RuleTrace& trace) {
    return std::count_if(trace.terms.begin(), trace.terms.end(),
                         [](const TermTrace& term) { return term.truth != Truth::kTrue; });
  }

  std::string WhyNot(const RuleTrace& trace) const {
    if (trace.truth == Truth::kUnknown) return "may match, by what is unknown";
    if (trace.truth != Truth::kTrue) return "did not match";
    for (const RuleTrace& other : explanation_.rules) {
      if (&other == &trace) break;
      if (other.rule_set == trace.rule_set && other.truth != Truth::kFalse) {
        return absl::StrCat("comes behind ", NameOf(other));
      }
    }
    return "did not settle it";
  }

  void Add(std::string title, const RuleTrace& trace) {
    failure_->traces.push_back({std::move(title), trace.rule->span, trace.terms});
  }

  const Explanation& explanation_;
  const rules::Bundle& bundle_;
  CaseFailure* failure_ = nullptr;
};

}  // namespace

std::vector<CaseFailure> CheckExpectation(const Expectation& expect, const Decision& decision) {
  return Checker(decision).Check(expect);
}

void AddTraces(const Explanation& explanation, std::vector<CaseFailure>* failures) {
  Tracer tracer(explanation);
  for (CaseFailure& failure : *failures) tracer.Trace(&failure);
}

}  // namespace leadgrade::decision
