#include "engine/base/code_pages.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace leadgrade::base {

const std::vector<const CodePage*>& CodePages() {
  static const auto* const pages = [] {
    auto* all = new std::vector<const CodePage*>;
    for (const auto& group : {LoadCodePages(), ExpressionCodePages(), LintCodePages(),
                              ProofCodePages(), DecisionCodePages()}) {
      for (const CodePage& page : group) all->push_back(&page);
    }
    // Capitals come before small letters.
    std::sort(all->begin(), all->end(),
              [](const CodePage* a, const CodePage* b) { return a->code < b->code; });
    return all;
  }();
  return *pages;
}

const CodePage* FindCodePage(absl::string_view code) {
  const auto& pages = CodePages();
  const auto it =
      std::lower_bound(pages.begin(), pages.end(), code,
                       [](const CodePage* page, absl::string_view c) { return page->code < c; });
  return it != pages.end() && (*it)->code == code ? *it : nullptr;
}

std::vector<std::string> CodesWithPages() {
  std::vector<std::string> codes;
  for (const CodePage* page : CodePages()) codes.emplace_back(page->code);
  return codes;
}

std::string ToMarkdown(const CodePage& page) {
  std::string text = absl::StrCat("## ", page.code, ": ", page.title, "\n\n", page.meaning, "\n");
  if (!page.wrong.empty()) {
    absl::StrAppend(&text, "\nWrong:\n\n```yaml\n", page.wrong, "\n```\n");
  }
  if (!page.right.empty()) {
    absl::StrAppend(&text, "\nRight:\n\n```yaml\n", page.right, "\n```\n");
  }
  absl::StrAppend(&text, "\n", page.fix, "\n");
  return text;
}

}  // namespace leadgrade::base
