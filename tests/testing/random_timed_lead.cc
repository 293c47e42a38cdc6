#include "tests/testing/random_timed_lead.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/testing/leads.h"

namespace leadgrade::testing {
namespace {

facts::TimelineEvent RandomEvent(Random& random, absl::Time time) {
  facts::TimelineEvent event;
  event.time = time;
  event.type = random.Percent(50) ? "visit" : "call";
  if (random.Percent(70)) event.amount = random.Below(4);
  if (random.Percent(40)) event.due = std::max(time, RandomTime(random));
  return event;
}

facts::FactValue RandomValue(Random& random, const std::string& fact) {
  if (fact == "b") return {random.Percent(50)};
  if (fact == "i") return {int64_t{random.Below(4)}};
  if (fact == "o" && random.Percent(30)) return {std::monostate()};
  return {RandomTime(random)};
}

}  // namespace

const std::string& ZoneFor(uint32_t seed) {
  static const auto* const kZones =
      new std::vector<std::string>{"Asia/Shanghai", "Europe/Berlin", "America/Santiago"};
  return (*kZones)[seed % kZones->size()];
}

absl::Time RandomTime(Random& random) {
  static const absl::Time kStart = absl::FromUnixSeconds(1774310400);  // 2026-03-24T00:00:00Z
  const absl::Time time = kStart + absl::Hours(random.Below(16 * 24));
  switch (random.Below(4)) {
    case 0:
      return time;
    case 1:
      return time + absl::Nanoseconds(random.Below(3) - 1);
    default:
      return time + absl::Milliseconds(random.Below(3600 * 1000));
  }
}

facts::Lead RandomTimedLead(Random& random) {
  facts::Lead lead;
  for (const char* fact : {"b", "t", "i", "o"}) {
    if (random.Percent(80)) lead.facts[fact] = {Stated(RandomValue(random, fact))};
  }
  for (int i = random.Below(6); i > 0; --i) {
    lead.timeline.push_back(RandomEvent(random, RandomTime(random)));
  }
  for (int i = random.Below(3); i > 0; --i) {
    facts::GradeChange change;
    change.time = RandomTime(random);
    change.to = random.Of<std::string>({"A", "B", "C", "D"});
    change.rule = "to-A";
    lead.grade_history.push_back(change);
  }
  const auto earlier = [](const auto& a, const auto& b) { return a.time < b.time; };
  std::stable_sort(lead.timeline.begin(), lead.timeline.end(), earlier);
  std::stable_sort(lead.grade_history.begin(), lead.grade_history.end(), earlier);
  return lead;
}

decision::Change RandomChange(Random& random, absl::Time time) {
  const std::string fact = random.Of<std::string>({"b", "t", "i", "o"});
  if (random.Percent(10)) return RetractionAt(time, fact);
  if (random.Percent(50)) return FactAt(time, fact, RandomValue(random, fact));
  decision::Change change;
  change.time = time;
  change.cause = facts::Cause::kEvent;
  change.event = RandomEvent(random, time);
  return change;
}

std::string Show(const facts::Lead& lead) {
  std::string out;
  for (const auto& [name, statements] : lead.facts) {
    const facts::StatedFact& fact = statements.front();
    absl::StrAppend(&out, name, " = ");
    if (const auto* t = std::get_if<absl::Time>(&fact.value.value))
      absl::StrAppend(&out, ToText(*t));
    if (const auto* b = std::get_if<bool>(&fact.value.value)) absl::StrAppend(&out, *b);
    if (const auto* i = std::get_if<int64_t>(&fact.value.value)) absl::StrAppend(&out, *i);
    absl::StrAppend(&out, "\n");
  }
  for (const auto& event : lead.timeline) {
    absl::StrAppend(&out, ToText(event.time), " ", event.type, " ", event.amount.value_or(-1),
                    event.due.has_value() ? " due " + ToText(*event.due) : "", "\n");
  }
  return out + History(lead);
}

}  // namespace leadgrade::testing
