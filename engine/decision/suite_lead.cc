#include "engine/decision/suite_lead.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/decision/suite_facts.h"
#include "engine/decision/suite_names.h"

namespace leadgrade::decision {
namespace {

using rules::AddIssue;
using rules::Located;
using rules::MapReader;

class LeadReader {
 public:
  LeadReader(const rules::Bundle& bundle, base::IssueList* issues)
      : bundle_(bundle), issues_(issues), names_(bundle, issues) {}

  std::vector<Change> ReadChanges(const MapReader& reader, absl::Time at) {
    std::vector<Change> changes;
    if (const auto facts = reader.Find("facts")) ReadFacts(*facts, at, &changes);
    for (const Located& item : reader.List("events").value_or(std::vector<Located>())) {
      Change change;
      change.cause = facts::Cause::kEvent;
      change.event = ReadEvent(item, at);
      if (!change.event.has_value()) continue;
      change.time = change.event->time;
      changes.push_back(std::move(change));
    }
    return changes;
  }

  std::vector<facts::GradeChange> ReadHistory(const MapReader& lead) {
    std::vector<facts::GradeChange> history;
    for (const Located& item : lead.List("gradeHistory").value_or(std::vector<Located>())) {
      const MapReader reader(issues_, item, rules::kGradeChangeFormat);
      if (!reader.is_map()) continue;
      const auto grade = reader.Require("grade");
      const auto time = ReadInstant(issues_, reader.Require("time"));
      if (!grade.has_value() || !time.has_value() || !names_.IsGrade(*grade)) continue;
      if (!history.empty() && *time < history.back().time) {
        AddIssue(issues_, *reader.Find("time"), "bad-value", "the history goes forward in time");
      }
      facts::GradeChange change;
      change.time = *time;
      change.from = history.empty() ? "" : history.back().to;
      change.to = (*grade)->text;
      change.rule = reader.Text("rule").value_or("");
      if (const auto rule = reader.Find("rule")) names_.Check(*rule, "rules", names_.RuleIds());
      history.push_back(std::move(change));
    }
    return history;
  }

 private:
  void ReadFacts(const Located& facts, absl::Time at, std::vector<Change>* changes) {
    if (!facts->is_map()) {
      AddIssue(issues_, facts, "wrong-shape", "expected a map of facts to values");
      return;
    }
    std::set<std::string> seen;
    for (const auto& [key, value] : facts->entries) {
      if (!seen.insert(key.text).second) {
        AddIssue(issues_, facts.At(key), "duplicate-key",
                 absl::StrCat("`", key.text, "` is given twice"));
        continue;
      }
      for (facts::StatedFact& stated :
           ReadStatements(bundle_.schema, issues_, facts.At(key), facts.At(value), at)) {
        Change change;
        change.time = at;
        change.fact.emplace(key.text, std::move(stated));
        changes->push_back(std::move(change));
      }
    }
  }

  std::optional<facts::TimelineEvent> ReadEvent(const Located& at, absl::Time time) {
    const MapReader reader(issues_, at, rules::kEventFormat);
    const auto type = reader.is_map() ? reader.Require("type") : std::nullopt;
    if (!type.has_value()) return std::nullopt;
    const auto& known = bundle_.schema.event_types;
    if (!known.empty() && std::find(known.begin(), known.end(), (*type)->text) == known.end()) {
      AddIssue(issues_, *type, "unknown-name",
               absl::StrCat("unknown event type `", (*type)->text, "`"),
               base::DidYouMean((*type)->text, known));
      return std::nullopt;
    }
    facts::TimelineEvent event;
    event.type = (*type)->text;
    event.time = ReadInstant(issues_, reader.Find("time")).value_or(time);
    event.amount = reader.Number("amount");
    event.due = ReadInstant(issues_, reader.Find("due"));
    if (event.due.has_value() && *event.due < event.time) {
      AddIssue(issues_, *reader.Find("due"), "bad-value", "the event is due before it happened");
      return std::nullopt;
    }
    return event;
  }

