// What `leadgrade diff` found, and the forms that it is written in.
#pragma once

#include <optional>
#include <string>

#include "engine/analysis/diff.h"
#include "engine/trial/comparison.h"
#include "nlohmann/json_fwd.hpp"
#include "tools/bundle_input.h"
#include "tools/document/document.h"

namespace leadgrade::tools {

struct DiffReport {
  // Of leads that there are.
  struct Leads {
    std::string source;  // as the caller named it
    absl::Time now;
    trial::ComparisonResult result;
  };

  BundleInput before, after;                   // both loaded
  std::optional<analysis::BundleDiff> proved;  // nullopt: not asked for
  std::optional<Leads> leads;
};

Document ToDocument(const DiffReport& report);
nlohmann::ordered_json ToJson(const DiffReport& report);

}  // namespace leadgrade::tools
