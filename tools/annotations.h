// Annotations of GitHub Actions: lines of a job's output that show beside the line they are about.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "engine/base/issue.h"

namespace leadgrade::tools {

// `::error file=…,line=…,col=…,endColumn=…,title=…::MESSAGE` and a line end. Of an error or a
// warning as `severity` says. What either part may not hold is escaped.
std::string Annotation(base::Severity severity, const base::SourceSpan& span,
                       absl::string_view title, absl::string_view message);

// Of an issue: its code and what that is about as the title; the message with its hint, and behind
// it `more`, which may be empty.
std::string IssueAnnotation(const base::Issue& issue, absl::string_view more);

}  // namespace leadgrade::tools
