#include "tools/import/open_input.h"

#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "tools/exit_code.h"
#include "tools/output.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

bool IsCsv(const std::string& file, InputBuffer& input) {
  if (absl::EndsWith(file, ".csv")) return true;
  if (absl::EndsWith(file, ".jsonl") || absl::EndsWith(file, ".ndjson")) return false;
  // By its first character, then.
  constexpr char kSpace[] = " \t\r\n";
  while (input.rest().find_first_not_of(kSpace) == absl::string_view::npos &&
         input.rest().size() < kMaxRowBytes && input.Grow()) {
  }
  const size_t first = input.rest().find_first_not_of(kSpace);
  return first == absl::string_view::npos ||
         (input.rest()[first] != '{' && input.rest()[first] != '[');
}

int Show(const base::IssueList& issues) {
  std::cerr << PrintableLines(FormatIssues(issues));
  return issues.has_errors() ? kBadBundle : kFine;
}

}  // namespace

int OpenRows(const std::string& file, OpenedRows* rows) {
  rows->name = file == "-" ? "<stdin>" : file;
  auto input = InputBuffer::Open(file);
  if (!input.ok()) {
    PrintError(input.status().message());
    return kUsage;
  }
  if (!IsCsv(file, **input)) {
    rows->source = OpenJsonl(*std::move(input));
    return kFine;
  }
  auto source = OpenCsv(*std::move(input));
  if (absl::IsInvalidArgument(source.status())) {
    std::cerr << rows->name << ":" << Printable(source.status().message()) << "\n";
    return kUsage;
  }
  if (!source.ok()) {
    PrintError(source.status().message());
    return kInternalError;
  }
  rows->columns = (*source)->columns();
  rows->header = (*source)->header();
  rows->source = *std::move(source);
  return kFine;
}

int ReadMapping(const std::string& path, std::optional<Mapping>* mapping) {
  std::ifstream stream(path, std::ios::binary);
  // One more than is taken, so that what is too long shows.
  std::string text(base::kMaxRuleFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  if (!stream.is_open() || stream.bad() || (text.empty() && !stream.eof())) {
    PrintError(absl::StrCat("cannot read the mapping `", path, "`"));
    return kUsage;
  }
  base::IssueList issues;
  *mapping = LoadMapping(path, text, &issues);
  return Show(issues);
}

int CheckMapping(const Mapping& mapping, const OpenedRows& rows, const std::string& bundle,
                 const std::vector<std::string>& facts) {
  base::IssueList issues;
  if (rows.columns.has_value()) CheckColumns(mapping, *rows.columns, &issues);
  CheckFactNames(mapping, bundle, facts, &issues);
  return Show(issues);
}

}  // namespace leadgrade::tools
