// The lines of a bundle's files, for findings to point at.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "engine/base/issue.h"
#include "engine/rules/bundle.h"

namespace leadgrade::analysis {

// Not thread safe: files are cut into lines as they are asked for.
class SourceLines {
 public:
  // `files` must outlive it.
  explicit SourceLines(const rules::BundleFiles& files) : files_(files) {}

  // Empty where the file is not there. Valid until the next call.
  const std::vector<absl::string_view>& Of(const std::string& file);
  // The line of a span; "" where it is not there.
  std::string LineAt(const base::SourceSpan& span);

  // The place of `piece` as it is written: its first occurrence at or behind the beginning of
  // `from`, no further than `last_line`. `from` itself where it is not there, as of a text that
  // YAML folds.
  base::SourceSpan Find(const base::SourceSpan& from, int last_line, absl::string_view piece);

 private:
  const rules::BundleFiles& files_;
  absl::flat_hash_map<std::string, std::vector<absl::string_view>> lines_;  // by file
};

}  // namespace leadgrade::analysis
