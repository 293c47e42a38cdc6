// What each code means that an issue, a finding or a decision can carry: the one source of
// `leadgrade explain-code`, of docs/codes.md and of what reports say of their codes.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/base/issue.h"

namespace leadgrade::base {

struct CodePage {
  absl::string_view code;     // "LG2001", "unknown-name"
  absl::string_view name;     // in words with hyphens: "unused-fact"; of "unknown-name" itself
  Severity severity;          // as it is found; `--strict` makes errors of warnings
  absl::string_view title;    // one line, no full stop
  absl::string_view meaning;  // Markdown, like all below
  absl::string_view wrong;    // an example, and what is right instead; YAML
  absl::string_view right;
  absl::string_view fix;
};

// In the order of their codes; those of letters after those of numbers. All are constants.
const std::vector<const CodePage*>& CodePages();
// Null where there is none.
const CodePage* FindCodePage(absl::string_view code);
std::vector<std::string> CodesWithPages();

// Its heading is of the second level; ends with a newline.
std::string ToMarkdown(const CodePage& page);

// By where they are found, a file each.
absl::Span<const CodePage> LoadCodePages();
absl::Span<const CodePage> ExpressionCodePages();
absl::Span<const CodePage> LintCodePages();
absl::Span<const CodePage> ProofCodePages();
absl::Span<const CodePage> DecisionCodePages();

}  // namespace leadgrade::base