  const rules::Bundle& bundle_;
  base::IssueList* const issues_;
  const SuiteNames names_;
};

KnownLead ReadFixture(const rules::Bundle& bundle, base::IssueList* issues, const Located& at,
                      absl::Time time) {
  const MapReader reader(issues, at, rules::kFixtureFormat);
  return reader.is_map() ? ReadLead(bundle, issues, reader, time) : KnownLead();
}

}  // namespace

std::vector<Change> ReadChanges(const rules::Bundle& bundle, base::IssueList* issues,
                                const MapReader& reader, absl::Time at) {
  return LeadReader(bundle, issues).ReadChanges(reader, at);
}

KnownLead ReadLead(const rules::Bundle& bundle, base::IssueList* issues, const MapReader& reader,
                   absl::Time at) {
  LeadReader lead(bundle, issues);
  return {lead.ReadChanges(reader, at), lead.ReadHistory(reader)};
}

Fixtures::Fixtures(const rules::Bundle& bundle, const rules::BundleFiles& files,
                   base::IssueList* issues)
    : bundle_(bundle) {
  for (const auto& [path, text] : files) {
    // Most files have none; what can't be read is said where its cases are read, or its rules.
    if (!absl::StrContains(text, "Fixtures")) continue;
    base::IssueList said_elsewhere;
    auto file = rules::YamlFile::Parse(path, text, &said_elsewhere);
    if (!file.has_value()) continue;
    files_.push_back(std::make_unique<rules::YamlFile>(*std::move(file)));
    for (const rules::YamlNode& root : files_.back()->documents()) {
      const rules::YamlNode* kind = root.Find("kind");
      if (kind != nullptr && kind->text == "Fixtures") Load({files_.back().get(), &root}, issues);
    }
  }
}

void Fixtures::Load(const Located& root, base::IssueList* issues) {
  const MapReader document(issues, root, rules::kFixturesFormat);
  rules::CheckApiVersion(issues, document);
  if (const auto metadata = document.Find("metadata")) {
    const MapReader keys(issues, *metadata, rules::kSuiteMetadataFormat);
  }
  const auto leads = document.Require("fixtures");
  if (!leads.has_value()) return;
  if (!(*leads)->is_map()) {
    AddIssue(issues, *leads, "wrong-shape", "expected a map of names to leads");
    return;
  }
  for (const auto& [key, value] : (*leads)->entries) {
    if (!leads_.emplace(key.text, leads->At(value)).second) {
      AddIssue(issues, leads->At(key), "duplicate-name",
               absl::StrCat("there is a lead `", key.text, "` already"));
      continue;
    }
    ReadFixture(bundle_, issues, leads->At(value), absl::UnixEpoch());
  }
}

KnownLead Fixtures::Find(const Located& name, absl::Time at, base::IssueList* issues) const {
  const std::optional<std::string> text = rules::ReadText(issues, name);
  if (!text.has_value()) return {};
  const auto found = leads_.find(*text);
  if (found != leads_.end()) return ReadFixture(bundle_, issues, found->second, at);
  std::vector<std::string> known;
  for (const auto& [lead, place] : leads_) known.push_back(lead);
  AddIssue(issues, name, "unknown-name", absl::StrCat("there is no lead `", *text, "`"),
           known.empty() ? "named leads are declared in a document of `kind: Fixtures`"
                         : base::DidYouMeanOrAll(*text, known));
  return {};
}

KnownLead Over(KnownLead shared, KnownLead own) {
  std::set<std::string> stated;
  for (const Change& change : own.changes) {
    if (change.fact.has_value()) stated.insert(change.fact->first);
  }
  std::vector<Change>& changes = shared.changes;
  changes.erase(std::remove_if(changes.begin(), changes.end(),
                               [&](const Change& change) {
                                 return change.fact.has_value() &&
                                        stated.contains(change.fact->first);
                               }),
                changes.end());
  changes.insert(changes.end(), own.changes.begin(), own.changes.end());
  if (!own.history.empty()) shared.history = std::move(own.history);
  return shared;
}

}  // namespace leadgrade::decision
