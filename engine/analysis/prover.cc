#include "engine/analysis/prover.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/analysis/given.h"
#include "engine/analysis/minimise.h"
#include "engine/analysis/whole_row.h"

namespace leadgrade::analysis {
namespace {

// So many leads are kept to settle questions with.
constexpr size_t kMaxSamples = 256;

}  // namespace

Prover::Prover(const std::shared_ptr<const rules::Bundle>& bundle, const rules::BundleFiles& files,
               const ProveOptions& options)
    : bundle_(bundle),
      lines_(files),
      world_(*bundle),
      inputs_(Model::NewInputs(&world_, "")),
      model_(&world_, inputs_),
      search_(options.limit),
      small_(IsSmall(&world_, inputs_)) {
  search_.Take(&world_);
  AssumeFactsKnown();
  for (const rules::Relation& relation : bundle->relations) {
    // It says nothing of leads of which it can't be told.
    world_.assumptions.push_back(
        world_.terms.Not(model_.IsFalse(model_.Encode(relation.holds->expr()))));
  }
}

void Prover::AssumeFactsKnown() {
  const std::vector<bool> unknown = MayBeUnknown(*bundle_);
  const std::vector<bool> history = ReadHistory(*bundle_);
  for (size_t i = 0; i < bundle_->schema.facts.size(); ++i) {
    const Term stated = inputs_.stated[i];
    const bool derived = bundle_->schema.facts[i].derivation != nullptr;
    derived_.push_back(derived && history[i] ? world_.terms.Not(stated) : nullptr);
    if (!derived && !unknown[i]) search_.Assert(stated);
  }
}

Verdict Prover::LookFor(std::vector<Term> questions,
                        const std::function<bool(const Assignment&)>& shows, std::string* reason) {
  const Verdict verdict = search_.Run(std::move(questions), small_, shows, reason);
  if (verdict == Verdict::kOpen && reason->empty()) *reason = NotFound();
  return verdict;
}

bool Prover::IsExact(const std::vector<Term>& questions) {
  return std::none_of(questions.begin(), questions.end(),
                      [this](Term term) { return world_.IsLoose(term); });
}

Assignment Prover::Realise(const Inputs& inputs, const Assignment& values, Witness* witness) const {
  *witness = Decode(world_.bundle, inputs, values);
  return AssignmentOf(world_, inputs, witness->lead, witness->now);
}

std::string Prover::NotFound() const {
  if (world_.beyond.empty())
    return "no lead was found that shows it, and no proof that there is none";
  return absl::StrCat("beyond what can be proved: ", absl::StrJoin(world_.beyond, ", "));
}

bool Prover::IsAllowed(const Witness& witness) const {
  if (bundle_->relations.empty()) return true;
  WholeRow row(*bundle_, witness.lead, witness.now);
  return std::none_of(
      bundle_->relations.begin(), bundle_->relations.end(),
      [&row](const rules::Relation& relation) { return row.Eval(*relation.holds).is_false(); });
}

Prover::Found Prover::Ask(const std::vector<Term>& questions, const Shows& shows, bool shown) {
  Found found = AskPlainly(questions, shows, shown);
  if (found.verdict != Verdict::kHolds || !shown) return found;
  const std::function<bool(const Witness&)> still = [&](const Witness& witness) {
    if (!IsAllowed(witness)) return false;
    decision::Evaluation evaluation(*bundle_, witness.lead, witness.now);
    return shows(evaluation);
  };
  found.witness = Minimise(*bundle_, *std::move(found.witness), still);
  still(*found.witness);
  return found;
}

Prover::Found Prover::AskPlainly(const std::vector<Term>& questions, const Shows& shows,
                                 bool shown) {
  Found found;
  const bool exact = IsExact(questions);
  const auto settles = [&](Sample& sample) {
    if (sample.terms == nullptr || sample.axioms != world_.calendar.axioms().size()) {
      world_.calendar.Complete(&sample.values);
      sample.terms = std::make_unique<TermValues>(sample.values);
      sample.axioms = world_.calendar.axioms().size();
    }
    if (exact && !std::all_of(questions.begin(), questions.end(),
                              [&](Term term) { return sample.terms->Holds(term); })) {
      return false;
    }
    if (!exact || shown) {
      decision::Evaluation evaluation(*bundle_, sample.witness.lead, sample.witness.now);
      if (!shows(evaluation)) return false;
    }
    found.verdict = Verdict::kHolds;
    found.witness = sample.witness;
    return true;
  };
  for (const auto& sample : samples_) {
    if (settles(*sample)) return found;
  }
  std::vector<Term> asked = questions;
  for (const Term derived : derived_) {
    if (derived != nullptr) asked.push_back(derived);
  }
  found.verdict = LookFor(
      asked,
      [&](const Assignment& values) {
        auto sample = std::make_unique<Sample>();
        sample->values = Realise(inputs_, values, &sample->witness);
        const bool settled = settles(*sample);
        if (samples_.size() < kMaxSamples) samples_.push_back(std::move(sample));
        return settled;
      },
      &found.reason);
  return found;
}

Prover::Found Prover::AskPair(const Inputs& other, const std::vector<Term>& questions, int fact,
                              const ShowsPair& shows) {
  Found found;
  std::vector<Term> asked = questions;
  for (size_t i = 0; i < derived_.size(); ++i) {
    if (derived_[i] != nullptr && static_cast<int>(i) != fact) asked.push_back(derived_[i]);
  }
  const std::string& name = bundle_->schema.facts[static_cast<size_t>(fact)].name;
  // The second is the first with another value of the fact.
  facts::Statements other_value;
  const std::function<bool(const Witness&)> still = [&](const Witness& first) {
    Witness second = first;
    second.lead.facts[name] = other_value;
    return IsAllowed(first) && IsAllowed(second) && shows(first, second);
  };
  found.verdict = LookFor(
      asked,
      [&](const Assignment& values) {
        found.witness.emplace();
        Witness second;
        Realise(inputs_, values, &*found.witness);
        Realise(other, values, &second);
        other_value = second.lead.facts[name];
        return still(*found.witness);
      },
      &found.reason);
  if (found.verdict != Verdict::kHolds) return found;
  found.witness = Minimise(*bundle_, *std::move(found.witness), still);
  still(*found.witness);
  return found;
}

void Prover::Report(base::Severity severity, const char* code, const base::SourceSpan& span,
                    std::string message, std::string hint, std::optional<Witness> witness) {
  Finding& finding = report_.findings.emplace_back();
  finding.issue = {severity, code, span, std::move(message), std::move(hint), lines_.LineAt(span)};
  finding.witness = std::move(witness);
}

void Prover::Settle(const Found& found, const base::SourceSpan& span, const std::string& what,
                    const std::function<void()>& holds, const std::function<void()>& never) {
  switch (found.verdict) {
    case Verdict::kHolds:
      CountSettled();
      return holds();
    case Verdict::kNeverHolds:
      CountSettled();
      return never();
    case Verdict::kOpen:
      return ReportOpen(span, what, found.reason);
  }
}

void Prover::RunBefore(int rule_set, decision::Evaluation& evaluation) const {
  for (const int index : bundle_->evaluation_order) {
    if (index == rule_set) return;
    evaluation.Run(index, nullptr);
  }
}

void Prover::ReportOpen(const base::SourceSpan& span, const std::string& what,
                        const std::string& reason) {
  ++report_.open;
  Report(base::Severity::kWarning, kNotProved, span, absl::StrCat("not proved: ", what), reason);
}

ProofReport Prover::Finish() {
  const auto place = [](const Finding& finding) {
    const base::SourceSpan& span = finding.issue.span;
    return std::tie(span.file, span.line, span.column, finding.issue.code, finding.issue.message);
  };
  std::stable_sort(report_.findings.begin(), report_.findings.end(),
                   [&](const Finding& a, const Finding& b) { return place(a) < place(b); });
  return std::move(report_);
}

}  // namespace leadgrade::analysis
