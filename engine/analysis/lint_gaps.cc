// `x < 10` in one rule beside `x > 10` in another, and nothing for 10.
#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/analysis/lint.h"
#include "engine/analysis/lint_parts.h"

namespace leadgrade::analysis {

using rules::RuleSet;

namespace {

// The condition's parts that must all hold.
std::vector<const Form*> Conjuncts(const Form& form) {
  if (form.kind != Form::Kind::kAll) return {&form};
  std::vector<const Form*> parts;
  for (const Form& part : form.parts) parts.push_back(&part);
  return parts;
}

// One rule's bound of a subject.
struct Bound {
  size_t rule;
  const Form* comparison;
};

// As an author would write it.
std::string Written(const cel::Value& value, const absl::TimeZone& zone) {
  if (value.kind() == cel::Kind::kDuration) return absl::FormatDuration(value.duration());
  if (value.kind() == cel::Kind::kTimestamp) {
    return absl::FormatTime(absl::RFC3339_sec, value.timestamp(), zone);
  }
  return cel::ToString(value);
}

class Gaps {
 public:
  Gaps(LintRun* run, const RuleSet& set) : run_(*run), set_(set), rules_(FormRules(set)) {}

  void Run() {
    // Each subject's upper and lower bounds, by the value that they leave out.
    std::map<std::string, std::pair<std::vector<Bound>, std::vector<Bound>>> ends;
    for (size_t i = 0; i < rules_.size(); ++i) {
      for (const Form* part : Conjuncts(rules_[i].form)) {
        if (part->kind != Form::Kind::kComparison || !HasBounds(part->type)) continue;
        const auto left_out = LeftOut(*part);
        if (!left_out.has_value()) continue;
        auto& [upper, lower] = ends[absl::StrCat(part->subject, " ", cel::ToString(*left_out))];
        (IsUpper(*part) ? upper : lower).push_back({i, part});
      }
    }
    for (const auto& [value, bounds] : ends) TellOne(bounds.first, bounds.second);
  }

 private:
  static bool IsUpper(const Form& bound) {
    return bound.relation == Relation::kLess || bound.relation == Relation::kAtMost;
  }

  // The value next to what the bound lets in; nullopt where there is none.
  static std::optional<cel::Value> LeftOut(const Form& bound) {
    if (bound.relation == Relation::kLess || bound.relation == Relation::kMore) {
      return bound.constant;
    }
    if (bound.constant.kind() != cel::Kind::kInt || bound.type.kind() != cel::TypeKind::kInt) {
      return std::nullopt;
    }
    const int64_t value = bound.constant.int_value();
    if (bound.relation == Relation::kAtMost && value < std::numeric_limits<int64_t>::max()) {
      return cel::Value::Int(value + 1);
    }
    if (bound.relation == Relation::kAtLeast && value > std::numeric_limits<int64_t>::min()) {
      return cel::Value::Int(value - 1);
    }
    return std::nullopt;
  }

  // What a rule asks beside its bounds of the subject.
  std::set<std::string> Rest(size_t rule, const std::string& subject) const {
    std::set<std::string> rest;
    for (const Form* part : Conjuncts(rules_[rule].form)) {
      if (part->kind != Form::Kind::kComparison || part->subject != subject)
        rest.insert(part->text);
    }
    return rest;
  }

  // Whether the form holds where the subject is the value and all of `given` holds.
  static bool IsImplied(const Form& form, const std::string& subject, const cel::Value& value,
                        const std::set<std::string>& given) {
    const auto implied = [&](const Form& part) { return IsImplied(part, subject, value, given); };
    if (given.contains(form.text)) return true;
    switch (form.kind) {
      case Form::Kind::kAll:
        return std::all_of(form.parts.begin(), form.parts.end(), implied);
      case Form::Kind::kAny:
        return std::any_of(form.parts.begin(), form.parts.end(), implied);
      case Form::Kind::kComparison:
        return form.subject == subject && Holds(value, form.relation, form.constant);
      case Form::Kind::kOther:
        return false;
    }
    return false;
  }

  // Whether it is about the very value, whatever else it asks for.
  static bool Names(const Form& form, const std::string& subject, const cel::Value& value) {
    const std::vector<const Form*> parts = Conjuncts(form);
    return std::any_of(parts.begin(), parts.end(), [&](const Form* part) {
      return part->kind == Form::Kind::kComparison && part->subject == subject &&
             part->relation == Relation::kEqual && cel::Equal(part->constant, value);
    });
  }

  // Of the pairs that leave out one value the first that is a gap.
  void TellOne(const std::vector<Bound>& uppers, const std::vector<Bound>& lowers) {
    for (const Bound& upper : uppers) {
      for (const Bound& lower : lowers) {
        if (upper.rule != lower.rule && Tell(upper, lower)) return;
      }
    }
  }

  // Whether it is a gap; told where it is one.
  bool Tell(const Bound& upper, const Bound& lower) {
    const std::string& subject = upper.comparison->subject;
    const cel::Value value = *LeftOut(*upper.comparison);
    const std::set<std::string> above = Rest(lower.rule, subject);
    std::set<std::string> given = Rest(upper.rule, subject);
    // Rules about different leads do not meet at their bounds.
    const bool meet = std::includes(above.begin(), above.end(), given.begin(), given.end()) ||
                      std::includes(given.begin(), given.end(), above.begin(), above.end());
    if (!meet) return false;
    given.insert(above.begin(), above.end());
    const bool taken = std::any_of(rules_.begin(), rules_.end(), [&](const FormedRule& rule) {
      return IsImplied(rule.form, subject, value, given) || Names(rule.form, subject, value);
    });
    if (taken) return false;
    const Bound& second = upper.rule < lower.rule ? lower : upper;
    const rules::Rule& below_rule = *rules_[upper.rule].rule;
    const rules::Rule& above_rule = *rules_[lower.rule].rule;
    run_.Report(
        kGapAtBoundary, run_.PlaceOf(*rules_[second.rule].rule, second.comparison->range),
        absl::StrCat("no rule of `", set_.name, "` takes ", Written(value, run_.bundle().time_zone),
                     ": `", SourceOf(*below_rule.when, upper.comparison->range), "` of `",
                     below_rule.id, "` ends below it, `",
                     SourceOf(*above_rule.when, lower.comparison->range), "` of `", above_rule.id,
                     "` begins above it"),
        "let one of them take it: `<=` or `>=`");
    return true;
  }

  LintRun& run_;
  const RuleSet& set_;
  const std::vector<FormedRule> rules_;
};

// What no rule takes has an outcome all the same.
bool HasDefault(const RuleSet& set) {
  return std::any_of(set.defaults.begin(), set.defaults.end(),
                     [](const auto& value) { return value != nullptr; });
}

}  // namespace

void LintGaps(LintRun* run) {
  for (const RuleSet& set : run->bundle().rule_sets) {
    if (!HasDefault(set)) Gaps(run, set).Run();
  }
}

}  // namespace leadgrade::analysis
