#include "tests/simulation/verdict.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/simulation/oracle.h"

namespace leadgrade::simulation {
namespace {

constexpr absl::Duration kMaxLateness = absl::Seconds(1);
// Past the longest window and the latest expiry.
constexpr absl::Duration kForecastAhead = absl::Hours(24 * 70);
constexpr size_t kMaxFindings = 10;

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

std::string Text(const Oracle::Change& change) {
  return absl::StrCat(change.from, "->", change.to, " at ", Text(change.time), " by ", change.rule);
}

std::string Text(const store::LoggedChange& logged) {
  return absl::StrCat(logged.change.from, "->", logged.change.to, " at ", Text(logged.change.time),
                      " by ", logged.change.rule, " recorded at ", Text(logged.recorded_time));
}

class Judging {
 public:
  Judging(const World& world, const std::vector<Stretch>& stretches, store::LeadStore& store)
      : world_(world), journal_(*world.journal), stretches_(stretches), store_(store) {}

  Verdict Run() {
    ReadLog();
    std::map<int, std::vector<int64_t>> applied, probed;
    for (int64_t i = 0; i < journal_.head().applied; ++i) {
      applied[journal_.applied(i).lead].push_back(i);
    }
    for (int64_t i = 0; i < journal_.head().probed; ++i) {
      probed[journal_.probed(i).lead].push_back(i);
    }
    std::set<int> leads;
    for (const Scheduled& item : *world_.schedule) leads.insert(item.lead);
    for (const int lead : leads) JudgeLead(lead, applied[lead], probed[lead]);
    for (const auto& [id, changes] : log_) Wrong(id, "is not a lead of the quarter");
    const auto count = store_.Verify([this](std::string finding) { Wrong("store", finding); });
    if (!count.ok()) Wrong("store", count.status().ToString());
    return std::move(verdict_);
  }

 private:
  void Wrong(const std::string& lead, const std::string& what) {
    ++verdict_.wrong;
    if (verdict_.findings.size() < kMaxFindings) {
      verdict_.findings.push_back(absl::StrCat(lead, ": ", what));
    }
  }

  void ReadLog() {
    for (uint64_t after = 0;;) {
      const auto page = store_.Changes(after, 10000);
      if (!page.ok()) return Wrong("change log", page.status().ToString());
      if (page->empty()) return;
      for (const auto& logged : *page) {
        if (logged.sequence != after + 1) Wrong("change log", "has a gap");
        after = logged.sequence;
        log_[logged.lead_id].push_back(logged);
      }
    }
  }

  void JudgeLead(int lead, const std::vector<int64_t>& applied,
                 const std::vector<int64_t>& probed) {
    const std::vector<Input> life = LifeOf(world_.quarter, lead);
    Oracle oracle(world_.bundle);
    size_t taken = 0;
    const auto take_before = [&](int64_t index) {
      for (; taken < applied.size() && applied[taken] < index; ++taken) {
        const Applied& entry = journal_.applied(applied[taken]);
        oracle.Take(life[entry.input], absl::FromUnixNanos(entry.time),
                    absl::FromUnixNanos(entry.drained));
      }
    };
    for (int64_t i : probed) {
      take_before(journal_.probed(i).applied);
      JudgeProbe(lead, oracle, journal_.probed(i));
    }
    take_before(std::numeric_limits<int64_t>::max());
    oracle.GoOn(absl::FromUnixNanos(journal_.head().drained));
    JudgeChanges(lead, oracle.changes());
    // Whatever could be lost on the way: everything that was sent was taken.
    size_t sent = 0;
    std::vector<bool> seen(life.size());
    for (int64_t i : applied) seen[journal_.applied(i).input] = true;
    for (size_t i = 0; i < life.size(); ++i) sent += !life[i].is_probe() && !seen[i];
    if (sent > 0) Wrong(LeadId(lead), absl::StrCat(sent, " inputs were never acknowledged"));
  }

