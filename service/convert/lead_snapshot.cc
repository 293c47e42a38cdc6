#include "service/convert/lead_snapshot.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/limits.h"
#include "engine/facts/statements.h"
#include "service/convert/fact_checks.h"
#include "service/convert/fact_value.h"

namespace leadgrade::convert {
namespace {

using facts::FactValue;

constexpr int kMaxListDepth = 8;

// A value whose type nobody knows.
FactValue AsItCame(const google::protobuf::Value& value, int depth = 0) {
  FactValue out;
  switch (value.kind_case()) {
    case google::protobuf::Value::kBoolValue:
      out.value = value.bool_value();
      break;
    case google::protobuf::Value::kNumberValue:
      out.value = value.number_value();
      break;
    case google::protobuf::Value::kStringValue:
      out.value = value.string_value();
      break;
    case google::protobuf::Value::kListValue: {
      facts::FactList list;
      for (const auto& element : value.list_value().values()) {
        if (depth < kMaxListDepth) list.push_back(AsItCame(element, depth + 1));
      }
      out.value = std::move(list);
      break;
    }
    default:
      break;
  }
  return out;
}

class Reader {
 public:
  Reader(const std::vector<const rules::Bundle*>& bundles, const v1::LeadSnapshot& snapshot,
         absl::Time now, Violations* violations)
      : bundles_(bundles), snapshot_(snapshot), now_(now), violations_(*violations) {}

  std::optional<SnapshotInput> Read() {
    const size_t before = violations_.size();
    const v1::Lead& lead = snapshot_.lead();
    out_.id = std::string(absl::StripPrefix(lead.name(), "leads/"));
    if (out_.id.empty()) Add("lead.name", "is required: `leads/` and the lead's id", &violations_);
    CheckLength(out_.id, base::kMaxLeadIdBytes, "lead.name", &violations_);
    out_.owner = lead.owner();
    ReadFacts(lead);
    ReadEvents();
    ReadHistory(lead);
    if (lead.has_grade_override()) ReadOverride(lead.grade_override());
    if (violations_.size() > before) return std::nullopt;
    return std::move(out_);
  }

 private:
  absl::Time Time(const google::protobuf::Timestamp& time, absl::string_view field) {
    return ReadTime(time, field, &violations_);
  }

  void ReadFacts(const v1::Lead& lead) {
    constexpr size_t kMostStatements = base::kMaxFactsPerLead * base::kMaxStatementsPerFact;
    if (!CheckSize(lead.facts().size(), base::kMaxFactsPerLead, "facts", "lead.facts",
                   &violations_) ||
        !CheckSize(lead.statements_size(), kMostStatements, "statements", "lead.statements",
                   &violations_)) {
      return;
    }
    for (int i = 0; i < lead.statements_size(); ++i) {
      const std::string field = absl::StrCat("lead.statements[", i, "]");
      if (lead.statements(i).fact().empty()) {
        Add(absl::StrCat(field, ".fact"), "is required", &violations_);
      }
      ReadStatement(lead.statements(i).fact(), lead.statements(i), field);
    }
    if (lead.statements_size() > 0) return;
    for (const auto& [name, statement] : lead.facts()) {
      ReadStatement(name, statement, absl::StrCat("lead.facts.", name));
    }
  }

  void ReadStatement(const std::string& name, const v1::FactStatement& statement,
                     const std::string& field) {
    facts::StatedFact out;
    switch (statement.status()) {
      case v1::FACT_STATUS_CLAIMED:
        out.status = facts::FactStatus::kClaimed;
        break;
      case v1::FACT_STATUS_UNKNOWN:
        out.status = facts::FactStatus::kUnknown;
        break;
      case v1::FACT_STATUS_REFUTED:
        out.status = facts::FactStatus::kRefuted;
        break;
      default:
        out.status = facts::FactStatus::kConfirmed;
    }
    if (out.status != facts::FactStatus::kUnknown) out.value = Value(name, statement.value());
    out.source = statement.source();
    out.role = statement.source_role();
    out.observed_time = statement.has_observed_time()
                            ? Time(statement.observed_time(), absl::StrCat(field, ".observed_time"))
                            : now_;
    if (statement.has_expire_time()) {
      out.expire_time = Time(statement.expire_time(), absl::StrCat(field, ".expire_time"));
    }
    facts::State(out_.lead, name, std::move(out));
  }

