// Numbers and times that stand in several places, where a parameter would say what they are.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/analysis/lint.h"
#include "engine/analysis/lint_parts.h"

namespace leadgrade::analysis {

using cel::ExprKind;
using cel::Kind;

namespace {

// Numbers that say of themselves what they are.
bool IsPlain(const cel::Value& value) {
  switch (value.kind()) {
    case Kind::kInt:
      return value.int_value() == 0 || value.int_value() == 1 || value.int_value() == -1 ||
             value.int_value() == 100;
    case Kind::kDouble:
      return value.double_value() == 0 || value.double_value() == 1 || value.double_value() == -1 ||
             value.double_value() == 100;
    case Kind::kDuration:
      return value.duration() == absl::ZeroDuration();
    default:
      return false;
  }
}

bool IsNumberOrTime(const cel::Value& value) {
  return value.kind() == Kind::kInt || value.kind() == Kind::kDouble ||
         value.kind() == Kind::kDuration || value.kind() == Kind::kTimestamp;
}

bool HasName(const cel::Expr& expr) {
  if (expr.kind == ExprKind::kIdent) return true;
  for (const auto& operand : expr.operands) {
    if (HasName(*operand)) return true;
  }
  return false;
}

// Whether it is written out, and no parameter has a part in it.
bool IsWrittenOut(const std::string& source) {
  std::vector<cel::ExprIssue> unused;
  const cel::ExprPtr parsed = cel::Parse(source, &unused);
  return parsed != nullptr && !HasName(*parsed);
}

// A place where a literal is compared.
struct Use {
  std::string owner;  // "`press`": the rule, or the fact that is derived
  base::SourceSpan span;
  std::string literal;  // as written
  std::string subject;  // the same
};

class Numbers {
 public:
  explicit Numbers(LintRun* run) : run_(*run) {}

  void Run() {
    for (const facts::Fact& fact : run_.bundle().schema.facts) {
      if (fact.derivation == nullptr) continue;
      Walk(fact.derivation->expr(), *fact.derivation, fact.name, [&](const cel::Range& range) {
        return run_.PlaceBehind(fact.span, SourceOf(*fact.derivation, range));
      });
    }
    for (const rules::RuleSet& set : run_.bundle().rule_sets) {
      for (const rules::Rule& rule : set.rules) {
        if (rule.when == nullptr) continue;
        Walk(rule.when->expr(), *rule.when, rule.id,
             [&](const cel::Range& range) { return run_.PlaceOf(rule, range); });
      }
    }
    for (const auto& [key, uses] : by_subject_) Tell(uses, uses.front().subject);
    for (const auto& [key, uses] : durations_) Tell(uses, "");
  }

 private:
  template <typename PlaceOf>
  void Walk(const cel::Expr& expr, const cel::Program& program, const std::string& owner,
            const PlaceOf& place_of) {
    if (expr.kind == ExprKind::kCall && expr.operands.size() == 2 && !expr.member_call) {
      Note(expr, program, owner, place_of);
    }
    for (const auto& operand : expr.operands) Walk(*operand, program, owner, place_of);
    if (expr.comprehension == nullptr) return;
    const cel::Comprehension& fold = *expr.comprehension;
    for (const auto* part : {&fold.range, &fold.init, &fold.condition, &fold.step, &fold.result}) {
      Walk(**part, program, owner, place_of);
    }
  }

  template <typename PlaceOf>
  void Note(const cel::Expr& expr, const cel::Program& program, const std::string& owner,
            const PlaceOf& place_of) {
    static const std::set<absl::string_view> kComparisons = {"_==_", "_!=_", "_<_",
                                                             "_<=_", "_>_",  "_>=_"};
    if (!kComparisons.contains(expr.name)) return;
    const bool left = expr.operands[0]->kind == ExprKind::kConstant;
    const cel::Expr& constant = *expr.operands[left ? 0 : 1];
    const cel::Expr& subject = *expr.operands[left ? 1 : 0];
    if (constant.kind != ExprKind::kConstant || subject.kind == ExprKind::kConstant) return;
    if (!IsNumberOrTime(constant.constant) || IsPlain(constant.constant)) return;
    const std::string literal = SourceOf(program, constant.range);
    if (!IsWrittenOut(literal)) return;
    const Use use{absl::StrCat("`", owner, "`"), place_of(expr.range), literal,
                  SourceOf(program, subject.range)};
    const std::string value = cel::ToString(constant.constant);
    by_subject_[absl::StrCat(TextOf(subject), " ", value)].push_back(use);
    if (constant.constant.kind() == Kind::kDuration) durations_[value].push_back(use);
  }

  // Where it is in several rules or derivations, at the first. `subject`: what all compare it with;
  // "" for several.
  void Tell(const std::vector<Use>& uses, const std::string& subject) {
    std::vector<std::string> owners;
    for (const Use& use : uses) {
      if (std::find(owners.begin(), owners.end(), use.owner) == owners.end()) {
        owners.push_back(use.owner);
      }
    }
    const base::SourceSpan& span = uses.front().span;
    if (owners.size() < 2 || !told_.insert({span.file, span.line, span.column}).second) return;
    constexpr size_t kShown = 5;
    const size_t more = owners.size() > kShown ? owners.size() - kShown : 0;
    owners.resize(owners.size() - more);
    run_.Report(kMagicNumber, span,
                absl::StrCat("`", uses.front().literal, "` is compared",
                             subject.empty() ? "" : absl::StrCat(" with `", subject, "`"),
                             " in several places: ", absl::StrJoin(owners, ", "),
                             more > 0 ? absl::StrCat(" and ", more, " more") : ""),
                "name it by a parameter, so that it is changed in one place");
  }

  LintRun& run_;
  std::map<std::string, std::vector<Use>> by_subject_, durations_;
  std::set<std::tuple<std::string, int, int>> told_;  // places
};

}  // namespace

void LintNumbers(LintRun* run) { Numbers(run).Run(); }

}  // namespace leadgrade::analysis
