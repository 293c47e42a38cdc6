// What authors say in place of a finding that is meant to be as it is:
//
//     visits: { … }  # leadgrade: allow LG2001 because the export shows it
//
// A comment at the end of a line silences findings that point at that line; one on a line of its
// own those of the next line that holds more than a comment. Several codes stand in one, with
// commas.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/issue.h"
#include "engine/rules/bundle.h"

namespace leadgrade::rules {

// Codes of what is wrong with a silence. They cannot be silenced.
inline constexpr char kSilenceWithoutReason[] = "LG2900";
inline constexpr char kSilenceOfNothing[] = "LG2901";
inline constexpr char kSilenceOfUnknown[] = "LG2902";

// Codes that can be silenced begin so: what is found in a bundle that loads.
bool CanBeSilenced(absl::string_view code);

// Not thread safe: it keeps count of which were needed.
class Silences {
 public:
  // Of all YAML in `files`, whose names are those that findings have. One that does not say what it
  // silences and why is a warning, and silences nothing.
  static Silences Parse(const BundleFiles& files, base::IssueList* issues);

  // Why the finding is silenced; null where it is not. Valid as long as this.
  const std::string* ReasonFor(const base::Issue& finding);

  // Warns of those that no finding needed, after all findings were asked about. `looked_for`:
  // beginnings of the codes that could be found; others are not held to be in vain.
  void ReportUnneeded(const std::vector<std::string>& looked_for, base::IssueList* issues) const;

 private:
  struct Silence {
    std::string code;
    std::string reason;
    base::SourceSpan span;  // of the code, in its comment
    std::string source_line;
    bool needed = false;
  };
  class Reader;

  // By file and the line whose findings it silences.
  std::multimap<std::pair<std::string, int>, Silence> silences_;
};

}  // namespace leadgrade::rules
