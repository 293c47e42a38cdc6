#include "tests/service/store/random_lead.h"

#include <algorithm>
#include <limits>

#include "absl/base/casts.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace leadgrade::testing {
namespace {

// 0001-01-01 and 9999-12-31, in seconds since 1970.
constexpr int64_t kFirstSecond = -62135596800;
constexpr int64_t kLastSecond = 253402300799;

std::string Text(absl::string_view text) { return absl::StrCat("\"", absl::CEscape(text), "\""); }
std::string Text(absl::Time time) { return absl::FormatTime(time, absl::UTCTimeZone()); }
std::string Text(double number) {
  return absl::StrCat(absl::Hex(absl::bit_cast<uint64_t>(number)));
}
std::string Text(const std::optional<double>& number) {
  return number.has_value() ? Text(*number) : "-";
}

std::string Text(const std::optional<absl::Time>& time) {
  return time.has_value() ? Text(*time) : "-";
}

std::string Text(const facts::FactValue& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(int64_t v) const { return absl::StrCat(v); }
    std::string operator()(double v) const { return absl::StrCat("double ", Text(v)); }
    std::string operator()(const std::string& v) const { return Text(v); }
    std::string operator()(absl::Time v) const { return Text(v); }
    std::string operator()(absl::Duration v) const { return absl::FormatDuration(v); }
    std::string operator()(const facts::FactList& v) const {
      return absl::StrCat(
          "[",
          absl::StrJoin(v, ", ",
                        [](std::string* out, const auto& element) { out->append(Text(element)); }),
          "]");
    }
  };
  return std::visit(Visitor(), value.value);
}

std::string Text(const facts::GradeChange& change) {
  return absl::StrCat(Text(change.time), " ", Text(change.from), "->", Text(change.to), " ",
                      Text(change.rule), " ", static_cast<int>(change.cause), " ",
                      Text(change.bundle_digest), " ", Text(change.recorded_time),
                      change.overridden ? " overridden" : "");
}

double RandomDouble(Random& random) {
  switch (Below(random, 5)) {
    case 0:
      return std::numeric_limits<double>::quiet_NaN();
    case 1:
      return -std::numeric_limits<double>::infinity();
    case 2:
      return -0.0;
    default:
      return static_cast<double>(random()) / 1000.0;
  }
}

facts::StatedFact RandomFact(Random& random) {
  facts::StatedFact fact;
  fact.value = RandomValue(random);
  fact.status = static_cast<facts::FactStatus>(Below(random, 4));
  fact.source = RandomText(random);
  fact.observed_time = RandomTimeOrInfinite(random);
  fact.role = RandomText(random);
  if (Below(random, 2) == 0) fact.expire_time = RandomTimeOrInfinite(random);
  return fact;
}

facts::GradeOverride RandomOverride(Random& random) {
  return {RandomText(random), RandomText(random), RandomText(random), RandomTime(random),
          RandomTimeOrInfinite(random)};
}

std::string Text(const facts::GradeOverride& set) {
  return absl::StrCat("set ", Text(set.grade), " ", Text(set.reason), " ", Text(set.author), " ",
                      Text(set.start_time), " ", Text(set.expire_time), "\n");
}

std::string Text(absl::string_view name, const facts::StatedFact& fact) {
  return absl::StrCat("fact ", Text(name), " = ", Text(fact.value), " ",
                      static_cast<int>(fact.status), " ", Text(fact.source), " ",
                      Text(fact.observed_time), " ", Text(fact.role), " ", Text(fact.expire_time),
                      "\n");
}

}  // namespace

