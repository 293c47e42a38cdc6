// What the YAML parser's complaints mean to an author of rules.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace leadgrade::rules {

struct YamlError {
  std::string code;
  std::string message;
  std::string hint;
};

// `complaint` is yaml-cpp's message, `line` the text of the line it is about.
YamlError ExplainYamlError(absl::string_view complaint, absl::string_view line);

// The parser gave up between `bracket` ('[' or '{') and its end: on the same line, where something
// does not belong there, or further down, where the end is missing.
YamlError ExplainOpenBracket(char bracket, bool same_line);

}  // namespace leadgrade::rules
