#include "engine/analysis/diff_outputs.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

namespace leadgrade::analysis {
namespace {

using cel::TypeKind;
using rules::Bundle;
using rules::OutputRef;

constexpr char kNone[] = "none";
constexpr char kDifferent[] = "different";

class Comparer {
 public:
  Comparer(std::array<const Bundle*, 2> bundles, std::array<Model*, 2> models, TermTable* terms)
      : bundles_(bundles), models_(models), terms_(*terms) {}

  std::vector<ComparedOutput> Run() {
    CompareNamed(
        "grade",
        {SlotOf(*bundles_[0], bundles_[0]->grade), SlotOf(*bundles_[1], bundles_[1]->grade)},
        {*bundles_[0]->grade_enum, *bundles_[1]->grade_enum});
    CompareScores();
    CompareActions();
    CompareShown();
    return std::move(outputs_);
  }

 private:
  using Slots = std::array<int32_t, 2>;

  // -1: the bundle has no such output.
  static int32_t SlotOf(const Bundle& bundle, OutputRef ref) {
    return ref ? bundle.rule_sets[ref.rule_set].outputs[ref.output].slot : -1;
  }

  const Symbol& At(int side, int32_t slot) const { return models_[side]->slots()[slot]; }

  // There is a value.
  Term Has(const Symbol& symbol) {
    return terms_.Not(terms_.Or({symbol.unknown, symbol.error, symbol.null}));
  }
  // There may be a value, but no formula for it.
  bool IsBeyond(const Symbol& symbol) {
    return symbol.value == nullptr && Has(symbol) != terms_.False();
  }
  // It is settled that there is none.
  Term Lacks(const Symbol& symbol) {
    return terms_.And(terms_.Not(symbol.unknown), terms_.Or(symbol.error, symbol.null));
  }

  static bool HasValue(const cel::Value& value) {
    return !value.is_unknown() && !value.is_error() && !value.is_null();
  }

  static std::string Shown(const cel::Value& value) {
    return HasValue(value) ? cel::ToString(value) : kNone;
  }

  // Of values with names: a kind for each pair of names.
  void CompareNamed(std::string name, Slots slots, const std::array<cel::EnumType, 2>& types) {
    ComparedOutput& output = outputs_.emplace_back();
    output.name = std::move(name);
    std::array<std::vector<std::pair<std::string, Term>>, 2> may_be;
    for (const int side : {0, 1}) {
      const Symbol& symbol = At(side, slots[side]);
      if (IsBeyond(symbol)) {
        output.reason = "what it gives has no formula";
        return;
      }
      for (size_t i = 0; i < types[side].values.size() && symbol.value != nullptr; ++i) {
        const Term is = terms_.Equal(symbol.value, terms_.Int(static_cast<int64_t>(i)));
        may_be[side].emplace_back(types[side].values[i], terms_.And(Has(symbol), is));
      }
      may_be[side].emplace_back(kNone, Lacks(symbol));
    }
    for (const auto& [before, was] : may_be[0]) {
      for (const auto& [after, is] : may_be[1]) {
        if (before == after) continue;
        const auto shows = [slots, before = before, after = after](
                               WholeRow& x, WholeRow& y, std::string* was, std::string* is) {
          if (x.slot(slots[0]).is_unknown() || y.slot(slots[1]).is_unknown()) return false;
          *was = Shown(x.slot(slots[0]));
          *is = Shown(y.slot(slots[1]));
          return *was == before && *is == after;
        };
        output.kinds.push_back({before, after, terms_.And(was, is), shows});
      }
    }
  }

  // Of any other values: one kind for those that are both there, and one each for those that only
  // one bundle gives.
  void CompareValues(std::string name, Slots slots) {
    ComparedOutput& output = outputs_.emplace_back();
    output.name = std::move(name);
    const Symbol &x = At(0, slots[0]), &y = At(1, slots[1]);
    if (IsBeyond(x) || IsBeyond(y)) {
      output.reason = "what it gives has no formula";
      return;
    }
    const bool both = x.value != nullptr && y.value != nullptr;
    if (both && x.value->sort != y.value->sort) {
      output.reason = "it is of another type now";
      return;
    }
    const Term same = both ? models_[0]->SameValue(x, y) : terms_.False();
    const auto add = [&](const char* before, const char* after, Term holds) {
      const auto shows = [slots, before = std::string(before), after = std::string(after)](
                             WholeRow& a, WholeRow& b, std::string* was, std::string* is) {
        const cel::Value &v = a.slot(slots[0]), &w = b.slot(slots[1]);
        if (v.is_unknown() || w.is_unknown()) return false;
        *was = Shown(v);
        *is = Shown(w);
        if ((before == kNone) == HasValue(v) || (after == kNone) == HasValue(w)) return false;
        return before == kNone || after == kNone || !cel::Equal(v, w);
      };
      output.kinds.push_back({before, after, holds, shows});
    };
    add(kDifferent, kDifferent, terms_.And({Has(x), Has(y), terms_.Not(same)}));
    add(kDifferent, kNone, terms_.And(Has(x), Lacks(y)));
    add(kNone, kDifferent, terms_.And(Lacks(x), Has(y)));
  }

