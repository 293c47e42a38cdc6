// Bundles as directories or as git has them.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "tools/bundle_input.h"

namespace leadgrade::tools {

// Two bundles as a person names them. A directory that exists is one; else it is a git revision:
// REV:PATH as git takes it (from the top of the repository that the working directory is in,
// REV:./PATH from there), or REV, of the directory that the other one is. Files are called by the
// directory's own name, as those of a directory are.
//
// kInvalidArgument where it is neither, kUnavailable where git could not be asked. Issues of what
// was found are in the inputs.
absl::StatusOr<std::pair<BundleInput, BundleInput>> LoadBundlePair(const std::string& before,
                                                                   const std::string& after);

}  // namespace leadgrade::tools
