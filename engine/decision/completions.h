// The tree of answers to what is not known of a lead: which grade the rules give for which.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "engine/decision/attainable.h"
#include "engine/decision/evaluation.h"

namespace leadgrade::decision {

// What the grade's rule sets give on one row.
struct GradeSet {
  uint64_t mask = 0;  // bit i: the grade with ordinal i
  bool exact = true;  // all of them can be
  bool always = true;
};

// Runs the grade's rule sets; the grade's slot tells what else it hangs on. `less_known`: as for
// Evaluation::Run, of the grade's own.
GradeSet RunGradeSets(Evaluation& evaluation, std::vector<DecisionIssue>* issues, Outcome* outcome,
                      const Outcome* less_known = nullptr);

// Branches on one unknown after the other, always on one that the grade still hangs on. So a leaf
// stands for all completions that agree with it, and most leads need few.
class Completions {
 public:
  // Something not known that answers are tried for.
  struct Unknown {
    enum class Of : uint8_t { kFact, kConfirmed, kSourceRole } of = Of::kFact;
    int fact = 0;  // index into the schema's facts
    int32_t slot = -1;
    absl::Span<const cel::Value> answers;
    // Rules ask whether it is known: that it stays unknown is an answer too, the last.
    bool may_stay = false;
  };
  // The answer to each unknown, by index; answers.size(): it stays unknown; -1: any.
  using Answers = absl::InlinedVector<int8_t, 16>;
  struct Leaf {
    Answers answers;
    GradeSet grades;
  };

  // `given` is known as well. Keeps a reference to the evaluation.
  Completions(Evaluation& evaluation, absl::Span<const Answer> given);

  // Whether rules ask how a fact is known that is not known, or not confirmed: then the grade may
  // be open although what is known settles it.
  bool AsksHowKnown() const;

  // Tries them all; false where that takes more than kMaxCompletions evaluations. Leaves the row as
  // it was.
  bool Try();
  // What is sure without trying anything: no other grade can be.
  const GradeSet& root() const { return root_; }
  const std::vector<Unknown>& unknowns() const { return unknowns_; }
  const std::vector<Leaf>& leaves() const { return leaves_; }

  // Whether there are two completions with other grades that differ in this one's fact alone: in
  // what it is, in whether that is confirmed, or in both. Not asked of a source's role.
  bool Matters(int unknown) const;
  // The grades that an answer to it leaves.
  uint64_t GradesAfter(int unknown, int answer) const;

 private:
  // Leaves below one answer, [begin, end).
  struct Range {
    size_t begin, end;
  };
  struct Branch {
    int unknown;
    std::vector<Range> ranges;  // by answer
  };
  // A fact of which rules ask how it is known: the slots of what they ask, -1 for what they don't.
  struct Asked {
    int fact;
    int32_t value;
    int32_t confirmed = -1, conflicted = -1, age = -1, role = -1;
    bool is_known = false, is_open = false;  // as it is: has a value; may still be confirmed
    bool is_conflicted = false;
    // What the slots of `value`, `confirmed` and `role` hold where no answer is given.
    cel::Value value_unknown{}, confirmed_unknown{}, role_unknown{};
  };

  void FindAsked();
  void FindToBeTried();
  void PrepareTrials();
  // Below the outcome of a run with one answer less.
  void Search(const Outcome* less_known);
  GradeSet Evaluate(const Outcome* less_known, Outcome* outcome);
  void SetAttributes(const Asked& asked);
  // Derived facts that move with the unknowns.
  void FindDependents();
  // One of the unknowns that `value` hangs on and that has no answer yet; -1: there is none.
  int NextOf(const cel::Value& value);
  // An answer to each unknown; what stays unknown is not confirmed, and nobody said it.
  void Complete(Leaf* leaf) const;
  bool HangsOnWhatStays(const cel::Value& value) const;
  bool Stays(int32_t slot) const;    // unknown, by the answers on the way down
  bool IsConfirmed(int fact) const;  // by an answer on the way down
  int Find(int32_t slot) const;
  int Open(Unknown unknown);
  const cel::Value* AnswerIn(int32_t slot) const;
  cel::Value UnknownFor(int32_t slot) const;
  absl::Span<const cel::Value> Roles();
  bool IsGiven(int fact) const;
  bool Differ(const Range& a, const Range& b, int unknown) const;

  Evaluation& evaluation_;
  const rules::Bundle& bundle_;
  const std::vector<Answer> given_;
  const int32_t first_fact_slot_;
  const int32_t grade_slot_;
  std::vector<Asked> asked_;
  std::vector<Unknown> unknowns_;
  absl::InlinedVector<int16_t, 64> unknown_in_;  // by slot: the index of its unknown; -1: none
  std::vector<cel::Value> roles_;                // the answers to who said something
  Answers digits_;                               // on the way down
  std::vector<int> dependents_;
  std::vector<bool> to_be_tried_;  // by slot
  std::vector<Leaf> leaves_;
  std::vector<Branch> branches_;
  GradeSet root_;
  int evaluations_ = 0;
  bool asks_known_ = false;    // of a fact that is unknown, whether it is known
  bool asks_untried_ = false;  // the same of one whose answers can't be tried
};

}  // namespace leadgrade::decision
