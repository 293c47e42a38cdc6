// The comments of a YAML text.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/rules/yaml.h"

namespace leadgrade::rules {

struct Comment {
  size_t offset = 0;      // of its `#` in the text
  bool own_line = false;  // nothing but white space stands before it
};

// In the order of the text. Of `text`, which `documents` were read from: a `#` inside a quoted
// text, inside a block (`|`, `>`) or right behind another character begins no comment.
std::vector<Comment> FindComments(absl::string_view text, const std::vector<YamlNode>& documents);

}  // namespace leadgrade::rules