std::string RandomText(Random& random) {
  std::string text(Below(random, 13), '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

absl::Time RandomTime(Random& random) {
  if (Below(random, 2) == 0) {
    return absl::FromUnixSeconds(1764000000 + static_cast<int64_t>(Below(random, 1000)));
  }
  const auto range = static_cast<uint64_t>(kLastSecond - kFirstSecond);
  return absl::FromUnixSeconds(kFirstSecond + static_cast<int64_t>(Below(random, range))) +
         absl::Nanoseconds(static_cast<int64_t>(Below(random, 1'000'000'000)));
}

absl::Time RandomTimeOrInfinite(Random& random) {
  switch (Below(random, 6)) {
    case 0:
      return absl::InfinitePast();
    case 1:
      return absl::InfiniteFuture();
    default:
      return RandomTime(random);
  }
}

facts::FactValue RandomValue(Random& random, int depth) {
  switch (Below(random, depth < 3 ? 8 : 7)) {
    case 0:
      return {std::monostate()};
    case 1:
      return {Below(random, 2) == 0};
    case 2:
      return {static_cast<int64_t>(random())};
    case 3:
      return {RandomDouble(random)};
    case 4:
      return {RandomText(random)};
    case 5:
      return {RandomTimeOrInfinite(random)};
    case 6:
      return {RandomTimeOrInfinite(random) - absl::FromUnixSeconds(1764000000)};
    default: {
      facts::FactList list;
      for (uint64_t i = Below(random, 4); i > 0; --i)
        list.push_back(RandomValue(random, depth + 1));
      return {std::move(list)};
    }
  }
}

store::StoredEvent RandomEvent(Random& random, std::string event_id) {
  store::StoredEvent event;
  event.event_id = std::move(event_id);
  event.type = Below(random, 3) == 0 ? RandomText(random) : "visit";
  event.time = RandomTime(random);
  if (Below(random, 2) == 0) event.amount = RandomDouble(random);
  event.note = RandomText(random);
  event.recorded_time = RandomTime(random);
  if (Below(random, 3) == 0) event.due = RandomTimeOrInfinite(random);
  return event;
}

facts::GradeChange RandomChange(Random& random, absl::string_view to) {
  facts::GradeChange change;
  change.time = RandomTime(random);
  change.from = RandomText(random);
  change.to = std::string(to);
  change.rule = RandomText(random);
  change.cause = static_cast<facts::Cause>(1 + Below(random, 6));
  change.bundle_digest = absl::StrCat(Below(random, 3) == 0 ? "" : "sha256:", Below(random, 3));
  if (Below(random, 2) == 0) change.recorded_time = RandomTime(random);
  return change;
}

const std::vector<std::string>& Grades() {
  static const auto* const grades = new std::vector<std::string>{"A", "AA", "B", "C"};
  return *grades;
}

store::StoredLead BlankLead(std::string id) {
  store::StoredLead lead;
  lead.id = std::move(id);
  return lead;
}

store::StoredLead RandomLead(Random& random, std::string id) {
  store::StoredLead lead = BlankLead(std::move(id));
  lead.display_name = RandomText(random);
  lead.owner = RandomText(random);
  for (uint64_t i = Below(random, 6); i > 0; --i) {
    facts::Statements& statements = lead.lead.facts[RandomText(random)];
    if (statements.empty() && Below(random, 3) == 0) {
      statements.emplace_back().source = RandomText(random);
    }
    statements.push_back(RandomFact(random));
  }
  for (uint64_t i = Below(random, 4); i > 0; --i) {
    const std::string& grade = Grades()[Below(random, Grades().size())];
    lead.lead.grade_history.push_back(RandomChange(random, grade));
    lead.grade = grade;
  }
  if (Below(random, 4) == 0) {
    lead.lead.grade_override = RandomOverride(random);
  }
  for (uint64_t i = Below(random, 3); i > 0; --i) {
    lead.lead.open_actions.push_back({RandomText(random), RandomTime(random)});
  }
  lead.lead.decided_time = Below(random, 5) == 0 ? absl::InfinitePast() : RandomTime(random);
  lead.lead.valid_until = RandomTimeOrInfinite(random);
  lead.lead.grade_valid_until =
      Below(random, 2) == 0 ? lead.lead.valid_until : RandomTimeOrInfinite(random);
  lead.lead.bundle_digest = absl::StrCat(Below(random, 2) == 0 ? "" : "sha256:", Below(random, 3));
  lead.create_time = RandomTime(random);
  lead.update_time = RandomTime(random);
  lead.revision = random();
  lead.journal_entries = Below(random, 1000);
  return lead;
}

store::JournalEntry RandomEntry(Random& random, const std::string& lead_id) {
  store::JournalEntry entry;
  entry.now = RandomTime(random);
  entry.bundle = 1 + static_cast<uint32_t>(Below(random, 2));
  entry.cause = static_cast<facts::Cause>(1 + Below(random, 5));
  for (uint64_t i = Below(random, 4); i > 0; --i) {
    store::JournalChange& change = entry.changes.emplace_back();
    change.time = Below(random, 2) == 0 ? entry.now : RandomTimeOrInfinite(random);
    switch (Below(random, 3)) {
      case 0: {
        const store::StoredEvent event = RandomEvent(random, "");
        change.what = facts::TimelineEvent{event.time, event.type, event.amount, event.due};
        break;
      }
      case 1:
        change.what = store::JournalChange::Fact(RandomText(random), RandomFact(random));
        break;
      case 2:
        change.what = RandomOverride(random);
        break;
      default:
        change.what = store::JournalChange::Fact(RandomText(random), std::nullopt);
    }
  }
  if (Below(random, 4) == 0) entry.before = RandomLead(random, lead_id);
  return entry;
}

std::string ToText(const store::StoredLead& stored) {
  const facts::Lead& lead = stored.lead;
  std::string text = absl::StrCat(
      "lead ", Text(stored.id), " name ", Text(stored.display_name), " owner ", Text(stored.owner),
      "\ncreated ", Text(stored.create_time), " updated ", Text(stored.update_time), " revision ",
      stored.revision, " grade ", Text(stored.grade), " journal ", stored.journal_entries,
      "\ndecided ", Text(lead.decided_time), " until ", Text(lead.valid_until),
      " with its grade until ", Text(lead.grade_valid_until), " by ", Text(lead.bundle_digest),
      "\n");
  for (const auto& [name, statements] : lead.facts) {
    for (const facts::StatedFact& fact : statements) absl::StrAppend(&text, Text(name, fact));
  }
  for (const facts::TimelineEvent& event : lead.timeline) {
    absl::StrAppend(&text, "at ", Text(event.time), " ", Text(event.type), " ", Text(event.amount),
                    " ", Text(event.due), "\n");
  }
  for (const facts::GradeChange& change : lead.grade_history) {
    absl::StrAppend(&text, "grade ", Text(change), "\n");
  }
  if (lead.grade_override.has_value()) {
    absl::StrAppend(&text, Text(*lead.grade_override));
  }
  for (const facts::OpenAction& action : lead.open_actions) {
    absl::StrAppend(&text, "action ", Text(action.code), " ", Text(action.proposed_time), "\n");
  }
  return text;
}

std::string ToText(const store::StoredEvent& event) {
  return absl::StrCat("event ", Text(event.event_id), " ", Text(event.time), " ", Text(event.type),
                      " ", Text(event.amount), " ", Text(event.note), " ",
                      Text(event.recorded_time), " ", Text(event.due), "\n");
}

std::string ToText(const store::JournalEntry& entry) {
  std::string text = absl::StrCat("entry ", Text(entry.now), " by ", entry.bundle);
  if (!entry.changes.empty()) {
    absl::StrAppend(&text, " cause ", static_cast<int>(entry.cause));
  }
  absl::StrAppend(&text, "\n");
  for (const store::JournalChange& change : entry.changes) {
    absl::StrAppend(&text, "at ", Text(change.time), " ");
    if (const auto* event = std::get_if<facts::TimelineEvent>(&change.what)) {
      absl::StrAppend(&text, "event ", Text(event->time), " ", Text(event->type), " ",
                      Text(event->amount), "\n");
    } else if (const auto* set = std::get_if<facts::GradeOverride>(&change.what)) {
      absl::StrAppend(&text, Text(*set));
    } else {
      const auto& [name, fact] = std::get<store::JournalChange::Fact>(change.what);
      absl::StrAppend(&text, fact.has_value() ? Text(name, *fact) : "no " + Text(name) + "\n");
    }
  }
  if (entry.before.has_value()) absl::StrAppend(&text, "before ", ToText(*entry.before));
  return text;
}

std::string ToText(const store::LoggedChange& change) {
  return absl::StrCat(change.sequence, " ", Text(change.lead_id), " ", Text(change.change), " ",
                      Text(change.recorded_time), " ", Text(change.owner), "\n");
}

}  // namespace leadgrade::testing
