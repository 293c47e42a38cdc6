// What must hold of a bundle for every lead there can be, proved or refuted with a lead that shows
// it.
//
// Assumed of leads: declared ranges of facts, the schema's relations, the clock, all events and all
// stated instants in the years that model.h has. A fact is taken to be known unless a rule asks
// known() or claimed() of it: decisions look at unknown ones by trying their answers. A fact that
// is derived from the timeline, the grade history or the clock is taken to be derived, not stated.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/analysis/decoder.h"
#include "engine/base/issue.h"
#include "engine/rules/bundle.h"

namespace leadgrade::analysis {

// Codes of findings; docs/rules.md says what each is about.
inline constexpr char kNoOutcome[] = "LG3001";
inline constexpr char kNeverMatches[] = "LG3002";
inline constexpr char kConflict[] = "LG3003";
inline constexpr char kMasked[] = "LG3004";
inline constexpr char kAlwaysTrue[] = "LG3005";
inline constexpr char kAlwaysFalse[] = "LG3006";
inline constexpr char kCanFail[] = "LG3007";
inline constexpr char kNeverGiven[] = "LG3008";
inline constexpr char kPropertyFails[] = "LG3009";
inline constexpr char kContradiction[] = "LG3010";
inline constexpr char kNotProved[] = "LG3011";

struct ProveOptions {
  absl::Duration limit = absl::Seconds(5);  // for each question to the solver
};

struct Finding {
  base::Issue issue;
  std::optional<Witness> witness;  // held against the evaluator
};

struct ProofReport {
  std::vector<Finding> findings;  // in the order of their places
  // Questions that were settled either way, and those that were not; each of these is a finding of
  // the code kNotProved too.
  int settled = 0;
  int open = 0;
};

// Thread safe. Takes as long as the limit for each of its questions at worst; a few milliseconds
// for most.
//
// `files` are those that the bundle was loaded from, and those beside it: for the lines shown.
ProofReport Prove(const std::shared_ptr<const rules::Bundle>& bundle,
                  const rules::BundleFiles& files, const ProveOptions& options);

}  // namespace leadgrade::analysis
