// Formulas against the evaluator: for random rule sets and leads, what the formulas say of a lead,
// given as values of their variables, is what the evaluator makes of it; by our own evaluation of
// the formulas for all, and by the solver's for some.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/analysis/model.h"
#include "engine/analysis/solver.h"
#include "engine/decision/evaluation.h"
#include "tests/testing/bundles.h"
#include "tests/testing/random_bundle.h"
#include "tests/testing/random_timed_lead.h"

namespace leadgrade::analysis {
namespace {

using cel::Value;
using testing::Random;

constexpr int kLeadsPerBundle = 50;
constexpr int kSolvedPerBundle = 2;

struct Case {
  facts::Lead lead;
  absl::Time now;
};

Case RandomCase(const rules::Bundle& bundle, bool timed, Random& random) {
  Case out;
  out.now = testing::RandomTime(random);
  if (timed) {
    out.lead = testing::RandomTimedLead(random);
    return out;
  }
  for (const facts::Fact& fact : bundle.schema.facts) {
    if (random.Percent(fact.derivation == nullptr ? 25 : 85)) continue;
    facts::StatedFact statement;
    statement.value = *facts::ToFactValue(random.Of(testing::DomainOf(fact)));
    out.lead.facts[fact.name] = {statement};
  }
  return out;
}

class Agreement {
 public:
  explicit Agreement(const rules::Bundle& bundle)
      : bundle_(bundle),
        world_(bundle),
        inputs_(Model::NewInputs(&world_, "")),
        model_(&world_, inputs_) {}

  // How many values were compared, and how many are beyond formulas.
  int compared() const { return compared_; }
  int beyond() const { return beyond_; }

  // Empty, or where the two differ.
  std::string Check(const Case& given, bool solve) {
    std::string wrong;
    assignment_ = AssignmentOf(world_, inputs_, given.lead, given.now);
    values_.emplace(assignment_);
    for (const Term assumption : world_.assumptions) {
      if (!values_->Holds(assumption)) {
        absl::StrAppend(&wrong, "assumed, but not so: ", ToString(assumption), "\n");
      }
    }
    for (const Term axiom : world_.calendar.axioms()) {
      if (!values_->Holds(axiom)) {
        absl::StrAppend(&wrong, "not so of these days: ", ToString(axiom), "\n");
      }
    }
    decision::Evaluation evaluation(bundle_, given.lead, given.now);
    std::vector<Term> same;
    const auto compare = [&](const std::string& name, const Symbol& symbol, const Value& value) {
      const std::optional<Term> is = Is(symbol, value);
      if (!is.has_value() || world_.IsLoose(*is)) {
        ++beyond_;
        return;
      }
      ++compared_;
      same.push_back(*is);
      if (!values_->Holds(*is)) {
        absl::StrAppend(&wrong, name, " is ", cel::ToString(value), ", by formulas ", Show(symbol),
                        "\n");
      }
    };
    for (const facts::Fact& fact : bundle_.schema.facts) {
      compare(fact.name, model_.slots()[fact.slot], evaluation.slots()[fact.slot]);
    }
    for (const int index : bundle_.evaluation_order) {
      const rules::RuleSet& set = bundle_.rule_sets[index];
      const RuleSetModel& model = model_.rule_set(index);
      for (size_t i = 0; i < set.rules.size(); ++i) {
        if (set.rules[i].when == nullptr) continue;
        compare(set.rules[i].id, model.rules[i].when,
                set.rules[i].when->Eval(evaluation.context()));
      }
      evaluation.Run(index, nullptr);
      for (size_t k = 0; k < set.outputs.size(); ++k) {
        compare(absl::StrCat(set.name, ".", set.outputs[k].name), model.outputs[k],
                evaluation.slots()[set.outputs[k].slot]);
      }
    }
    if (solve) absl::StrAppend(&wrong, Solve(same));
    return wrong;
  }

 private:
  // That the symbol has this value; null where there is no formula for it.
  std::optional<Term> Is(const Symbol& symbol, const Value& value) {
    TermTable& terms = world_.terms;
    if (value.is_unknown()) return symbol.unknown;
    if (value.is_error()) return symbol.error;
    const Term settled = terms.Not(terms.Or(symbol.unknown, symbol.error));
    if (value.is_null()) return terms.And(settled, symbol.null);
    if (symbol.value == nullptr) return std::nullopt;
    Term constant = nullptr;
    switch (value.kind()) {
      case cel::Kind::kBool:
        constant = terms.Bool(value.bool_value());
        break;
      case cel::Kind::kInt:
        constant = terms.Int(value.int_value());
        break;
      case cel::Kind::kDouble:
        constant = terms.Double(value.double_value());
        break;
      case cel::Kind::kString:
        constant = terms.Text(value.text());
        break;
      case cel::Kind::kTimestamp:
        constant = terms.Int(ToNanos(value.timestamp()));
        break;
      case cel::Kind::kDuration:
        constant = terms.Int(absl::ToInt64Nanoseconds(value.duration()));
        break;
      case cel::Kind::kEnum:
        constant = terms.Int(value.ordinal());
        break;
      default:
        return std::nullopt;
    }
    if (constant->sort != symbol.value->sort) return terms.False();
    return terms.And({settled, terms.Not(symbol.null), terms.Equal(symbol.value, constant)});
  }

