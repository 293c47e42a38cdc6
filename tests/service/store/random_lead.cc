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
                      Text(change.bundle_digest));
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
  change.cause = static_cast<facts::Cause>(1 + Below(random, 5));
  change.bundle_digest = absl::StrCat(Below(random, 3) == 0 ? "" : "sha256:", Below(random, 3));
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
    facts::StatedFact& fact = statements.emplace_back();
    fact.value = RandomValue(random);
    fact.status = static_cast<facts::FactStatus>(Below(random, 4));
    fact.source = RandomText(random);
    fact.observed_time = RandomTimeOrInfinite(random);
    fact.role = RandomText(random);
    if (Below(random, 2) == 0) fact.expire_time = RandomTimeOrInfinite(random);
  }
  for (uint64_t i = Below(random, 4); i > 0; --i) {
    const std::string& grade = Grades()[Below(random, Grades().size())];
    lead.lead.grade_history.push_back(RandomChange(random, grade));
    lead.grade = grade;
  }
  for (uint64_t i = Below(random, 3); i > 0; --i) {
    lead.lead.open_actions.push_back({RandomText(random), RandomTime(random)});
  }
  lead.lead.decided_time = Below(random, 5) == 0 ? absl::InfinitePast() : RandomTime(random);
  lead.lead.valid_until = RandomTimeOrInfinite(random);
  lead.lead.bundle_digest = absl::StrCat(Below(random, 2) == 0 ? "" : "sha256:", Below(random, 3));
  lead.create_time = RandomTime(random);
  lead.update_time = RandomTime(random);
  lead.revision = random();
  return lead;
}

std::string ToText(const store::StoredLead& stored) {
  const facts::Lead& lead = stored.lead;
  std::string text = absl::StrCat(
      "lead ", Text(stored.id), " name ", Text(stored.display_name), " owner ", Text(stored.owner),
      "\ncreated ", Text(stored.create_time), " updated ", Text(stored.update_time), " revision ",
      stored.revision, " grade ", Text(stored.grade), "\ndecided ", Text(lead.decided_time),
      " until ", Text(lead.valid_until), " by ", Text(lead.bundle_digest), "\n");
  for (const auto& [name, statements] : lead.facts) {
    for (const facts::StatedFact& fact : statements) {
      absl::StrAppend(&text, "fact ", Text(name), " = ", Text(fact.value), " ",
                      static_cast<int>(fact.status), " ", Text(fact.source), " ",
                      Text(fact.observed_time), " ", Text(fact.role), " ", Text(fact.expire_time),
                      "\n");
    }
  }
  for (const facts::TimelineEvent& event : lead.timeline) {
    absl::StrAppend(&text, "at ", Text(event.time), " ", Text(event.type), " ", Text(event.amount),
                    " ", Text(event.due), "\n");
  }
  for (const facts::GradeChange& change : lead.grade_history) {
    absl::StrAppend(&text, "grade ", Text(change), "\n");
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

std::string ToText(const store::LoggedChange& change) {
  return absl::StrCat(change.sequence, " ", Text(change.lead_id), " ", Text(change.change), " ",
                      Text(change.recorded_time), "\n");
}

}  // namespace leadgrade::testing