  void CompareScores() {
    const Slots slots = {SlotOf(*bundles_[0], bundles_[0]->score),
                         SlotOf(*bundles_[1], bundles_[1]->score)};
    if (slots[0] < 0 && slots[1] < 0) return;
    if (slots[0] < 0 || slots[1] < 0) {
      outputs_.push_back({"score", {}, slots[0] < 0 ? "it is new" : "it is gone"});
      return;
    }
    CompareValues("score", slots);
  }

  // Whether a list of actions has one. Null where that has no formula.
  Term Proposes(int side, int32_t slot, const std::string& code) {
    if (slot < 0) return terms_.False();
    const Symbol& list = At(side, slot);
    if (list.elements == nullptr) return nullptr;
    const auto& actions = bundles_[side]->action_enum;
    const auto ordinal = actions == nullptr ? std::nullopt : actions->OrdinalOf(code);
    if (!ordinal.has_value()) return terms_.False();
    std::vector<Term> any;
    for (const Element& element : *list.elements) {
      if (element.symbol.value == nullptr) continue;
      any.push_back(
          terms_.And(element.present, terms_.Equal(element.symbol.value, terms_.Int(*ordinal))));
    }
    return terms_.Or(std::move(any));
  }

  static bool Has(WholeRow& row, int32_t slot, const std::string& code) {
    if (slot < 0 || row.slot(slot).kind() != cel::Kind::kList) return false;
    const auto elements = row.slot(slot).elements();
    return std::any_of(elements.begin(), elements.end(), [&](const cel::Value& element) {
      return HasValue(element) && cel::ToString(element) == code;
    });
  }

  void CompareActions() {
    const Slots slots = {SlotOf(*bundles_[0], bundles_[0]->actions_output),
                         SlotOf(*bundles_[1], bundles_[1]->actions_output)};
    std::vector<std::string> codes;
    for (const Bundle* bundle : bundles_) {
      for (const rules::Action& action : bundle->actions) {
        if (std::find(codes.begin(), codes.end(), action.code) == codes.end()) {
          codes.push_back(action.code);
        }
      }
    }
    for (const std::string& code : codes) CompareAction(code, slots);
  }

  void CompareAction(const std::string& code, Slots slots) {
    ComparedOutput& output = outputs_.emplace_back();
    output.name = absl::StrCat("action ", code);
    const Term was = Proposes(0, slots[0], code), is = Proposes(1, slots[1], code);
    if (was == nullptr || is == nullptr) {
      output.reason = "what it gives has no formula";
      return;
    }
    std::vector<Term> settled;
    for (const int side : {0, 1}) {
      if (slots[side] < 0) continue;
      const Symbol& list = At(side, slots[side]);
      settled.push_back(terms_.Not(terms_.Or(list.unknown, list.error)));
    }
    const Term known = terms_.And(std::move(settled));
    const auto add = [&](bool proposed, Term holds) {
      const auto shows = [=](WholeRow& x, WholeRow& y, std::string* before, std::string* after) {
        const bool had = Has(x, slots[0], code), has = Has(y, slots[1], code);
        *before = had ? "proposed" : kNone;
        *after = has ? "proposed" : kNone;
        const auto open = [](WholeRow& row, int32_t slot) {
          return slot >= 0 && row.slot(slot).kind() != cel::Kind::kList;
        };
        if (open(x, slots[0]) || open(y, slots[1])) return false;
        return had == proposed && has != proposed;
      };
      output.kinds.push_back({proposed ? "proposed" : kNone, proposed ? kNone : "proposed",
                              terms_.And(known, holds), shows});
    };
    add(true, terms_.And(was, terms_.Not(is)));
    add(false, terms_.And(is, terms_.Not(was)));
  }

  void CompareShown() {
    for (const auto& [name, slot] : bundles_[0]->shown_slots) {
      for (const auto& [other, other_slot] : bundles_[1]->shown_slots) {
        if (name == other) CompareShown(name, {slot, other_slot});
      }
    }
  }

  void CompareShown(const std::string& name, Slots slots) {
    std::array<cel::Type, 2> types;
    for (const int side : {0, 1}) types[side] = TypeAt(*bundles_[side], slots[side]);
    if (types[0].kind() == TypeKind::kEnum && types[1].kind() == TypeKind::kEnum) {
      CompareNamed(name, slots, {*types[0].enum_type(), *types[1].enum_type()});
    } else if (types[0].kind() != types[1].kind()) {
      outputs_.push_back({name, {}, "it is of another type now"});
    } else {
      CompareValues(name, slots);
    }
  }

  static cel::Type TypeAt(const Bundle& bundle, int32_t slot) {
    for (const facts::Fact& fact : bundle.schema.facts) {
      if (fact.slot == slot) return fact.type.WithoutNull();
    }
    for (const rules::RuleSet& set : bundle.rule_sets) {
      for (const rules::Output& output : set.outputs) {
        if (output.slot == slot) return output.type.WithoutNull();
      }
    }
    return cel::Type();
  }

  const std::array<const Bundle*, 2> bundles_;
  const std::array<Model*, 2> models_;
  TermTable& terms_;
  std::vector<ComparedOutput> outputs_;
};

}  // namespace

std::vector<ComparedOutput> OutputsToCompare(std::array<const Bundle*, 2> bundles,
                                             std::array<Model*, 2> models, TermTable* terms) {
  return Comparer(bundles, models, terms).Run();
}

}  // namespace leadgrade::analysis