  FactValue Value(const std::string& name, const google::protobuf::Value& value) const {
    for (const rules::Bundle* bundle : bundles_) {
      const facts::Fact* fact = bundle->schema.Find(name);
      if (fact == nullptr) continue;
      auto read = ReadValue(*fact, value);
      if (read.ok()) return *std::move(read);
    }
    return AsItCame(value);
  }

  void ReadEvents() {
    if (!CheckSize(snapshot_.events_size(), base::kMaxEventsPerLead, "events", "events",
                   &violations_)) {
      return;
    }
    // Without its timeline a lead is another one.
    if (snapshot_.lead().event_count() > snapshot_.events_size()) {
      Add("lead.event_count",
          absl::StrCat("says ", snapshot_.lead().event_count(), ", and there are ",
                       snapshot_.events_size(),
                       " events; `leadgrade export --events` writes them with the lead"),
          &violations_);
    }
    auto& timeline = out_.lead.timeline;
    for (int i = 0; i < snapshot_.events_size(); ++i) {
      const std::string field = absl::StrCat("events[", i, "]");
      timeline.push_back(ReadEvent(snapshot_.events(i), field));
    }
    std::stable_sort(timeline.begin(), timeline.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
  }

  facts::TimelineEvent ReadEvent(const v1::TimelineEvent& event, const std::string& field) {
    facts::TimelineEvent out;
    out.type = event.type();
    if (out.type.empty()) Add(absl::StrCat(field, ".type"), "is required", &violations_);
    CheckLength(out.type, kMaxEventTypeBytes, absl::StrCat(field, ".type"), &violations_);
    const std::string time = absl::StrCat(field, ".event_time");
    if (!event.has_event_time()) Add(time, "is required: when it happened", &violations_);
    out.time = Time(event.event_time(), time);
    if (event.has_amount()) {
      CheckAmount(event.amount(), absl::StrCat(field, ".amount"), &violations_);
      out.amount = event.amount();
    }
    if (event.has_due_time()) {
      const std::string due = absl::StrCat(field, ".due_time");
      out.due = Time(event.due_time(), due);
      CheckDue(*out.due, out.time, due, &violations_);
    }
    return out;
  }

  void ReadHistory(const v1::Lead& lead) {
    if (!CheckSize(lead.grade_history_size(), base::kMaxGradeChangesPerLead, "grade changes",
                   "lead.grade_history", &violations_)) {
      return;
    }
    auto& history = out_.lead.grade_history;
    for (int i = 0; i < lead.grade_history_size(); ++i) {
      const v1::GradeChange& change = lead.grade_history(i);
      const std::string field = absl::StrCat("lead.grade_history[", i, "]");
      facts::GradeChange& out = history.emplace_back();
      out.time = Time(change.change_time(), absl::StrCat(field, ".change_time"));
      out.from = change.from_grade();
      out.to = change.to_grade();
      if (out.to.empty()) Add(absl::StrCat(field, ".to_grade"), "is required", &violations_);
      out.rule = change.rule();
      const bool known =
          change.cause() != v1::CHANGE_CAUSE_UNSPECIFIED && v1::ChangeCause_IsValid(change.cause());
      out.cause = known ? static_cast<facts::Cause>(change.cause()) : facts::Cause::kFact;
      out.bundle_digest = change.bundle_digest();
      out.overridden = change.overridden();
    }
    SettleHistory(&history);
  }

  void ReadOverride(const v1::GradeOverride& set) {
    constexpr char kField[] = "lead.grade_override";
    facts::GradeOverride out;
    out.grade = set.grade();
    out.reason = set.reason();
    out.author = set.author();
    out.start_time = Time(set.start_time(), absl::StrCat(kField, ".start_time"));
    out.expire_time = Time(set.expire_time(), absl::StrCat(kField, ".expire_time"));
    out_.lead.grade_override = std::move(out);
  }

  const std::vector<const rules::Bundle*>& bundles_;
  const v1::LeadSnapshot& snapshot_;
  const absl::Time now_;
  Violations& violations_;
  SnapshotInput out_;
};

}  // namespace

std::optional<SnapshotInput> ReadSnapshot(const std::vector<const rules::Bundle*>& bundles,
                                          const v1::LeadSnapshot& snapshot, absl::Time now,
                                          Violations* violations) {
  return Reader(bundles, snapshot, now, violations).Read();
}

}  // namespace leadgrade::convert
