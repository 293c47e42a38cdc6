#include "engine/decision/suite_loader.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/days.h"
#include "engine/base/limits.h"
#include "engine/decision/suite_facts.h"
#include "engine/decision/suite_lead.h"
#include "engine/decision/suite_table.h"
#include "engine/rules/load_context.h"

namespace leadgrade::decision {
namespace {

using rules::AddIssue;
using rules::Located;
using rules::MapReader;
using rules::YamlNode;

// Reads one file's suites.
class SuiteLoader {
 public:
  SuiteLoader(const rules::Bundle& bundle, const Fixtures& fixtures, base::IssueList* issues)
      : bundle_(bundle), fixtures_(fixtures), issues_(issues) {}

  void Load(const Located& root) {
    const YamlNode* kind = root->Find("kind");
    if (root->is_null() || (kind != nullptr && kind->text == "Fixtures")) return;
    if (kind != nullptr && kind->text != "TestSuite") {
      AddIssue(issues_, root.At(*kind), "unknown-kind",
               "a file named `*_test.yaml` holds documents of `kind: TestSuite` and `kind: "
               "Fixtures` only");
      return;
    }
    const MapReader document(issues_, root, rules::kTestSuiteFormat);
    if (!document.is_map()) return;
    rules::CheckApiVersion(issues_, document);
    document.Require("kind");
    suite_name_.reset();
    if (const auto metadata = document.Require("metadata")) {
      const MapReader keys(issues_, *metadata, rules::kSuiteMetadataFormat);
      suite_name_ = keys.Require("name");
      if (suite_name_.has_value()) suite_ = keys.Text("name").value_or("");
    }
    now_ = ReadInstant(issues_, document.Find("now"));
    document.Require("cases");
    for (const Located& item : document.List("cases").value_or(std::vector<Located>())) {
      if (item->Find("table") == nullptr) {
        ReadCase(item, std::nullopt);
      } else {
        for (const TableRow& row : ExpandTable(bundle_, issues_, item)) {
          ReadCase(item.At(row.written), row.span);
        }
      }
      if (too_much_) return;
    }
  }

  std::vector<SuiteCase> Take() { return std::move(cases_); }

 private:
  void ReadCase(const Located& at, const std::optional<base::SourceSpan>& row) {
    const MapReader reader(issues_, at, rules::kCaseFormat);
    if (!reader.is_map() || !HasRoom(at)) return;
    SuiteCase out;
    out.suite = suite_;
    const auto name = reader.Require("name");
    out.name = reader.Text("name").value_or("");
    out.span = row.has_value() ? *row : name.has_value() ? name->Span() : at.Span();
    if (name.has_value() && !names_.insert(absl::StrCat(suite_, "/", out.name)).second) {
      AddIssue(issues_, *name, "duplicate-name",
               absl::StrCat("the suite has a case `", out.name, "` already"));
    }
    out.snapshot = ReadSnapshot(reader);
    const std::optional<absl::Time> own_now = ReadInstant(issues_, reader.Find("now"));
    const std::optional<absl::Time> now = own_now.has_value() ? own_now : now_;
    const bool good = reader.Find("steps").has_value() ? ReadSteps(reader, now, &out)
                                                       : ReadOne(reader, now, &out);
    if (!good) return;
    for (const SuiteStep& step : out.steps) changes_ += step.changes.size();
    cases_.push_back(std::move(out));
  }

  // What a small file can grow to, by tables and shared leads, is bounded.
  bool HasRoom(const Located& at) {
    if (cases_.size() < base::kMaxSuiteCases && changes_ < base::kMaxSuiteChanges) return true;
    too_much_ = true;
    AddIssue(issues_, at, "limit",
             absl::StrCat("a file has at most ", base::kMaxSuiteCases, " cases with ",
                          base::kMaxSuiteChanges, " facts and events"));
    return false;
  }

  bool ReadSnapshot(const MapReader& reader) {
    const bool snapshot = reader.Bool("snapshot").value_or(false);
    if (snapshot && suite_name_.has_value() && !rules::IsKebabName(suite_)) {
      AddIssue(issues_, *suite_name_, "invalid-name",
               absl::StrCat("`", suite_, "` can't name a file of snapshots"),
               "letters, digits, `-`, `_` and `.`");
    }
    return snapshot;
  }

  // A case without steps: one decision, at `now` or on a day behind it.
  bool ReadOne(const MapReader& reader, std::optional<absl::Time> now, SuiteCase* out) {
    if (!now.has_value()) {
      AddIssue(issues_, reader.at(), "missing-key",
               "the case has no `now`, and neither has its suite");
      return false;
    }
    const auto day = reader.Find("day");
    SuiteStep step;
    step.at = day.has_value() ? ReadDay(*day, *now).value_or(*now) : *now;
    KnownLead known = ReadKnown(reader, *now);
    out->lead.grade_history = std::move(known.history);
    const auto expect = out->snapshot ? reader.Find("expect") : reader.Require("expect");
    if (expect.has_value()) step.expect = ReadExpectation(bundle_, issues_, *expect);
    if (step.at > *now) {
      out->stateful = true;
      out->steps.push_back({*now, std::move(known.changes), {}});
    } else {
      out->stateful = day.has_value();
      step.changes = std::move(known.changes);
    }
    out->steps.push_back(std::move(step));
    return true;
  }

