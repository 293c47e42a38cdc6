#include "engine/analysis/properties.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "engine/analysis/whole_row.h"

namespace leadgrade::analysis {

using rules::Property;

namespace {

bool Fails(const cel::Value& value) { return value.is_false() || value.is_error(); }

// By the evaluator, whether the lead contradicts the claim; of kMonotone one lead alone does not.
bool Contradicts(const Property& property, WholeRow& row) {
  if (property.given != nullptr && !row.Eval(*property.given).is_true()) return false;
  const cel::Value left = row.Eval(*property.left);
  switch (property.claim) {
    case Property::Claim::kAlways:
      return Fails(left);
    case Property::Claim::kNever:
      return left.is_true();
    case Property::Claim::kImplies:
      return left.is_true() && Fails(row.Eval(*property.right));
    case Property::Claim::kEquivalent: {
      const cel::Value right = row.Eval(*property.right);
      return (left.is_true() && right.is_false()) || (left.is_false() && right.is_true());
    }
    case Property::Claim::kMonotone:
      break;
  }
  return false;
}

class PropertyProofs {
 public:
  PropertyProofs(Prover* prover, const Property& property)
      : prover_(*prover), terms_(prover->terms()), property_(property) {}

  void Run() {
    if (property_.claim == Property::Claim::kMonotone) return RunMonotone();
    const auto found = prover_.Ask(
        {Given(prover_.model()), Contradiction()},
        [&](decision::Evaluation& evaluation) {
          WholeRow row(prover_.bundle(), evaluation.lead(), evaluation.context().now);
          return Contradicts(property_, row);
        },
        true);
    prover_.Settle(found, property_.span, absl::StrCat("the property `", property_.id, "`"), [&] {
      prover_.Report(base::Severity::kError, kPropertyFails, property_.span,
                     absl::StrCat("the property `", property_.id, "` does not hold for all leads",
                                  property_.description.empty() ? "" : ": ", property_.description),
                     "", found.witness);
    });
  }

 private:
  Term Given(Model& model) {
    if (property_.given == nullptr) return terms_.True();
    return model.IsTrue(model.Encode(property_.given->expr()));
  }

  Term Contradiction() {
    Model& model = prover_.model();
    const Symbol left = model.Encode(property_.left->expr());
    const auto fails = [&](const Symbol& symbol) {
      return terms_.Or(model.IsFalse(symbol), symbol.error);
    };
    switch (property_.claim) {
      case Property::Claim::kAlways:
        return fails(left);
      case Property::Claim::kNever:
        return model.IsTrue(left);
      default:
        break;
    }
    const Symbol right = model.Encode(property_.right->expr());
    if (property_.claim == Property::Claim::kImplies) {
      return terms_.And(model.IsTrue(left), fails(right));
    }
    return terms_.Or(terms_.And(model.IsTrue(left), model.IsFalse(right)),
                     terms_.And(model.IsFalse(left), model.IsTrue(right)));
  }

  int32_t OutputSlot() const {
    const auto& set = prover_.bundle().rule_sets[property_.output.rule_set];
    return set.outputs[property_.output.output].slot;
  }

  void RunMonotone() {
    Model::World& world = prover_.world();
    Inputs more = prover_.model().inputs();
    Model::Vary(&world, property_.fact, &more);
    Model other(&world, more);
    const Symbol& low = prover_.model().inputs().facts[property_.fact];
    const Symbol& high = more.facts[property_.fact];
    const Symbol& out = prover_.model().slots()[OutputSlot()];
    const Symbol& other_out = other.slots()[OutputSlot()];
    const auto there = [&](const Symbol& symbol) {
      return terms_.Not(terms_.Or({symbol.unknown, symbol.error, symbol.null}));
    };
    const Term worse =
        property_.falling ? Less(out.value, other_out.value) : Less(other_out.value, out.value);
    std::vector<Term> questions = {Given(prover_.model()),
                                   Given(other),
                                   more.stated[property_.fact],
                                   terms_.Not(low.null),
                                   terms_.Not(high.null),
                                   Less(low.value, high.value),
                                   there(out),
                                   there(other_out),
                                   worse};
    for (const rules::Relation& relation : prover_.bundle().relations) {
      questions.push_back(terms_.Not(other.IsFalse(other.Encode(relation.holds->expr()))));
    }
    std::string message;
    const auto found = prover_.AskPair(more, questions, property_.fact,
                                       [&](const Witness& first, const Witness& second) {
                                         return ShowsFall(first, second, &message);
                                       });
    prover_.Settle(found, property_.span, absl::StrCat("the property `", property_.id, "`"), [&] {
      prover_.Report(
          base::Severity::kError, kPropertyFails, property_.span,
          absl::StrCat("the property `", property_.id, "` does not hold for all leads: ", message),
          property_.description, found.witness);
    });
  }

  Term Less(Term a, Term b) {
    if (a->sort == Sort::kBool) return terms_.And(terms_.Not(a), b);
    return terms_.Less(a, b);
  }

  // By the evaluator, whether more of the fact gives less of the output.
  bool ShowsFall(const Witness& first, const Witness& second, std::string* message) const {
    const rules::Bundle& bundle = prover_.bundle();
    WholeRow low(bundle, first.lead, first.now), high(bundle, second.lead, second.now);
    if (property_.given != nullptr &&
        (!low.Eval(*property_.given).is_true() || !high.Eval(*property_.given).is_true())) {
      return false;
    }
    const facts::Fact& fact = bundle.schema.facts[property_.fact];
    const cel::Value& x = low.slot(fact.slot);
    const cel::Value& y = high.slot(fact.slot);
    const cel::Value& out = low.slot(OutputSlot());
    const cel::Value& other_out = high.slot(OutputSlot());
    if (cel::Compare(x, y) != -1) return false;
    if (cel::Compare(other_out, out) != (property_.falling ? 1 : -1)) return false;
    const auto& set = bundle.rule_sets[property_.output.rule_set];
    *message = absl::StrCat("with `", fact.name, "` ", cel::ToString(x), " `", set.name, ".",
                            set.outputs[property_.output.output].name, "` is ", cel::ToString(out),
                            ", with ", cel::ToString(y), " it is ", cel::ToString(other_out));
    return true;
  }

  Prover& prover_;
  TermTable& terms_;
  const Property& property_;
};

}  // namespace

void ProveProperties(Prover* prover) {
  for (const Property& property : prover->bundle().properties) {
    PropertyProofs(prover, property).Run();
  }
}

}  // namespace leadgrade::analysis
