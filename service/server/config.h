// The server's options, from a YAML file and checked as a whole.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/base/issue.h"
#include "service/server/address.h"
#include "service/server/log.h"
#include "service/server/server.h"

namespace leadgrade::server {

inline constexpr absl::Duration kMaxDrainTimeout = absl::Minutes(10);

// Reads a config file's text over `options`. With an issue added, they are unchanged. `path` is
// what the issues call the file.
void ParseConfig(const std::string& path, std::string text, ServerOptions* options,
                 base::IssueList* issues);

// Each gives kInvalidArgument with what was expected, and the nearest name where one is near.
absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view text);
absl::StatusOr<LogFormat> ParseLogFormat(absl::string_view text);

}  // namespace leadgrade::server
