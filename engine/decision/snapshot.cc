#include "engine/decision/snapshot.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/decision/suite_text.h"
#include "engine/rules/load_context.h"

namespace leadgrade::decision {
namespace {

using rules::Located;
using rules::MapReader;

constexpr absl::string_view kFolder = "__snapshots__/";
constexpr absl::string_view kSuffix = ".snap.yaml";

using Names = std::vector<std::string>;

class TextWriter {
 public:
  explicit TextWriter(const Decision& decision)
      : decision_(decision), zone_(decision.bundle->time_zone) {}

  std::string Write() {
    Line("at", InstantText(decision_.now, zone_));
    Line("grade", NameOrNone(decision_.grade));
    Line("potentialGrade", NameOrNone(decision_.potential_grade));
    Line("provisional", decision_.provisional ? "true" : "false");
    Names grades;
    for (int grade : decision_.attainable) grades.push_back(GradeName(decision_, grade));
    Line("attainableGrades", YamlList(grades));
    if (decision_.score.has_value()) Line("score", absl::StrCat(*decision_.score));
    if (decision_.potential_score.has_value()) {
      Line("potentialScore", absl::StrCat(*decision_.potential_score));
    }
    WriteFindings();
    WriteActions();
    for (const auto& [name, value] : decision_.outputs) {
      Line(absl::StrCat("outputs.", name), YamlValue(value, zone_));
    }
    Line("validUntil", InstantText(decision_.valid_until, zone_));
    return std::move(text_);
  }

 private:
  void WriteFindings() {
    Names reasons, missing, conflicts;
    for (const MatchedRule& match : decision_.reasons) {
      reasons.push_back(absl::StrCat(match.rule_set->name, "/", match.rule->id));
    }
    for (const MissingFact& fact : decision_.missing) {
      missing.push_back(absl::StrCat(fact.fact->name, fact.unconfirmed ? " unconfirmed" : ""));
    }
    for (const FactConflict& conflict : decision_.conflicts) {
      conflicts.push_back(conflict.fact->name);
    }
    Line("reasons", YamlList(reasons));
    Line("missingFacts", YamlList(missing));
    Line("conflicts", YamlList(conflicts));
    for (const DecisionIssue& issue : decision_.issues) {
      Line("issue", YamlText(absl::StrCat(issue.code, " ", issue.rule_set, "/", issue.rule, " ",
                                          issue.message)));
    }
  }

  void WriteActions() {
    for (const NextAction& action : decision_.actions) {
      Line("action",
           absl::StrCat(action.action->code, " since ", InstantText(action.proposed_time, zone_),
                        " due ", InstantText(action.due_time, zone_)));
    }
  }

  std::string NameOrNone(int grade) const {
    return grade < 0 ? "none" : GradeName(decision_, grade);
  }

  void Line(absl::string_view key, absl::string_view value) {
    absl::StrAppend(&text_, key, ": ", value, "\n");
  }

  const Decision& decision_;
  const absl::TimeZone zone_;
  std::string text_;
};

void LoadFile(const Located& root, base::IssueList* issues, Snapshots* out) {
  const MapReader document(issues, root, rules::kSnapshotsFormat);
  for (const Located& item : document.List("snapshots").value_or(std::vector<Located>())) {
    const MapReader reader(issues, item, rules::kSnapshotFormat);
    const auto name = reader.Require("name");
    const auto decisions = reader.Require("decisions");
    if (!name.has_value() || !decisions.has_value()) continue;
    (*out)[reader.Text("name").value_or("")] = reader.Text("decisions").value_or("");
  }
}

std::vector<absl::string_view> Lines(absl::string_view text) {
  return absl::StrSplit(absl::StripSuffix(text, "\n"), '\n');
}

}  // namespace

std::string SnapshotText(const Decision& decision) { return TextWriter(decision).Write(); }

std::string SnapshotDiff(absl::string_view expected, absl::string_view got) {
  const auto from = Lines(expected), to = Lines(got);
  size_t begin = 0, end = 0;
  while (begin < from.size() && begin < to.size() && from[begin] == to[begin]) ++begin;
  while (end + begin < from.size() && end + begin < to.size() &&
         from[from.size() - 1 - end] == to[to.size() - 1 - end]) {
    ++end;
  }
  std::string diff;
  for (size_t i = begin, k = begin; i + end < from.size() || k + end < to.size();) {
    const bool both = i + end < from.size() && k + end < to.size();
    if (both && from[i] == to[k]) {
      ++i, ++k;
      continue;
    }
    // Lines are `key: value`: of one key they stand together.
    if (i + end < from.size()) absl::StrAppend(&diff, "- ", from[i++], "\n");
    if (k + end < to.size()) absl::StrAppend(&diff, "+ ", to[k++], "\n");
  }
  return diff;
}

std::string SnapshotPath(absl::string_view suite_file, absl::string_view suite) {
  const size_t slash = suite_file.rfind('/');
  const absl::string_view folder =
      slash == absl::string_view::npos ? "" : suite_file.substr(0, slash + 1);
  return absl::StrCat(folder, kFolder, suite, kSuffix);
}

bool IsSnapshotFile(absl::string_view path) {
  return absl::StrContains(path, kFolder) && absl::EndsWith(path, kSuffix);
}

std::map<std::string, Snapshots> LoadSnapshots(const rules::BundleFiles& files,
                                               base::IssueList* issues) {
  std::map<std::string, Snapshots> all;
  for (const auto& [path, text] : files) {
    if (!IsSnapshotFile(path)) continue;
    // Whatever is wrong with it, it is there.
    Snapshots& out = all[path];
    const auto file = rules::YamlFile::Parse(path, text, issues);
    if (!file.has_value()) continue;
    for (const rules::YamlNode& root : file->documents()) LoadFile({&*file, &root}, issues, &out);
  }
  return all;
}

std::string WriteSnapshots(absl::string_view suite, const Snapshots& snapshots) {
  std::string text = absl::StrCat(
      "# Written by `leadgrade test --update`: what the rules said when somebody last looked.\n",
      "apiVersion: leadgrade/v1\nkind: Snapshots\nmetadata: { name: ", YamlText(suite),
      " }\nsnapshots:\n");
  for (const auto& [name, decisions] : snapshots) {
    absl::StrAppend(&text, "  - name: ", YamlText(name), "\n    decisions: |\n");
    for (absl::string_view line : Lines(decisions)) {
      absl::StrAppend(&text, "      ", line, "\n");
    }
  }
  return text;
}

}  // namespace leadgrade::decision
