// Files that a command writes.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace leadgrade::tools {

// Writes the file whole or not at all: a reader sees the old text or the new one. Makes its folder
// where there is none, not that one's. kUnavailable with the reason; then nothing is changed.
absl::Status WriteFile(const std::string& path, absl::string_view text);

// Removes the file, and its folder where that is empty then. It is fine if there is none.
absl::Status RemoveFile(const std::string& path);

}  // namespace leadgrade::tools
