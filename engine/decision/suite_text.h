// Pieces of suite files as the program writes them.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/facts/lead.h"

namespace leadgrade::decision {

// A YAML scalar that reads as this text, on one line.
std::string YamlText(absl::string_view text);
// `[a, b]`.
std::string YamlList(const std::vector<std::string>& texts);
// As suites state a value. ValueAsWritten and Accept make the same of it.
std::string YamlValue(const facts::FactValue& value, absl::TimeZone zone);
// "2026-03-12T00:00:00+08:00"; "never" for InfiniteFuture.
std::string InstantText(absl::Time time, absl::TimeZone zone);

}  // namespace leadgrade::decision
