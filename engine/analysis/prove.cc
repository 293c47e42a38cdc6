#include "engine/analysis/prove.h"

#include "absl/strings/str_cat.h"
#include "engine/analysis/properties.h"
#include "engine/analysis/prover.h"
#include "engine/analysis/rule_set_proofs.h"

namespace leadgrade::analysis {

using base::Severity;
using decision::Evaluation;
using rules::RuleSet;

namespace {

void ProveDerivations(Prover* prover) {
  TermTable& terms = prover->terms();
  std::vector<Term> before;
  for (const int index : prover->bundle().schema.derivation_order) {
    const facts::Fact& fact = prover->bundle().schema.facts[index];
    const Symbol& derived = prover->model().derivations()[index];
    const Term stated = prover->model().inputs().stated[index];
    std::vector<Term> questions = before;
    questions.push_back(terms.And(terms.Not(stated), derived.error));
    before.push_back(terms.Not(prover->model().slots()[fact.slot].error));
    std::string message;
    const auto found = prover->Ask(
        questions,
        [&](Evaluation& evaluation) {
          const cel::Value& value = evaluation.slots()[fact.slot];
          if (value.is_error()) message = std::string(value.error().message);
          return value.is_error();
        },
        true);
    prover->Settle(found, fact.span,
                   absl::StrCat("that the derivation of `", fact.name, "` cannot fail"), [&] {
                     prover->Report(
                         Severity::kError, kCanFail, fact.span,
                         absl::StrCat("the derivation of `", fact.name, "` can fail: ", message),
                         "", found.witness);
                   });
  }
}

// Each grade can be given.
void ProveGradesAppear(Prover* prover) {
  const rules::Bundle& bundle = prover->bundle();
  const RuleSet& set = bundle.rule_sets[bundle.grade.rule_set];
  const Symbol& grade = prover->model().slots()[set.outputs[bundle.grade.output].slot];
  TermTable& terms = prover->terms();
  for (size_t i = 0; i < bundle.grade_enum->values.size(); ++i) {
    const Term is =
        terms.And({terms.Not(grade.unknown), terms.Not(grade.error), terms.Not(grade.null),
                   terms.Equal(grade.value, terms.Int(static_cast<int64_t>(i)))});
    const auto found = prover->Ask(
        {is},
        [&](Evaluation& evaluation) {
          for (const int index : bundle.evaluation_order) evaluation.Run(index, nullptr);
          const cel::Value& value = evaluation.slots()[set.outputs[bundle.grade.output].slot];
          return value.kind() == cel::Kind::kEnum && value.ordinal() == static_cast<int>(i);
        },
        false);
    const std::string& name = bundle.grade_enum->values[i];
    prover->Settle(
        found, set.span, absl::StrCat("that some lead gets the grade `", name, "`"), [] {},
        [&] {
          prover->Report(Severity::kError, kNeverGiven, set.span,
                         absl::StrCat("no lead can get the grade `", name, "`"),
                         "give it by a rule, or take it out of the type");
        });
  }
}

}  // namespace

ProofReport Prove(const std::shared_ptr<const rules::Bundle>& bundle,
                  const rules::BundleFiles& files, const ProveOptions& options) {
  Prover prover(bundle, files, options);
  // Of what contradicts itself everything could be proved.
  const auto any = prover.Ask(
      {}, [](Evaluation&) { return true; }, false);
  if (any.verdict == Verdict::kNeverHolds) {
    prover.Report(Severity::kError, kContradiction, bundle->rule_sets[bundle->grade.rule_set].span,
                  "no lead meets the declared ranges and relations of the facts: they contradict "
                  "each other");
    return prover.Finish();
  }
  ProveDerivations(&prover);
  for (const int index : bundle->evaluation_order) {
    ProveRules(&prover, index);
    ProveNoConflict(&prover, index);
  }
  ProveGradesAppear(&prover);
  ProveProperties(&prover);
  return prover.Finish();
}

}  // namespace leadgrade::analysis
