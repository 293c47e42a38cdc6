// Questions about all leads of a bundle, and their answers. See prove.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/analysis/decoder.h"
#include "engine/analysis/model.h"
#include "engine/analysis/prove.h"
#include "engine/analysis/search.h"
#include "engine/analysis/source_lines.h"
#include "engine/decision/evaluation.h"

namespace leadgrade::analysis {

class Prover {
 public:
  // `files`: for the lines that findings point at.
  Prover(const std::shared_ptr<const rules::Bundle>& bundle, const rules::BundleFiles& files,
         const ProveOptions& options);

  const rules::Bundle& bundle() const { return *bundle_; }
  SourceLines& lines() { return lines_; }
  Model::World& world() { return world_; }
  TermTable& terms() { return world_.terms; }
  Model& model() { return model_; }

  struct Found {
    Verdict verdict = Verdict::kOpen;
    std::optional<Witness> witness;  // with kHolds
    std::string reason;              // with kOpen
  };
  // Is there a lead of which all of these hold? `shows`: whether it is so of a lead by the
  // evaluator, in which no rule set has run yet; asked where formulas are not exact, and always
  // where the lead will be `shown`, which is then made as plain as can be. What `shows` was asked
  // last is the witness.
  using Shows = std::function<bool(decision::Evaluation&)>;
  Found Ask(const std::vector<Term>& questions, const Shows& shows, bool shown);

  // The same of two leads, the second of which has `other` as its inputs and differs in the fact,
  // which may be stated of both whatever it is. The witness is the first.
  using ShowsPair = std::function<bool(const Witness&, const Witness&)>;
  Found AskPair(const Inputs& other, const std::vector<Term>& questions, int fact,
                const ShowsPair& shows);

  // A finding at a place.
  void Report(base::Severity severity, const char* code, const base::SourceSpan& span,
              std::string message, std::string hint = "",
              std::optional<Witness> witness = std::nullopt);
  void ReportOpen(const base::SourceSpan& span, const std::string& what, const std::string& reason);
  // Counts what was found out, and tells of `what` where it was not proved; `holds` and `never`
  // tell of the rest.
  void Settle(
      const Found& found, const base::SourceSpan& span, const std::string& what,
      const std::function<void()>& holds, const std::function<void()>& never = [] {});
  // Runs the rule sets that come before one.
  void RunBefore(int rule_set, decision::Evaluation& evaluation) const;
  void CountSettled() { ++report_.settled; }
  ProofReport Finish();

 private:
  Found AskPlainly(const std::vector<Term>& questions, const Shows& shows, bool shown);
  // The schema's relations hold, or can't be told.
  bool IsAllowed(const Witness& witness) const;
  bool IsExact(const std::vector<Term>& questions);
  void AssumeFactsKnown();
  Assignment Realise(const Inputs& inputs, const Assignment& values, Witness* witness) const;
  Verdict LookFor(std::vector<Term> questions, const std::function<bool(const Assignment&)>& shows,
                  std::string* reason);
  std::string NotFound() const;

  const std::shared_ptr<const rules::Bundle> bundle_;
  SourceLines lines_;
  Model::World world_;
  const Inputs inputs_;
  Model model_;
  Search search_;
  Term small_;
  // By fact: that a fact which reads history is not stated; null for others.
  std::vector<Term> derived_;
  // Leads met so far: most questions are settled by one of them.
  struct Sample {
    Assignment values;
    size_t axioms = 0;  // of the calendar, when it was completed
    std::unique_ptr<TermValues> terms;
    Witness witness;
  };
  std::vector<std::unique_ptr<Sample>> samples_;
  ProofReport report_;
};

}  // namespace leadgrade::analysis