  void JudgeProbe(int lead, const Oracle& oracle, const Probed& probed) {
    ++verdict_.probes;
    const absl::Time now = absl::FromUnixNanos(probed.time);
    const std::vector<Oracle::Step> steps = oracle.Ahead(now, now + kForecastAhead);
    if (steps[0].grade != probed.grade || steps[0].potential != probed.potential) {
      Wrong(LeadId(lead),
            absl::StrCat("was scored ", probed.grade, "/", probed.potential, " at ", Text(now),
                         ", not ", steps[0].grade, "/", steps[0].potential));
    }
    const absl::Time until = probed.until == std::numeric_limits<int64_t>::max()
                                 ? absl::InfiniteFuture()
                                 : absl::FromUnixNanos(probed.until);
    size_t expected = 0;
    for (; expected < steps.size() && steps[expected].time < until; ++expected) {
      const bool there = expected < static_cast<size_t>(probed.steps) &&
                         expected < static_cast<size_t>(Probed::kMaxSteps);
      if (there && Same(steps[expected], probed.step[expected])) continue;
      if (expected >= static_cast<size_t>(Probed::kMaxSteps)) break;
      return Wrong(LeadId(lead), absl::StrCat("the forecast of ", Text(now), " lacks the step of ",
                                              Text(steps[expected].time)));
    }
    verdict_.forecast_steps += static_cast<int64_t>(expected);
    if (probed.steps > static_cast<int>(expected) && expected < Probed::kMaxSteps) {
      Wrong(LeadId(lead),
            absl::StrCat("the forecast of ", Text(now), " has a step of ",
                         Text(absl::FromUnixNanos(probed.step[expected].time)), " too many"));
    }
  }

  static bool Same(const Oracle::Step& a, const Probed::Step& b) {
    return absl::ToUnixNanos(a.time) == b.time && a.grade == b.grade && a.potential == b.potential;
  }

  void JudgeChanges(int lead, const std::vector<Oracle::Change>& expected) {
    const std::string id = LeadId(lead);
    const std::vector<store::LoggedChange> logged = std::move(log_[id]);
    log_.erase(id);
    for (size_t i = 0; i < std::max(expected.size(), logged.size()); ++i) {
      if (i >= logged.size()) return Wrong(id, "is missing " + Text(expected[i]));
      if (i >= expected.size()) return Wrong(id, "has too many: " + Text(logged[i]));
      const facts::GradeChange& change = logged[i].change;
      if (change.time != expected[i].time || change.from != expected[i].from ||
          change.to != expected[i].to || change.rule != expected[i].rule) {
        return Wrong(id, absl::StrCat("has ", Text(logged[i]), ", not ", Text(expected[i])));
      }
      ++verdict_.changes;
      verdict_.by_clock += change.cause == facts::Cause::kTimer;
      JudgeLateness(id, logged[i], expected[i].known);
    }
  }

  // A server that was down can't be late; one that ran and was killed must not have been.
  void JudgeLateness(const std::string& id, const store::LoggedChange& logged, absl::Time known) {
    const absl::Time recorded = logged.recorded_time;
    auto at = std::find_if(stretches_.rbegin(), stretches_.rend(), [&](const Stretch& stretch) {
      return absl::FromUnixNanos(stretch.start) <= recorded;
    });
    const absl::Time start = absl::FromUnixNanos(at->start);
    absl::Duration late = recorded - std::max(known, start);
    if (++at != stretches_.rend() && known < start) {
      late = std::max(late, absl::FromUnixNanos(at->end) - known);
    }
    verdict_.worst_lateness = std::max(verdict_.worst_lateness, late);
    if (late > kMaxLateness) Wrong(id, absl::StrCat(Text(logged), " is late"));
    if (recorded < known) Wrong(id, absl::StrCat(Text(logged), " could not be known yet"));
  }

  const World& world_;
  Journal& journal_;
  const std::vector<Stretch>& stretches_;
  store::LeadStore& store_;
  std::map<std::string, std::vector<store::LoggedChange>> log_;
  Verdict verdict_;
};

}  // namespace

Verdict Judge(const World& world, const std::vector<Stretch>& stretches, store::LeadStore& store) {
  return Judging(world, stretches, store).Run();
}

}  // namespace leadgrade::simulation
