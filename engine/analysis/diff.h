// What a change of rules does to decisions, for every lead there can be: proved where two bundles
// agree, and where they do not, the conditions under which, each with a lead that shows it.
//
// Assumed of leads as in prove.h, for both bundles at once: a lead has values that both allow.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/analysis/decoder.h"
#include "engine/analysis/joint.h"
#include "engine/analysis/solver.h"
#include "engine/rules/bundle.h"

namespace leadgrade::analysis {

struct DiffOptions {
  absl::Duration limit = absl::Seconds(5);  // for each question to the solver
  int max_regions = 5;                      // of each kind of difference; then there may be more
};

// Leads that differ in one way.
struct DiffRegion {
  // A value of a derived fact may be stated, which then counts. false: of leads that state none;
  // of the others there are regions only where these do not differ.
  bool of_stated = false;
  // CEL, as the authors wrote it or its contrary: where all of these hold, all leads differ so.
  // nullopt: what this lead has in common with others of its kind has no words. Of what the two
  // bundles mean something else by it ends with " (before)" or " (after)". Whether a derived fact
  // is stated, which CEL can't ask, is "FACT is stated" or "FACT is derived".
  std::optional<std::vector<std::string>> conditions;
  Witness witness;            // held against both evaluators
  std::string before, after;  // what it gets: a grade, a number; "none"
};

// One kind of difference: from grade A to B, an action that is no longer proposed.
struct DiffKind {
  std::string before, after;  // "none": there is no such outcome; "different" of numbers
  std::vector<DiffRegion> regions;
  // All leads that differ so, of those that the regions are of, are in them.
  bool complete = true;
  std::string reason;  // why not, where the prover gave up
};

struct OutputDiff {
  std::string name;  // "grade", "score", "action CODE", or what decision.outputs calls it
  // kNeverHolds: proved to be the same for all leads. kHolds: there are leads that differ. kOpen:
  // not proved, for `reason`.
  Verdict verdict = Verdict::kOpen;
  std::string reason;
  std::vector<DiffKind> kinds;
};

struct BundleDiff {
  std::vector<SchemaChange> facts;
  std::vector<OutputDiff> outputs;
};

// Thread safe. Takes as long as the limit for each of its questions at worst.
BundleDiff Diff(const std::shared_ptr<const rules::Bundle>& before,
                const std::shared_ptr<const rules::Bundle>& after, const DiffOptions& options);

}  // namespace leadgrade::analysis
