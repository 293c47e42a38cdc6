#include "engine/analysis/diff_regions.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "engine/decision/condition_tree.h"

namespace leadgrade::analysis {
namespace {

constexpr std::array<const char*, 2> kWhen = {" (before)", " (after)"};
constexpr int kDeepest = 2;

struct Relation {
  const char *name, *sign, *contrary;
};
constexpr std::array<Relation, 6> kRelations = {{{"_==_", "==", "!="},
                                                 {"_!=_", "!=", "=="},
                                                 {"_<_", "<", ">="},
                                                 {"_<=_", "<=", ">"},
                                                 {"_>_", ">", "<="},
                                                 {"_>=_", ">=", "<"}}};

// What is compared as it was written, or as its value: a parameter says nothing to people.
std::string OperandText(const std::string& source, const cel::Expr& expr) {
  if (expr.kind == cel::ExprKind::kConstant) return cel::ToString(expr.constant);
  return source.substr(static_cast<size_t>(expr.range.begin),
                       static_cast<size_t>(expr.range.end - expr.range.begin));
}

// The condition in words, and its contrary.
std::pair<std::string, std::string> InWords(const std::string& source, const cel::Expr& expr) {
  for (const Relation& relation : kRelations) {
    if (!cel::IsCall(expr, relation.name)) continue;
    const std::string left = OperandText(source, *expr.operands[0]);
    const std::string right = OperandText(source, *expr.operands[1]);
    if (left.empty() || right.empty()) break;
    return {absl::StrCat(left, " ", relation.sign, " ", right),
            absl::StrCat(left, " ", relation.contrary, " ", right)};
  }
  // A name, or a call: what needs no brackets to be negated.
  const bool simple = source.find(' ') == std::string::npos;
  return {source, simple ? absl::StrCat("!", source) : absl::StrCat("!(", source, ")")};
}

}  // namespace

RegionFinder::RegionFinder(std::array<Model*, 2> models,
                           std::array<const rules::Bundle*, 2> bundles,
                           const std::vector<Stated>& facts, TermTable* terms, Search* search)
    : models_(models), bundles_(bundles), terms_(*terms), search_(*search) {
  for (const Stated& fact : facts) {
    const bool derived = fact.derived;
    atoms_.push_back(
        {derived ? absl::StrCat(fact.fact, " is stated") : absl::StrCat("known(", fact.fact, ")"),
         derived ? absl::StrCat(fact.fact, " is derived") : absl::StrCat("!known(", fact.fact, ")"),
         fact.stated, terms_.Not(fact.stated), 0, 0});
  }
  for (const int side : {0, 1}) AddAtoms(side);
  // Where the two mean something else by the same words.
  absl::flat_hash_map<std::string, int> meanings;
  for (const Atom& atom : atoms_) ++meanings[atom.yes];
  for (Atom& atom : atoms_) {
    if (meanings[atom.yes] == 1) continue;
    for (std::string* words : {&atom.yes, &atom.no}) words->append(kWhen[atom.side]);
  }
}

void RegionFinder::AddAtoms(int side) {
  const rules::Bundle& bundle = *bundles_[side];
  for (const rules::RuleSet& set : bundle.rule_sets) {
    for (const rules::Rule& rule : set.rules) AddRule(side, rule);
  }
  for (const facts::Fact& fact : bundle.schema.facts) {
    if (fact.derivation == nullptr || fact.type.kind() != cel::TypeKind::kBool) continue;
    rules::Rule as_rule;
    as_rule.when = fact.derivation;
    AddRule(side, as_rule);
  }
}

void RegionFinder::AddRule(int side, const rules::Rule& rule) {
  const rules::Bundle& bundle = *bundles_[side];
  if (rule.when == nullptr) return;
  const decision::ConditionTree tree(bundle, rule);
  for (const decision::AtomicCondition& condition : tree.conditions()) {
    const Symbol symbol = models_[side]->Encode(condition.program->expr());
    Atom atom;
    atom.is_true = models_[side]->IsTrue(symbol);
    atom.is_false = models_[side]->IsFalse(symbol);
    const bool there = std::any_of(atoms_.begin(), atoms_.end(), [&](const Atom& other) {
      return (other.is_true == atom.is_true && other.is_false == atom.is_false) ||
             (other.is_true == atom.is_false && other.is_false == atom.is_true);
    });
    if (there) continue;
    std::tie(atom.yes, atom.no) = InWords(condition.source, condition.program->expr());
    atom.side = side;
    for (const int32_t slot : condition.program->slots()) {
      for (const facts::Fact& fact : bundle.schema.facts) {
        if (fact.slot == slot && fact.derivation != nullptr) atom.depth = std::max(atom.depth, 1);
      }
      for (const rules::RuleSet& set : bundle.rule_sets) {
        for (const rules::Output& output : set.outputs) {
          if (output.slot == slot) atom.depth = kDeepest;
        }
      }
    }
    atoms_.push_back(std::move(atom));
  }
}

std::vector<RegionFinder::Literal> RegionFinder::LiteralsOf(TermValues* values, int depth) const {
  std::vector<Literal> literals;
  for (const Atom& atom : atoms_) {
    if (atom.depth > depth) continue;
    if (values->Holds(atom.is_true)) {
      literals.push_back({&atom, atom.is_true, true});
    } else if (values->Holds(atom.is_false)) {
      literals.push_back({&atom, atom.is_false, false});
    }
  }
  return literals;
}

Term RegionFinder::Cell(TermValues* values) const {
  std::vector<Term> terms;
  for (const Literal& literal : LiteralsOf(values, kDeepest)) terms.push_back(literal.term);
  return terms_.And(std::move(terms));
}

std::optional<RegionFinder::Region> RegionFinder::Find(TermValues* values, Term claim,
                                                       const std::vector<Term>& assumed) {
  std::vector<Term> contrary = assumed;
  contrary.push_back(terms_.Not(claim));
  const auto needed = [&](const std::vector<Literal>& literals) {
    std::vector<Term> terms;
    for (const Literal& literal : literals) terms.push_back(literal.term);
    std::optional<std::vector<Literal>> some;
    if (const auto indexes = search_.Contradicts(terms, contrary)) {
      some.emplace();
      for (const size_t index : *indexes) some->push_back(literals[index]);
    }
    return some;
  };
  std::optional<std::vector<Literal>> region;
  for (int depth = 0; depth <= kDeepest && !region.has_value(); ++depth) {
    region = needed(LiteralsOf(values, depth));
  }
  if (!region.has_value()) return std::nullopt;
  // What says most about facts stays longest.
  std::stable_sort(region->begin(), region->end(), [](const Literal& a, const Literal& b) {
    return a.atom->depth > b.atom->depth;
  });
  for (size_t i = 0; i < region->size();) {
    std::vector<Literal> fewer = *region;
    fewer.erase(fewer.begin() + static_cast<long>(i));
    if (needed(fewer).has_value()) {
      region = std::move(fewer);
    } else {
      ++i;
    }
  }
  std::sort(region->begin(), region->end(),
            [](const Literal& a, const Literal& b) { return a.atom < b.atom; });
  Region out;
  std::vector<Term> terms;
  for (const Literal& literal : *region) {
    out.conditions.push_back(literal.holds ? literal.atom->yes : literal.atom->no);
    terms.push_back(literal.term);
  }
  out.holds = terms_.And(std::move(terms));
  return out;
}

}  // namespace leadgrade::analysis
