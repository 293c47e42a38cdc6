// Mistakes of a rule author, each at a place in a file they can open.
//
// Two error channels run through the engine: an `absl::Status` says "the work could not be done",
// an `Issue` says "what you wrote is wrong, here". Loading a bundle collects as many issues as it
// can and never stops at the first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadgrade::base {

// A place in a text file. Lines and columns count from 1; a column counts Unicode code points, as
// editors do. `length` is in code points too, and is at least 1; a span never runs past its line.
struct SourceSpan {
  std::string file;  // relative to the bundle directory's parent, with '/' separators
  int line = 1;
  int column = 1;
  int length = 1;
};

enum class Severity : uint8_t { kError, kWarning };

struct Issue {
  Severity severity = Severity::kError;
  std::string code;  // stable, kebab-case: "unknown-name", "type-mismatch", ...
  SourceSpan span;
  std::string message;      // user text in backticks, never a C++ type name
  std::string hint;         // empty when none can be given
  std::string source_line;  // the whole line at span.line, without its line end
};

// Issues in the order (file, line, column, code), without repeats. Not thread safe.
class IssueList {
 public:
  void Add(Issue issue);
  void Append(const IssueList& other);

  bool empty() const { return issues_.empty(); }
  bool has_errors() const;
  // Sorted on demand; the reference is valid until the next Add or Append.
  const std::vector<Issue>& Sorted() const;

 private:
  mutable std::vector<Issue> issues_;
  mutable bool sorted_ = true;
};

// `FILE:LINE:COLUMN: error: what is wrong [code]`, the source line, a caret line, and
// `hint: ...` where there is one. Ends with a newline. Tabs in the source line are kept so that
// the caret stands right; wide (CJK) characters count two cells in the caret line. Of a line longer
// than 160 characters only the part around the place is shown, with `…` where it is cut.
std::string FormatIssue(const Issue& issue);
std::string FormatIssues(const IssueList& issues);

// The name in `candidates` nearest to `name` by Damerau-Levenshtein distance, if it is near enough
// to be a slip of the fingers (distance at most 1 + length/4, case ignored at no cost); else "".
std::string NearestName(absl::string_view name, const std::vector<std::string>& candidates);
// "did you mean `NearestName`?", or "" where none is near.
std::string DidYouMean(absl::string_view name, const std::vector<std::string>& candidates);
// The same; where none is near and there are only a few, "known here: `a`, `b`".
std::string DidYouMeanOrAll(absl::string_view name, const std::vector<std::string>& candidates);

}  // namespace leadgrade::base
