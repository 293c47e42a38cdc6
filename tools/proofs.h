// Proofs of a bundle (engine/analysis), with leads that people can try.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "engine/analysis/decoder.h"
#include "engine/base/issue.h"
#include "tools/bundle_input.h"

namespace leadgrade::tools {

// A lead of which it is so.
struct Example {
  std::string now;    // as `leadgrade eval --now` takes it
  std::string facts;  // FACTS.json on one line
  // Fact → value as it is shown, all that are known, derived ones too.
  std::vector<std::pair<std::string, std::string>> values;
};

// The witness as an example; its values are those under `bundle`.
Example ToExample(const std::shared_ptr<const rules::Bundle>& bundle,
                  const analysis::Witness& witness);

struct CheckedIssue {
  base::Issue issue;  // its file as the caller can open it
  std::optional<Example> example;
};

struct Proofs {
  std::vector<CheckedIssue> issues;
  int settled = 0, open = 0;  // analysis::ProofReport
};

// `limit`: of time, for each question. The input's bundle must have loaded.
Proofs ProveInput(const BundleInput& input, absl::Duration limit);

// A command that shows what becomes of the example under the bundle in `directory`; ends with a
// line end.
std::string ToCommand(const Example& example, const std::string& directory);

}  // namespace leadgrade::tools
