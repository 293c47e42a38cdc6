#include "tests/simulation/life.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"

namespace leadgrade::simulation {
namespace {

// Clients send much of what they have in common at the same instants, and so in shared batches.
constexpr absl::Duration kFlush = absl::Hours(3);

class Generator {
 public:
  Generator(const Quarter& quarter, int lead) : quarter_(quarter), engine_(SeedOf(quarter, lead)) {}

  std::vector<Input> Live() {
    absl::Time time = quarter_.start + Below(absl::Hours(24 * 60));
    for (int left = 3 + Below(10); left > 0; --left) {
      Input input;
      input.arrival = Snapped(time);
      if (input.arrival >= quarter_.end) break;
      if (inputs_.empty() || Percent(40)) {
        input.facts =
            inputs_.empty() || Percent(25) ? AllLabels(input.arrival) : SomeFact(input.arrival);
      } else {
        input.events = Events(input.arrival);
      }
      last_ = input.arrival;
      inputs_.push_back(std::move(input));
      time = Next();
    }
    AddProbes();
    return std::move(inputs_);
  }

 private:
  static uint64_t SeedOf(const Quarter& quarter, int lead) {
    // One step of splitmix64, so that leads beside each other have nothing in common.
    uint64_t seed = quarter.seed * 0x9E3779B97F4A7C15 + static_cast<uint64_t>(lead) + 1;
    seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
    seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EB;
    return seed ^ (seed >> 31);
  }

  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  absl::Duration Below(absl::Duration bound) {
    return absl::Nanoseconds(engine_() % static_cast<uint64_t>(absl::ToInt64Nanoseconds(bound)));
  }
  bool Percent(int percent) { return Below(100) < percent; }

  absl::Time Midnight(absl::Time near, int days) {
    return absl::FromCivil(absl::ToCivilDay(near, quarter_.zone) + days, quarter_.zone);
  }
  absl::Duration Beside() { return absl::Nanoseconds(Below(3) - 1); }

  absl::Time Snapped(absl::Time time) {
    time = std::max(time, last_);
    if (Percent(60)) {
      const absl::Time snapped = quarter_.start + absl::Ceil(time - quarter_.start, kFlush);
      return snapped;
    }
    if (Percent(20)) return std::max(last_, Midnight(time, 1) + Beside());
    return time;
  }

  // After a moment, days, a silence, or right where a window may end.
  absl::Time Next() {
    const int kind = Below(100);
    if (kind < 15) return last_ + Below(absl::Minutes(5));
    if (kind < 50) return last_ + Below(absl::Hours(4 * 24));
    if (kind < 75) return last_ + absl::Hours(8 * 24) + Below(absl::Hours(28 * 24));
    const int window[] = {11, 21, 31};
    return Midnight(last_, window[Below(3)]) + Beside();
  }

  facts::StatedFact Said(facts::FactValue value, absl::Time arrival) {
    facts::StatedFact fact;
    fact.value = std::move(value);
    if (Percent(35)) fact.status = facts::FactStatus::kClaimed;
    if (Percent(6)) fact.status = facts::FactStatus::kRefuted;
    const char* const sources[] = {"", "anna", "ben", "crm"};
    fact.source = sources[Below(4)];
    const char* const roles[] = {"", "RECEPTION", "STAFF", "EXECUTIVE"};
    fact.role = roles[Below(4)];
    fact.observed_time = arrival;
    if (Percent(25)) fact.observed_time -= Below(absl::Hours(Percent(50) ? 48 : 24 * 15));
    if (Percent(10)) fact.observed_time = std::min(arrival, Midnight(arrival, 0) + Beside());
    if (Percent(12)) {
      fact.expire_time =
          arrival + absl::Floor(Below(absl::Hours(24 * 25)), absl::Minutes(10)) + absl::Minutes(1);
      if (Percent(40)) fact.expire_time = Midnight(arrival, 1 + Below(12)) + Beside();
    }
    if (Percent(4)) {
      fact.status = facts::FactStatus::kUnknown;
      fact.value = {std::monostate()};
    }
    return fact;
  }

  facts::FactValue Value(const std::string& name) {
    if (name == "kp_level") {
      const char* const levels[] = {"FIRST", "FIRST", "FIRST", "SECOND", "THIRD", "NONE"};
      return {std::string(levels[Below(6)])};
    }
    if (name == "approval_layers") return {int64_t{Below(4)}};
    return {!Percent(12)};
  }

  std::vector<std::pair<std::string, std::optional<facts::StatedFact>>> AllLabels(
      absl::Time arrival) {
    std::vector<std::pair<std::string, std::optional<facts::StatedFact>>> facts;
    for (const char* name : {"kp_level", "need", "budget"}) {
      if (Percent(90)) facts.emplace_back(name, Said(Value(name), arrival));
    }
    if (facts.empty()) facts.emplace_back("need", Said({true}, arrival));
    return facts;
  }

  std::vector<std::pair<std::string, std::optional<facts::StatedFact>>> SomeFact(
      absl::Time arrival) {
    const char* const names[] = {"kp_level", "need", "budget", "approval_layers",
                                 "value_recognised"};
    const std::string name = names[Below(5)];
    if (Percent(12)) return {{name, std::nullopt}};
    return {{name, Said(Value(name), arrival)}};
  }

  std::string EventType() {
    const int kind = Below(100);
    if (kind < 8) return "signature";
    if (kind < 24) return "reopened";
    const char* const others[] = {"visit", "call",  "message", "meeting",
                                  "demo",  "order", "promise"};
    return others[Below(7)];
  }

  absl::Time EventTime(absl::Time arrival) {
    const int kind = Below(100);
    if (kind < 55) return arrival;
    if (kind < 70) return arrival - Below(absl::Hours(6));
    if (kind < 80) return arrival - Below(absl::Hours(24 * 20));
    if (kind < 92) return Midnight(arrival, Below(4) - 3) + Beside();
    return arrival + Below(absl::Hours(24 * 6));
  }

  std::vector<store::StoredEvent> Events(absl::Time arrival) {
    std::vector<store::StoredEvent> events;
    for (int left = Percent(80) ? 1 : 2 + Below(2); left > 0; --left) {
      if (!sent_.empty() && Percent(12)) {
        events.push_back(sent_[static_cast<size_t>(Below(static_cast<int>(sent_.size())))]);
        continue;
      }
      store::StoredEvent event;
      event.event_id = absl::StrCat("e", sent_.size());
      event.type = EventType();
      event.time = EventTime(arrival);
      sent_.push_back(event);
      events.push_back(std::move(event));
    }
    return events;
  }

  // Looks at the lead now and then, a midnight among them.
  void AddProbes() {
    const absl::Time born = inputs_.front().arrival;
    for (int i = 0; i < 3; ++i) {
      Input probe;
      probe.arrival = born + Below(quarter_.end - born);
      if (i == 0) probe.arrival = std::max(born, Midnight(probe.arrival, 0) + Beside());
      inputs_.push_back(std::move(probe));
    }
    std::stable_sort(inputs_.begin(), inputs_.end(),
                     [](const Input& a, const Input& b) { return a.arrival < b.arrival; });
  }

  const Quarter& quarter_;
  std::mt19937_64 engine_;
  std::vector<Input> inputs_;
  std::vector<store::StoredEvent> sent_;
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace

std::string LeadId(int lead) { return absl::StrFormat("q%06d", lead); }

std::vector<Input> LifeOf(const Quarter& quarter, int lead) {
  return Generator(quarter, lead).Live();
}

}  // namespace leadgrade::simulation