  std::string Show(const Symbol& symbol) {
    if (values_->Holds(symbol.unknown)) return "unknown";
    if (values_->Holds(symbol.error)) return "an error";
    if (values_->Holds(symbol.null)) return "null";
    if (symbol.value == nullptr) return "nothing";
    const Constant& value = values_->Of(symbol.value);
    if (const bool* v = std::get_if<bool>(&value)) return *v ? "true" : "false";
    if (const double* v = std::get_if<double>(&value)) return absl::StrCat(*v);
    if (const auto* v = std::get_if<std::string>(&value)) return *v;
    return absl::StrCat(static_cast<int64_t>(std::get<absl::int128>(value)));
  }

  // With all variables as they are, everything is the same: the solver must find that it can be,
  // and that it can't be otherwise.
  std::string Solve(const std::vector<Term>& same) {
    TermTable& terms = world_.terms;
    Solver solver(absl::Seconds(30));
    for (const Term assumption : world_.assumptions) solver.Assert(assumption);
    for (const Term axiom : world_.calendar.axioms()) solver.Assert(axiom);
    for (const Term variable : terms.variables()) {
      const auto it = assignment_.find(variable->id);
      if (it == assignment_.end()) continue;
      const Constant& value = it->second;
      Term constant = nullptr;
      if (const bool* v = std::get_if<bool>(&value)) {
        constant = terms.Bool(*v);
      } else if (const double* v = std::get_if<double>(&value)) {
        constant = terms.Double(*v);
      } else if (const auto* v = std::get_if<std::string>(&value)) {
        constant = terms.Text(*v);
      } else {
        constant = terms.Int(std::get<absl::int128>(value));
      }
      solver.Assert(terms.Equal(variable, constant));
    }
    const Term all = terms.And(same);
    const Answer can = solver.Ask({all});
    if (can.verdict != Verdict::kHolds) {
      return absl::StrCat("the solver says that this lead can't be: ", can.reason, "\n");
    }
    const Answer otherwise = solver.Ask({terms.Not(all)});
    if (otherwise.verdict != Verdict::kNeverHolds) {
      return absl::StrCat("the solver says that it could be otherwise: ", otherwise.reason, "\n");
    }
    return "";
  }

  const rules::Bundle& bundle_;
  Model::World world_;
  const Inputs inputs_;
  Model model_;
  Assignment assignment_;
  std::optional<TermValues> values_;
  int compared_ = 0, beyond_ = 0;
};

void Agree(bool timed) {
  const uint32_t first = testing::PropertySeed();
  const auto count = static_cast<uint32_t>(testing::PropertyCount(60));
  int compared = 0, beyond = 0;
  for (uint32_t seed = first; seed < first + count; ++seed) {
    Random random(seed);
    const std::string text =
        timed ? testing::RandomTimedBundleText(random, testing::ZoneFor(seed), random.Percent(50))
              : testing::RandomBundleText(random, random.Percent(50));
    base::IssueList issues;
    const auto bundle = rules::LoadBundle({{"test/bundle.yaml", text}}, &issues);
    ASSERT_NE(bundle, nullptr) << base::FormatIssues(issues) << text;
    Agreement agreement(*bundle);
    for (int i = 0; i < kLeadsPerBundle; ++i) {
      const Case given = RandomCase(*bundle, timed, random);
      const std::string wrong = agreement.Check(given, i < kSolvedPerBundle);
      ASSERT_EQ(wrong, "") << "LEADGRADE_PROPERTY_SEED=" << seed << ", lead " << i << " at "
                           << absl::FormatTime(given.now, bundle->time_zone) << "\n"
                           << testing::Show(given.lead) << text;
    }
    compared += agreement.compared();
    beyond += agreement.beyond();
  }
  ::testing::Test::RecordProperty("compared", compared);
  // Else the test would hold for the wrong reason.
  EXPECT_GT(compared, 4 * beyond);
}

TEST(FormulasAgreeWithTheEvaluator, OnRulesOverFacts) { Agree(false); }
TEST(FormulasAgreeWithTheEvaluator, OnRulesOverTime) { Agree(true); }

}  // namespace
}  // namespace leadgrade::analysis
