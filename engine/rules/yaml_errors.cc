#include "engine/rules/yaml_errors.h"

#include <yaml-cpp/exceptions.h>

#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace leadgrade::rules {
namespace {

struct Explanation {
  absl::string_view complaint;  // its beginning
  absl::string_view code, message, hint;
};

constexpr absl::string_view kSyntax = "yaml-syntax";

const std::array<Explanation, 9> kExplanations = {{
    {YAML::ErrorMsg::UNKNOWN_TOKEN, kSyntax, "no value begins with this character",
     "put the whole value in quotes"},
    {YAML::ErrorMsg::MAP_VALUE, kSyntax, "`:` is not expected here",
     "a value that holds `: ` goes in quotes"},
    {YAML::ErrorMsg::MAP_KEY, kSyntax, "a key is not expected here", "check the indentation"},
    {YAML::ErrorMsg::END_OF_MAP, kSyntax, "this does not go on with the map it stands in",
     "check the indentation; a value that goes on after its closing quotation mark needs quotes "
     "around all of it"},
    {YAML::ErrorMsg::END_OF_SEQ, kSyntax, "this does not go on with the list it stands in",
     "check the indentation"},
    {YAML::ErrorMsg::BLOCK_ENTRY, kSyntax, "a list item is not expected here",
     "check the indentation, and that each `[` and `{` above is closed"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, kSyntax, "a quoted text is not closed", ""},
    {YAML::ErrorMsg::INVALID_ESCAPE, kSyntax, "no escape sequence of YAML",
     "write `\\\\` for a backslash, or use single quotes"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "yaml-alias", "aliases are not supported; write the value out",
     "a value that begins with `*` goes in quotes"},
}};

}  // namespace

YamlError ExplainYamlError(absl::string_view complaint, absl::string_view line) {
  YamlError error{std::string(kSyntax), std::string(complaint), ""};
  for (const Explanation& known : kExplanations) {
    if (!absl::StartsWith(complaint, known.complaint)) continue;
    error = {std::string(known.code), std::string(known.message), std::string(known.hint)};
  }
  const absl::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
  if (absl::StrContains(indentation, '\t')) error.hint = "indent with spaces; YAML takes no tabs";
  return error;
}

YamlError ExplainOpenBracket(char bracket, bool same_line) {
  const bool list = bracket == '[';
  const absl::string_view both = list ? "`[…]`" : "`{…}`";
  if (same_line) {
    return {std::string(kSyntax), absl::StrCat("this does not belong inside ", both),
            "a value that holds `[`, `{`, `: `, `? ` or `, ` goes in quotes"};
  }
  return {std::string(kSyntax), absl::StrCat("this ", both, " is not closed"),
          absl::StrCat("it needs a `", list ? "]" : "}", "`")};
}

}  // namespace leadgrade::rules
