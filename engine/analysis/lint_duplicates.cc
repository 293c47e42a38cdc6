// Rules that say what another one of their rule set says, and rules that nearly do.
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/analysis/lint.h"
#include "engine/analysis/lint_parts.h"

namespace leadgrade::analysis {

using rules::Aggregation;
using rules::HitPolicy;
using rules::RuleSet;

namespace {

// Conditions of more comparisons are not held against each other part by part.
constexpr size_t kMaxComparisons = 64;

bool GathersAll(const RuleSet& set) {
  return set.hit_policy == HitPolicy::kCollect || set.hit_policy == HitPolicy::kRuleOrder;
}

// One rule for each step of a scale, and the steps add up: `visits >= 3`, `visits >= 5`.
bool AddsUp(const RuleSet& set) {
  return set.aggregation == Aggregation::kSum || set.aggregation == Aggregation::kCount;
}

// Whether of two comparisons of one subject either holds wherever the other does, by a slip of the
// constant or of the relation alone.
bool IsSlip(const Form& a, const Form& b) {
  const auto is_bound = [](Relation relation) {
    return relation != Relation::kEqual && relation != Relation::kNotEqual;
  };
  const bool same_constant =
      a.constant.kind() == b.constant.kind() && cel::Equal(a.constant, b.constant);
  if (a.relation == b.relation) {
    return is_bound(a.relation) && !same_constant && a.constant.kind() == b.constant.kind();
  }
  if (!same_constant) return false;
  const std::pair<Relation, Relation> both = std::minmax(a.relation, b.relation);
  return both == std::pair(Relation::kLess, Relation::kAtMost) ||
         both == std::pair(Relation::kMore, Relation::kAtLeast) ||
         both == std::pair(Relation::kEqual, Relation::kAtMost) ||
         both == std::pair(Relation::kEqual, Relation::kAtLeast);
}

// Calls `take` with each form inside, itself included.
void Visit(Form* form, const std::function<void(Form*)>& take) {
  take(form);
  for (Form& part : form->parts) Visit(&part, take);
}

// The whole text with one form inside replaced.
std::string TextWith(const Form& whole, const Form* replaced, const Form& by) {
  const std::function<Form(const Form&)> copy = [&](const Form& form) {
    if (&form == replaced) return by;
    if (form.parts.empty()) return form;
    Form out = form;
    out.parts.clear();
    for (const Form& part : form.parts) out.parts.push_back(copy(part));
    Rewrite(&out);
    return out;
  };
  return copy(whole).text;
}

class Duplicates {
 public:
  Duplicates(LintRun* run, const RuleSet& set) : run_(*run), set_(set), rules_(FormRules(set)) {}

  void Run() {
    FindSame();
    if (AddsUp(set_)) return;
    FindSlips();
    FindOtherConnectives();
  }

 private:
  void FindSame() {
    std::map<std::string, size_t> first;
    for (size_t i = 0; i < rules_.size(); ++i) {
      // What is proposed for one reason may be several things.
      const std::string key =
          absl::StrCat(rules_[i].form.text, GathersAll(set_) ? rules_[i].outputs : "");
      const auto [it, added] = first.emplace(key, i);
      if (added) continue;
      same_.insert({it->second, i});
      const bool same_outputs = rules_[i].outputs == rules_[it->second].outputs;
      run_.Report(kDuplicateRule, rules_[i].rule->span,
                  absl::StrCat("the rule `", rules_[i].rule->id, "` of `", set_.name,
                               "` has the condition of `", rules_[it->second].rule->id, "`",
                               same_outputs ? ", and its outcome" : ", and another outcome"),
                  same_outputs ? "take one of them out" : "only one of them can be meant");
    }
  }

  void FindSlips() {
    struct Part {
      size_t rule;
      const Form* comparison;
    };
    std::map<std::string, std::vector<Part>> alike;
    for (size_t i = 0; i < rules_.size(); ++i) {
      std::vector<Form*> comparisons;
      Visit(&rules_[i].form, [&](Form* form) {
        if (form->kind == Form::Kind::kComparison) comparisons.push_back(form);
      });
      if (comparisons.size() > kMaxComparisons) continue;
      for (const Form* comparison : comparisons) {
        Form hole;
        hole.text = absl::StrCat(comparison->subject, " ?");
        alike[absl::StrCat(TextWith(rules_[i].form, comparison, hole), rules_[i].outputs)]
            .push_back({i, comparison});
      }
    }
    for (const auto& [text, parts] : alike) {
      for (size_t i = 1; i < parts.size(); ++i) {
        // The nearest before it is the one that it was copied from.
        for (size_t k = i; k-- > 0;) {
          if (!IsSlip(*parts[k].comparison, *parts[i].comparison)) continue;
          Near(parts[k].rule, parts[i].rule, parts[k].comparison->range,
               parts[i].comparison->range);
          break;
        }
      }
    }
  }

  // `a && b` beside `a || b`.
  void FindOtherConnectives() {
    std::map<std::string, size_t> by_text;
    for (size_t i = 0; i < rules_.size(); ++i) {
      by_text.emplace(absl::StrCat(rules_[i].form.text, rules_[i].outputs), i);
    }
    for (size_t i = 0; i < rules_.size(); ++i) {
      std::vector<Form*> joined;
      Visit(&rules_[i].form, [&](Form* form) {
        if (form->parts.size() > 1) joined.push_back(form);
      });
      if (joined.size() > kMaxComparisons) continue;
      for (const Form* form : joined) {
        Form turned = *form;
        turned.kind = form->kind == Form::Kind::kAll ? Form::Kind::kAny : Form::Kind::kAll;
        Rewrite(&turned);
        const auto other =
            by_text.find(absl::StrCat(TextWith(rules_[i].form, form, turned), rules_[i].outputs));
        if (other == by_text.end() || other->second == i) continue;
        const size_t first = std::min(i, other->second), second = std::max(i, other->second);
        const cel::Range none;
        Near(first, second, none, none);
      }
    }
  }

  void Near(size_t first, size_t second, const cel::Range& in_first, const cel::Range& in_second) {
    if (!CanCount(first, second) || !near_.insert({first, second}).second ||
        same_.contains({first, second})) {
      return;
    }
    const rules::Rule& a = *rules_[first].rule;
    const rules::Rule& b = *rules_[second].rule;
    const std::string here = SourceOf(*b.when, in_second);
    const base::SourceSpan span = here.empty() ? b.span : run_.PlaceOf(b, in_second);
    const std::string difference = here.empty() ? "they differ in an `&&` and an `||`"
                                                : absl::StrCat("only `", here, "` instead of `",
                                                               SourceOf(*a.when, in_first), "`");
    run_.Report(kNearDuplicateRule, span,
                absl::StrCat("the rule `", b.id, "` of `", set_.name, "` is `", a.id,
                             "` but for one thing, with the same outcome: ", difference),
                "one of them covers the other: take that out, or mend what was copied");
  }

  // Under FIRST a narrower rule may stand above one that gives something else.
  bool CanCount(size_t first, size_t second) const {
    if (set_.hit_policy != HitPolicy::kFirst) return true;
    return std::all_of(
        rules_.begin() + first, rules_.begin() + second,
        [&](const FormedRule& rule) { return rule.outputs == rules_[second].outputs; });
  }

  LintRun& run_;
  const RuleSet& set_;
  std::vector<FormedRule> rules_;
  std::set<std::pair<size_t, size_t>> same_, near_;
};

}  // namespace

void LintDuplicates(LintRun* run) {
  for (const RuleSet& set : run->bundle().rule_sets) Duplicates(run, set).Run();
}

}  // namespace leadgrade::analysis
