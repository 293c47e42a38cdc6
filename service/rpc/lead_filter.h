// A condition of a client's own on a lead, in CEL.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/cel/program.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::rpc {

// Immutable and thread safe. Keeps the bundle alive.
class LeadFilter {
 public:
  // Compiles `source` for the names of `bundle`: facts, aggregates, parameters, `now`. Outputs of
  // rule sets are not known to it. Null with at least one problem added on failure: one a mistake,
  // with `line L, column C: ` before it and a hint where there is one.
  static std::shared_ptr<const LeadFilter> Compile(std::shared_ptr<const rules::Bundle> bundle,
                                                   absl::string_view source,
                                                   std::vector<std::string>* problems);

  // Whether it is true of the lead at `now`; unknown and errors are not.
  bool Passes(const facts::Lead& lead, absl::Time now) const;

 private:
  LeadFilter(std::shared_ptr<const rules::Bundle> bundle,
             std::shared_ptr<const cel::Program> program)
      : bundle_(std::move(bundle)), program_(std::move(program)) {}

  const std::shared_ptr<const rules::Bundle> bundle_;
  const std::shared_ptr<const cel::Program> program_;
};

}  // namespace leadgrade::rpc
