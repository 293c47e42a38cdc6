#include "engine/analysis/minimise.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "engine/base/days.h"
#include "engine/facts/fact_row.h"

namespace leadgrade::analysis {
namespace {

using facts::FactValue;
using facts::StatedFact;

class Minimiser {
 public:
  Minimiser(const rules::Bundle& bundle, Witness witness,
            const std::function<bool(const Witness&)>& shows)
      : bundle_(bundle), best_(std::move(witness)), shows_(shows) {}

  Witness Run() {
    Shorten([](Witness & witness) -> auto& { return witness.lead.timeline; });
    Shorten([](Witness & witness) -> auto& { return witness.lead.grade_history; });
    MoveToMonth();
    for (auto& [name, statements] : Witness(best_).lead.facts) MakePlain(name);
    for (auto& [name, statements] : Witness(best_).lead.facts) MakeSmall(name);
    RoundTimes();
    return std::move(best_);
  }

 private:
  // Takes the change where the lead still shows it.
  template <typename Change>
  bool Try(const Change& change) {
    if (tries_ >= kMaxTries) return false;
    Witness changed = best_;
    change(changed);
    ++tries_;
    if (!shows_(changed)) return false;
    best_ = std::move(changed);
    return true;
  }

  // Leaves out entries of a list: half of them at a time, a quarter, down to one.
  template <typename Entries>
  void Shorten(const Entries& entries) {
    for (size_t size = entries(best_).size(); size > 0; size /= 2) {
      for (size_t at = 0; at < entries(best_).size();) {
        const bool left_out = Try([&](Witness& witness) {
          auto& list = entries(witness);
          const size_t end = std::min(at + size, list.size());
          list.erase(list.begin() + static_cast<long>(at), list.begin() + static_cast<long>(end));
          Reconnect(&witness);
        });
        if (!left_out) at += size;
      }
    }
  }

  static void Reconnect(Witness* witness) {
    auto& history = witness->lead.grade_history;
    for (size_t i = 0; i < history.size(); ++i) {
      history[i].from = i == 0 ? "" : history[i - 1].to;
    }
  }

  // Moves all of it by as many days.
  void MoveToMonth() {
    const absl::TimeZone zone = bundle_.time_zone;
    const absl::CivilDay today = absl::ToCivilDay(best_.now, zone);
    const absl::CivilDay first(kWitnessYear, kWitnessMonth, 10);
    for (const int later : {0, 1, 2, 3, 4, 5, 6, 20, 300}) {
      const int64_t days = first + later - today;
      const auto move = [&](absl::Time time) { return base::DaysAfter(time, days, zone); };
      if (Try([&](Witness& witness) { MoveTimes(move, &witness); })) return;
    }
  }

  template <typename Move>
  static void MoveTimes(const Move& move, Witness* witness) {
    witness->now = move(witness->now);
    for (auto& [name, statements] : witness->lead.facts) {
      for (StatedFact& statement : statements) {
        statement.observed_time = move(statement.observed_time);
        if (auto* time = std::get_if<absl::Time>(&statement.value.value)) *time = move(*time);
      }
    }
    for (facts::TimelineEvent& event : witness->lead.timeline) {
      event.time = move(event.time);
      if (event.due.has_value()) event.due = move(*event.due);
    }
    for (facts::GradeChange& change : witness->lead.grade_history) change.time = move(change.time);
  }

  // Confirmed, just now, by nobody in particular: as much of it as may be.
  void MakePlain(const std::string& name) {
    Try([&](Witness& witness) {
      auto& statements = witness.lead.facts[name];
      statements.resize(1);
      statements[0] = Plain(statements[0].value, witness.now);
    });
    for (size_t i = 0; i < best_.lead.facts[name].size(); ++i) {
      Try([&](Witness& witness) {
        StatedFact& statement = witness.lead.facts[name][i];
        statement.observed_time = witness.now;
      });
      Try([&](Witness& witness) { witness.lead.facts[name][i].role.clear(); });
      Try([&](Witness& witness) {
        witness.lead.facts[name][i].status = facts::FactStatus::kConfirmed;
      });
    }
  }

