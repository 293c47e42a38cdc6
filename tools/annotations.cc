#include "tools/annotations.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/base/code_pages.h"
#include "tools/report.h"

namespace leadgrade::tools {
namespace {

std::string EscapeMessage(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}});
}

std::string EscapeProperty(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}, {":", "%3A"}, {",", "%2C"}});
}

}  // namespace

std::string Annotation(base::Severity severity, const base::SourceSpan& span,
                       absl::string_view title, absl::string_view message) {
  return absl::StrCat("::", NameOf(severity), " file=", EscapeProperty(span.file),
                      ",line=", span.line, ",col=", span.column,
                      ",endColumn=", span.column + span.length, ",title=", EscapeProperty(title),
                      "::", EscapeMessage(message), "\n");
}

std::string IssueAnnotation(const base::Issue& issue, absl::string_view more) {
  const base::CodePage* page = base::FindCodePage(issue.code);
  const bool named = page != nullptr && page->name != page->code;
  return Annotation(issue.severity, issue.span,
                    named ? absl::StrCat(issue.code, " ", page->name) : issue.code,
                    absl::StrCat(Words(issue), more.empty() ? "" : "\n", more));
}

}  // namespace leadgrade::tools
