#include "engine/rules/silences.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/base/code_pages.h"
#include "engine/rules/comments.h"
#include "engine/rules/yaml.h"

namespace leadgrade::rules {
namespace {

constexpr absl::string_view kMark = "leadgrade:";
constexpr absl::string_view kBecause = "because";

bool IsYaml(absl::string_view path) {
  return absl::EndsWith(path, ".yaml") || absl::EndsWith(path, ".yml");
}

}  // namespace

bool CanBeSilenced(absl::string_view code) {
  return (absl::StartsWith(code, "LG2") || absl::StartsWith(code, "LG3")) &&
         !absl::StartsWith(code, "LG29");
}

// Reads those of one file.
class Silences::Reader {
 public:
  Reader(const YamlFile& file, base::IssueList* issues, Silences* silences)
      : file_(file), issues_(*issues), silences_(*silences) {}

  void Run() {
    const absl::string_view text = file_.text();
    for (const Comment& comment : FindComments(text, file_.documents())) {
      const size_t end = std::min(text.find_first_of("\r\n", comment.offset), text.size());
      absl::string_view words = text.substr(comment.offset + 1, end - comment.offset - 1);
      words = absl::StripAsciiWhitespace(words);
      if (!absl::ConsumePrefix(&words, kMark)) continue;
      Read(comment, absl::StripAsciiWhitespace(words), end);
    }
  }

 private:
  // `allow CODE, CODE because WHY`.
  void Read(const Comment& comment, absl::string_view words, size_t end) {
    const base::SourceSpan whole = file_.SpanOfBytes(comment.offset, end);
    if (!absl::ConsumePrefix(&words, "allow ")) {
      return Warn(kSilenceWithoutReason, whole, "this says nothing to leadgrade",
                  "write `# leadgrade: allow LG2001 because …`");
    }
    const size_t because = FindWord(words, kBecause);
    const absl::string_view reason =
        because == absl::string_view::npos
            ? ""
            : absl::StripAsciiWhitespace(words.substr(because + kBecause.size()));
    if (reason.empty()) {
      return Warn(kSilenceWithoutReason, whole, "the silence has no reason, and counts for nothing",
                  "go on with `because …`");
    }
    const int line = comment.own_line ? NextLine(whole.line) : whole.line;
    for (const absl::string_view code :
         absl::StrSplit(words.substr(0, because), absl::ByAnyChar(", \t"), absl::SkipEmpty())) {
      const size_t at = code.data() - file_.text().data();
      const base::SourceSpan span = file_.SpanOfBytes(at, at + code.size());
      if (!IsKnown(code, span)) continue;
      silences_.silences_.emplace(
          std::pair(whole.file, line),
          Silence{std::string(code), std::string(reason), span, file_.Line(span.line), false});
    }
  }

  static size_t FindWord(absl::string_view text, absl::string_view word) {
    const size_t at = text.find(word);
    const bool begins = at != absl::string_view::npos && (at == 0 || text[at - 1] == ' ');
    return begins ? at : absl::string_view::npos;
  }

  bool IsKnown(absl::string_view code, const base::SourceSpan& span) {
    if (base::FindCodePage(code) == nullptr) {
      Warn(kSilenceOfUnknown, span, absl::StrCat("there is no code `", code, "`"),
           base::DidYouMean(code, base::CodesWithPages()));
      return false;
    }
    if (CanBeSilenced(code)) return true;
    Warn(kSilenceOfUnknown, span, absl::StrCat("`", code, "` cannot be silenced"),
         "only what is found in rules that load can");
    return false;
  }

  // The next line that holds more than a comment.
  int NextLine(int line) const {
    for (++line; line <= file_.line_count(); ++line) {
      const std::string text = file_.Line(line);
      const absl::string_view words = absl::StripAsciiWhitespace(text);
      if (!words.empty() && words[0] != '#') break;
    }
    return line;
  }

  void Warn(const char* code, const base::SourceSpan& span, std::string message, std::string hint) {
    issues_.Add({base::Severity::kWarning, code, span, std::move(message), std::move(hint),
                 file_.Line(span.line)});
  }

  const YamlFile& file_;
  base::IssueList& issues_;
  Silences& silences_;
};

Silences Silences::Parse(const BundleFiles& files, base::IssueList* issues) {
  Silences silences;
  for (const auto& [path, text] : files) {
    if (!IsYaml(path) || !absl::StrContains(text, kMark)) continue;
    base::IssueList reported_already;
    const auto file = YamlFile::Parse(path, text, &reported_already);
    if (file.has_value()) Reader(*file, issues, &silences).Run();
  }
  return silences;
}

const std::string* Silences::ReasonFor(const base::Issue& finding) {
  if (!CanBeSilenced(finding.code)) return nullptr;
  const auto [begin, end] = silences_.equal_range({finding.span.file, finding.span.line});
  const std::string* reason = nullptr;
  for (auto it = begin; it != end; ++it) {
    if (it->second.code != finding.code) continue;
    it->second.needed = true;
    reason = &it->second.reason;
  }
  return reason;
}

void Silences::ReportUnneeded(const std::vector<std::string>& looked_for,
                              base::IssueList* issues) const {
  for (const auto& [place, silence] : silences_) {
    // Named anew: a structured binding cannot be captured, says clang.
    const std::string& code = silence.code;
    const bool could_be_found =
        std::any_of(looked_for.begin(), looked_for.end(),
                    [&](const std::string& begins) { return absl::StartsWith(code, begins); });
    if (silence.needed || !could_be_found) continue;
    issues->Add({base::Severity::kWarning, kSilenceOfNothing, silence.span,
                 absl::StrCat("nothing is found here that `", silence.code, "` would silence"),
                 "take it out", silence.source_line});
  }
}

}  // namespace leadgrade::rules
