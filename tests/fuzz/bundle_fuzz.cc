// Any bytes as the one file of a bundle, and as a test suite: loaded, and where it loads, run.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/issue.h"
#include "engine/base/unicode.h"
#include "engine/decision/advance.h"
#include "engine/decision/explain.h"
#include "engine/decision/suite_loader.h"
#include "tests/fuzz/check.h"

namespace leadgrade::fuzz {
namespace {

void CheckIssues(const base::IssueList& issues) {
  for (const base::Issue& issue : issues.Sorted()) {
    const base::SourceSpan& span = issue.span;
    Check(span.line >= 1 && span.column >= 1 && span.length >= 1, "the place is one");
    Check(!issue.code.empty() && !issue.message.empty(), "the issue says something");
    Check(!absl::StrContains(issue.message, "\n"),
          absl::StrCat("the message is one line: ", issue.code, ": ", issue.message));
  }
  Check(base::FirstInvalidUtf8(base::FormatIssues(issues)) == absl::string_view::npos,
        "issues are text");
}

void Run(const std::string& text) {
  base::IssueList issues;
  const auto bundle = rules::LoadBundle({{"fuzz/bundle.yaml", text}}, &issues);
  Check((bundle == nullptr) == issues.has_errors(), "no bundle where there are errors");
  CheckIssues(issues);
  if (bundle == nullptr) return;
  const absl::Time now = absl::FromUnixSeconds(1772330400);
  facts::Lead lead;
  lead.timeline.push_back({now - absl::Hours(30), "visit", 2.5});
  decision::Advance(bundle, lead, {}, now);
  decision::Advance(bundle, lead, {}, now + absl::Hours(24 * 20));
  decision::Explain(bundle, lead, now);
  base::IssueList suite_issues;
  decision::LoadSuites(*bundle, {{"fuzz/fuzz_test.yaml", text}}, &suite_issues);
  CheckIssues(suite_issues);
}

}  // namespace
}  // namespace leadgrade::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  leadgrade::fuzz::Run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