  static StatedFact Plain(FactValue value, absl::Time now) {
    StatedFact statement;
    statement.value = std::move(value);
    statement.observed_time = now;
    return statement;
  }

  void MakeSmall(const std::string& name) {
    const facts::Fact* fact = bundle_.schema.Find(name);
    const FactValue value = best_.lead.facts[name][0].value;
    for (FactValue& smaller : Smaller(value, best_.now)) {
      if (smaller == value || !facts::Accept(*fact, smaller).ok()) continue;
      if (Try([&](Witness& witness) { witness.lead.facts[name][0].value = smaller; })) return;
    }
  }

  // What people would rather read, the best first.
  static std::vector<FactValue> Smaller(const FactValue& value, absl::Time now) {
    std::vector<FactValue> smaller;
    if (const auto* number = std::get_if<int64_t>(&value.value)) {
      for (const int64_t each :
           {int64_t{0}, int64_t{1}, int64_t{10}, int64_t{100}, int64_t{1000}}) {
        if (std::abs(static_cast<double>(*number)) > static_cast<double>(each)) {
          smaller.emplace_back().value = *number < 0 ? -each : each;
        }
      }
    }
    if (const auto* number = std::get_if<double>(&value.value)) {
      for (const double each : {0., 1., 10., 100., 1000., 1000000.}) {
        if (std::abs(*number) > each) smaller.emplace_back().value = *number < 0 ? -each : each;
      }
      for (const double unit : {1., 0.01})
        smaller.emplace_back().value = std::round(*number / unit) * unit;
    }
    if (const auto* span = std::get_if<absl::Duration>(&value.value)) {
      smaller.emplace_back().value = absl::ZeroDuration();
      for (const absl::Duration unit : {absl::Hours(24), absl::Hours(1), absl::Seconds(1)}) {
        smaller.emplace_back().value = absl::Trunc(*span, unit);
      }
    }
    if (std::holds_alternative<absl::Time>(value.value)) smaller.emplace_back().value = now;
    if (std::holds_alternative<std::string>(value.value))
      smaller.emplace_back().value = std::string();
    return smaller;
  }

  // To the start of the day, else the hour, the minute, the second.
  void RoundTimes() {
    const auto round = [&](absl::Time time, int unit) {
      const absl::TimeZone zone = bundle_.time_zone;
      const absl::CivilSecond civil = absl::ToCivilSecond(time, zone);
      switch (unit) {
        case 0:
          return absl::FromCivil(absl::CivilDay(civil), zone);
        case 1:
          return absl::FromCivil(absl::CivilHour(civil), zone);
        default:
          return absl::FromCivil(civil, zone);
      }
    };
    for (int unit = 0; unit < 3; ++unit) {
      const auto all = [&](absl::Time time) { return round(time, unit); };
      if (Try([&](Witness& witness) { MoveTimes(all, &witness); })) return;
    }
    for (size_t i = 0; i < best_.lead.timeline.size(); ++i) {
      for (int unit = 0; unit < 3; ++unit) {
        if (Try([&](Witness& witness) {
              absl::Time& time = witness.lead.timeline[i].time;
              time = round(time, unit);
            })) {
          break;
        }
      }
    }
  }

  static constexpr int kMaxTries = 2000;

  const rules::Bundle& bundle_;
  Witness best_;
  const std::function<bool(const Witness&)>& shows_;
  int tries_ = 0;
};

}  // namespace

Witness Minimise(const rules::Bundle& bundle, Witness witness,
                 const std::function<bool(const Witness&)>& shows) {
  return Minimiser(bundle, std::move(witness), shows).Run();
}

}  // namespace leadgrade::analysis
