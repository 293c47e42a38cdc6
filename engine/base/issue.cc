#include "engine/base/issue.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/unicode.h"

namespace leadgrade::base {
namespace {

auto Place(const Issue& issue) {
  return std::tie(issue.span.file, issue.span.line, issue.span.column, issue.code, issue.message);
}

// A source line as shown, and the place in it.
struct Shown {
  std::string line;
  int column, length;  // code points; the column counts from 1
};

Shown Around(const Issue& issue) {
  constexpr int kLongest = 160, kBefore = 60;
  const absl::string_view line = issue.source_line;
  std::vector<size_t> starts;  // of each code point
  for (size_t at = 0; at < line.size(); at += FirstCharacter(line.substr(at)).bytes) {
    starts.push_back(at);
  }
  const int size = static_cast<int>(starts.size());
  if (size <= kLongest) return {issue.source_line, issue.span.column, issue.span.length};
  const int begin = std::clamp(issue.span.column - 1 - kBefore, 0, size - kLongest);
  const int end = begin + kLongest;
  const size_t to = end < size ? starts[end] : line.size();
  return {absl::StrCat(begin > 0 ? "…" : "", line.substr(starts[begin], to - starts[begin]),
                       end < size ? "…" : ""),
          issue.span.column - begin + (begin > 0 ? 1 : 0),
          std::min(issue.span.length, end - issue.span.column + 1)};
}

std::string CaretLine(const Shown& shown) {
  std::string caret;
  absl::string_view rest = shown.line;
  const auto next_point = [&] {
    const Character character = FirstCharacter(rest);
    rest.remove_prefix(character.bytes);
    return character.point;
  };
  for (int column = 1; column < shown.column; ++column) {
    const uint32_t point = rest.empty() ? ' ' : next_point();
    caret.append(point == '\t' ? "\t" : std::string(CellsOf(point), ' '));
  }
  for (int i = 0; i < std::max(1, shown.length); ++i) {
    if (i > 0 && rest.empty()) break;
    const int cells = rest.empty() ? 1 : CellsOf(next_point());
    caret.append(i == 0 ? "^" : "").append(i == 0 ? std::max(0, cells - 1) : cells, '~');
  }
  return caret;
}

// Optimal string alignment distance: insert, delete, replace, swap neighbours.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

void EscapeControls(std::string* text) {
  const auto is_control = [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); };
  if (std::none_of(text->begin(), text->end(), is_control)) return;
  std::string escaped;
  for (const char c : *text) {
    if (is_control(c)) {
      absl::StrAppend(&escaped, absl::CHexEscape(absl::string_view(&c, 1)));
    } else {
      escaped.push_back(c);
    }
  }
  *text = std::move(escaped);
}

}  // namespace

void IssueList::Add(Issue issue) {
  // They quote what authors write, and are a line each.
  EscapeControls(&issue.message);
  EscapeControls(&issue.hint);
  issues_.push_back(std::move(issue));
  sorted_ = false;
}

void IssueList::Append(const IssueList& other) {
  for (const Issue& issue : other.issues_) Add(issue);
}

bool IssueList::has_errors() const {
  return std::any_of(issues_.begin(), issues_.end(),
                     [](const Issue& issue) { return issue.severity == Severity::kError; });
}

const std::vector<Issue>& IssueList::Sorted() const {
  if (!sorted_) {
    std::stable_sort(issues_.begin(), issues_.end(),
                     [](const Issue& a, const Issue& b) { return Place(a) < Place(b); });
    issues_.erase(std::unique(issues_.begin(), issues_.end(),
                              [](const Issue& a, const Issue& b) { return Place(a) == Place(b); }),
                  issues_.end());
    sorted_ = true;
  }
  return issues_;
}

std::string FormatIssue(const Issue& issue) {
  std::string text =
      absl::StrCat(issue.span.file, ":", issue.span.line, ":", issue.span.column,
                   issue.severity == Severity::kError ? ": error: " : ": warning: ", issue.message,
                   " [", issue.code, "]\n");
  if (!issue.source_line.empty()) {
    const Shown shown = Around(issue);
    absl::StrAppend(&text, shown.line, "\n", CaretLine(shown), "\n");
  }
  if (!issue.hint.empty()) absl::StrAppend(&text, "hint: ", issue.hint, "\n");
  return text;
}

std::string FormatIssues(const IssueList& issues) {
  std::string text;
  for (const Issue& issue : issues.Sorted()) text += FormatIssue(issue);
  return text;
}

std::string NearestName(absl::string_view name, const std::vector<std::string>& candidates) {
  constexpr size_t kLongestCompared = 64;
  if (name.empty() || name.size() > kLongestCompared) return "";
  const std::string lower = absl::AsciiStrToLower(name);
  size_t best = 1 + name.size() / 4 + 1;
  const std::string* nearest = nullptr;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestCompared) continue;
    const size_t distance = EditDistance(lower, absl::AsciiStrToLower(candidate));
    // A one-letter name must not "resemble" every other one-letter name.
    if (distance < best && distance < std::max(name.size(), candidate.size())) {
      best = distance;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? "" : *nearest;
}

std::string DidYouMean(absl::string_view name, const std::vector<std::string>& candidates) {
  const std::string nearest = NearestName(name, candidates);
  return nearest.empty() ? "" : absl::StrCat("did you mean `", nearest, "`?");
}

std::string DidYouMeanOrAll(absl::string_view name, const std::vector<std::string>& candidates) {
  constexpr size_t kFew = 12;
  std::string hint = DidYouMean(name, candidates);
  if (!hint.empty() || candidates.empty() || candidates.size() > kFew) return hint;
  return absl::StrCat("known here: `", absl::StrJoin(candidates, "`, `"), "`");
}

}  // namespace leadgrade::base
