// Rows of a file as stored leads, in a store of the command's own.
#pragma once

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "tools/trial/lead_feed.h"

namespace leadgrade::tools {

// A directory that is gone, with all in it, when this is.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  // Empty where none could be made.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Imports the source's rows by its mapping into a store that is made in `directory`, as `leadgrade
// import` would at `now`. Rows that are rejected are told of on stderr and left out. kFine, or the
// exit code.
int ImportRows(const LeadSource& source, const std::shared_ptr<const rules::Bundle>& bundle,
               absl::Time now, const std::string& directory);

}  // namespace leadgrade::tools
