// The bundle in force, read from a directory, swapped whole.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/base/issue.h"
#include "engine/rules/bundle.h"

namespace leadgrade::bundles {

// Reads a bundle directory's *.yaml and *.yml files, bounded by limits.h, subdirectories included
// but for hidden ones. Paths start with the directory's own name. kNotFound when there is no such
// directory, kInvalidArgument past a bound (naming it), kUnavailable for a file that can't be read.
absl::StatusOr<rules::BundleFiles> ReadBundleFiles(const std::string& directory);

class BundleRegistry {
 public:
  struct Active {
    std::shared_ptr<const rules::Bundle> bundle;
    absl::Time activate_time;
  };
  // Outcome of a reload, for logs and metrics.
  struct Reload {
    bool changed = false;
    absl::Status read;                            // the directory could not be read
    base::IssueList issues;                       // the bundle does not compile
    std::shared_ptr<const rules::Bundle> bundle;  // in force after it
  };
  // Called on the reloading thread, for each reload but the first.
  using Listener = std::function<void(const Reload&)>;

  // Loads for the first time: kNotFound and so on as ReadBundleFiles; kInvalidArgument with the
  // formatted issues when it does not compile.
  static absl::StatusOr<std::unique_ptr<BundleRegistry>> Open(std::string directory,
                                                              std::function<absl::Time()> clock,
                                                              Listener listener);
  ~BundleRegistry();

  // Never null. Thread safe; waits for no reload, only for the copy of a pointer.
  std::shared_ptr<const rules::Bundle> bundle() const;
  Active active() const;
  // Compiles aside and swaps; a bad bundle leaves the good one, and so does one with the digest of
  // the one in force. Tells the listener. Thread safe.
  Reload ReloadNow();
  // Reloads now, and whenever the directory changes, on a thread of its own, until destruction.
  // Called once.
  void StartWatching();

 private:
  class Impl;
  explicit BundleRegistry(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace leadgrade::bundles