  bool ReadSteps(const MapReader& reader, std::optional<absl::Time> now, SuiteCase* out) {
    out->stateful = true;
    const auto steps = reader.List("steps").value_or(std::vector<Located>());
    const bool by_day = std::any_of(steps.begin(), steps.end(), [](const Located& step) {
      return step->Find("day") != nullptr;
    });
    for (absl::string_view key : {"now", "expect", "day"}) {
      const auto given = reader.Find(key);
      if (!given.has_value() || (key == "now" && by_day)) continue;
      AddIssue(issues_, *given, "bad-value", absl::StrCat("`", key, "` does not go with `steps`"),
               "each step has its own `at` and `expect`");
    }
    if (reader.Find("steps").has_value() && (*reader.Find("steps"))->is_sequence() &&
        steps.empty()) {
      AddIssue(issues_, *reader.Find("steps"), "bad-value", "the list of steps is empty");
    }
    for (const Located& item : steps) ReadStep(item, now, out);
    if (out->steps.empty()) {
      out->lead.grade_history = ReadKnown(reader, absl::UnixEpoch()).history;
      return true;
    }
    // Days are counted from the one on which the lead became known.
    if (by_day && now.has_value() && *now < out->steps.front().at) {
      out->steps.insert(out->steps.begin(), {*now, {}, {}});
    }
    KnownLead known = ReadKnown(reader, out->steps.front().at);
    out->lead.grade_history = std::move(known.history);
    auto& changes = out->steps.front().changes;
    changes.insert(changes.begin(), known.changes.begin(), known.changes.end());
    return true;
  }

  void ReadStep(const Located& at, std::optional<absl::Time> now, SuiteCase* out) {
    const MapReader reader(issues_, at, rules::kStepFormat);
    if (!reader.is_map()) return;
    const auto day = reader.Find("day");
    std::optional<absl::Time> time;
    if (!day.has_value()) {
      time = ReadInstant(issues_, reader.Require("at"));
    } else if (const auto both = reader.Find("at")) {
      AddIssue(issues_, *both, "bad-value", "a step has either `at` or `day`");
    } else if (!now.has_value()) {
      AddIssue(issues_, *day, "missing-key",
               "days are counted from `now`, which neither the case nor its suite has");
    } else {
      time = ReadDay(*day, *now);
    }
    if (!time.has_value()) return;
    if (!out->steps.empty() && *time < out->steps.back().at) {
      AddIssue(issues_, day.has_value() ? *day : *reader.Find("at"), "bad-value",
               "steps go forward in time");
    }
    SuiteStep step;
    step.at = *time;
    step.changes = ReadChanges(bundle_, issues_, reader, *time);
    if (const auto expect = reader.Find("expect")) {
      step.expect = ReadExpectation(bundle_, issues_, *expect);
    }
    out->steps.push_back(std::move(step));
  }

  std::optional<absl::Time> ReadDay(const Located& at, absl::Time now) {
    int64_t days = 0;
    if (at->is_scalar() && at->plain && absl::SimpleAtoi(at->text, &days) && days >= 0 &&
        days <= base::kMaxSuiteDays) {
      return base::DaysAfter(now, days, bundle_.time_zone);
    }
    AddIssue(issues_, at, "bad-value",
             absl::StrCat("a day is a whole number from 0 to ", base::kMaxSuiteDays),
             "it counts calendar days since `now`");
    return std::nullopt;
  }

  // What the case says of its lead, over the shared one that it names.
  KnownLead ReadKnown(const MapReader& reader, absl::Time at) {
    KnownLead own = ReadLead(bundle_, issues_, reader, at);
    const auto lead = reader.Find("lead");
    return lead.has_value() ? Over(fixtures_.Find(*lead, at, issues_), std::move(own)) : own;
  }

  const rules::Bundle& bundle_;
  const Fixtures& fixtures_;
  base::IssueList* const issues_;
  std::string suite_;
  std::optional<Located> suite_name_;
  std::optional<absl::Time> now_;
  std::set<std::string> names_;
  std::vector<SuiteCase> cases_;
  size_t changes_ = 0;
  bool too_much_ = false;
};

}  // namespace

bool IsSuiteFile(absl::string_view path) {
  return absl::EndsWith(path, "_test.yaml") || absl::EndsWith(path, "_test.yml");
}

std::vector<SuiteCase> LoadSuites(const rules::Bundle& bundle, const rules::BundleFiles& files,
                                  base::IssueList* issues) {
  const Fixtures fixtures(bundle, files, issues);
  std::vector<SuiteCase> cases;
  for (const auto& [path, text] : files) {
    if (!IsSuiteFile(path)) continue;
    const auto file = rules::YamlFile::Parse(path, text, issues);
    if (!file.has_value()) continue;
    SuiteLoader loader(bundle, fixtures, issues);
    for (const YamlNode& root : file->documents()) loader.Load({&*file, &root});
    for (SuiteCase& test : loader.Take()) cases.push_back(std::move(test));
  }
  return cases;
}

}  // namespace leadgrade::decision
