#include "service/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace leadgrade::metrics {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

// Seconds. A call that scores takes well under a millisecond, one that writes a disk's sync; a
// stream lives until its client goes.
const Histogram::BucketBoundaries& CallBuckets() {
  static const auto* const buckets = new Histogram::BucketBoundaries{
      1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return *buckets;
}

// The counters of a family by the value of one label, so that counting again needs no allocation.
class Counters {
 public:
  Counters(prometheus::Registry& registry, const std::string& name, const std::string& help,
           std::string label)
      : family_(prometheus::BuildCounter().Name(name).Help(help).Register(registry)),
        label_(std::move(label)) {}

  Counter& Of(absl::string_view value) {
    {
      const absl::ReaderMutexLock lock(&mutex_);
      const auto it = counters_.find(value);
      if (it != counters_.end()) return *it->second;
    }
    const absl::MutexLock lock(&mutex_);
    return *counters_.try_emplace(value, &family_.Add({{label_, std::string(value)}}))
                .first->second;
  }

 private:
  prometheus::Family<Counter>& family_;
  const std::string label_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Counter*> counters_ ABSL_GUARDED_BY(mutex_);
};

// Calls by method and code, and how long they took by method.
class Calls {
 public:
  explicit Calls(prometheus::Registry& registry)
      : counts_(prometheus::BuildCounter()
                    .Name("leadgrade_calls_total")
                    .Help("Calls that ended, by method and status code.")
                    .Register(registry)),
        durations_(prometheus::BuildHistogram()
                       .Name("leadgrade_call_duration_seconds")
                       .Help("How long calls took, by method.")
                       .Register(registry)) {}

  void Count(absl::string_view method, absl::string_view code, double seconds) {
    const auto [count, duration] = SeriesOf(method, code);
    count->Increment();
    duration->Observe(seconds);
  }

 private:
  struct Method {
    Histogram* duration = nullptr;
    absl::flat_hash_map<std::string, Counter*> counts;
  };

  std::pair<Counter*, Histogram*> SeriesOf(absl::string_view method, absl::string_view code) {
    {
      const absl::ReaderMutexLock lock(&mutex_);
      const auto found = methods_.find(method);
      if (found != methods_.end()) {
        const auto count = found->second.counts.find(code);
        if (count != found->second.counts.end()) return {count->second, found->second.duration};
      }
    }
    const std::string method_label(method);
    const std::string code_label(code);
    const absl::MutexLock lock(&mutex_);
    Method& series = methods_[method_label];
    series.duration = &durations_.Add({{"method", method_label}}, CallBuckets());
    Counter*& count = series.counts[code_label];
    count = &counts_.Add({{"method", method_label}, {"code", code_label}});
    return {count, series.duration};
  }

  prometheus::Family<Counter>& counts_;
  prometheus::Family<Histogram>& durations_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Method> methods_ ABSL_GUARDED_BY(mutex_);
};

double Seconds(absl::Time time) { return absl::ToDoubleSeconds(time - absl::UnixEpoch()); }

}  // namespace

class Metrics::Impl {
 public:
  Gauge& NewGauge(const std::string& name, const std::string& help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }

  void ShowBundle(absl::string_view bundle, absl::string_view digest) {
    const std::lock_guard<std::mutex> lock(bundle_mutex);
    Gauge& info =
        bundle_info.Add({{"bundle", std::string(bundle)}, {"digest", std::string(digest)}});
    if (shown_bundle != nullptr && shown_bundle != &info) bundle_info.Remove(shown_bundle);
    shown_bundle = &info;
    info.Set(1);
  }

  prometheus::Registry registry;
  Calls calls{registry};
  Counters grade_changes{registry, "leadgrade_grade_changes_total",
                         "Grade changes that were written, by cause.", "cause"};
  Counters events{registry, "leadgrade_events_total",
                  "Events sent to be recorded, by what became of them.", "result"};
  Counters reloads{registry, "leadgrade_reloads_total", "Reloads of the rules, by result.",
                   "result"};
  Gauge& last_reload_accepted =
      NewGauge("leadgrade_last_reload_accepted", "Whether the last reload of the rules was taken.");
  prometheus::Family<Gauge>& bundle_info =
      prometheus::BuildGauge()
          .Name("leadgrade_bundle_info")
          .Help("The bundle in force: always 1, with its name and digest.")
          .Register(registry);
  Gauge& bundle_activated = NewGauge("leadgrade_bundle_activated_timestamp_seconds",
                                     "When the bundle in force became so, in Unix time.");
  Counter& timers_rescored = prometheus::BuildCounter()
                                 .Name("leadgrade_timers_rescored_total")
                                 .Help("Leads that were decided again because the clock asked.")
                                 .Register(registry)
                                 .Add({});
  Gauge& timers_lag =
      NewGauge("leadgrade_timers_lag_seconds", "How far behind the clock the oldest lead due is.");
  Gauge& watchers = NewGauge("leadgrade_watchers", "Open streams that watch grade changes.");

 private:
  std::mutex bundle_mutex;
  Gauge* shown_bundle = nullptr;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) { CountEvents(0, 0); }

Metrics::~Metrics() = default;

void Metrics::CountCall(absl::string_view method, absl::string_view code, absl::Duration took) {
  impl_->calls.Count(method, code, absl::ToDoubleSeconds(took));
}

void Metrics::CountGradeChanges(absl::string_view cause, int64_t count) {
  impl_->grade_changes.Of(cause).Increment(static_cast<double>(count));
}

void Metrics::CountEvents(int64_t recorded, int64_t duplicates) {
  impl_->events.Of("recorded").Increment(static_cast<double>(recorded));
  impl_->events.Of("duplicate").Increment(static_cast<double>(duplicates));
}

void Metrics::CountReload(bool accepted, absl::string_view bundle, absl::string_view digest,
                          absl::Time activate_time) {
  impl_->reloads.Of("accepted").Increment(accepted ? 1 : 0);
  impl_->reloads.Of("refused").Increment(accepted ? 0 : 1);
  impl_->last_reload_accepted.Set(accepted ? 1 : 0);
  impl_->bundle_activated.Set(Seconds(activate_time));
  impl_->ShowBundle(bundle, digest);
}

void Metrics::CountTimers(int64_t rescored, absl::Duration lag) {
  impl_->timers_rescored.Increment(static_cast<double>(rescored));
  impl_->timers_lag.Set(absl::ToDoubleSeconds(lag));
}

void Metrics::SetWatchers(int64_t count) { impl_->watchers.Set(static_cast<double>(count)); }

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace leadgrade::metrics
