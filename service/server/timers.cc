#include "service/server/timers.h"

#include "service/server/await.h"
#include "service/server/log.h"

namespace leadgrade::server {

absl::StatusOr<std::optional<absl::Time>> OldestDue(const store::LeadStore& store, absl::Time now) {
  const auto ids = store.ListDue(now, kRescoreBatch);
  if (!ids.ok()) return ids.status();
  for (const std::string& id : *ids) {
    const auto lead = store.Get(id);
    // Damaged; or deleted since the listing.
    if (absl::IsDataLoss(lead.status()) || absl::IsNotFound(lead.status())) continue;
    if (!lead.ok()) return lead.status();
    return store::DueTime(lead->lead);
  }
  // Of nothing but damaged leads the writer says what is wrong.
  if (!ids->empty()) return now;
  return std::nullopt;
}

absl::Duration Timers::Tick() {
  const absl::Time now = parts_.clock();
  const auto oldest = parts_.oldest_due(now);
  if (!oldest.ok()) {
    failures_.Failed(oldest.status(), now);
    return kRescoreRest;
  }
  const bool more = oldest->has_value() && RescoreOnce(now, **oldest);
  if (!oldest->has_value()) {
    failures_.Worked();
    parts_.metrics->CountTimers(0, absl::ZeroDuration());
  }
  if (!more) EndBacklog(now);
  return more ? absl::ZeroDuration() : kRescoreRest;
}

bool Timers::RescoreOnce(absl::Time now, absl::Time oldest) {
  const absl::Duration lag = std::max(now - oldest, absl::ZeroDuration());
  const auto rescored = Await<absl::StatusOr<size_t>>(
      [&](auto done) { parts_.rescore(kRescoreBatch, std::move(done)); });
  if (!rescored.ok()) {
    parts_.metrics->CountTimers(0, lag);
    failures_.Failed(rescored.status(), now);
    return false;
  }
  failures_.Worked();
  parts_.metrics->CountTimers(static_cast<int64_t>(*rescored), lag);
  if (batches_ == 0) since_ = now;
  ++batches_;
  rescored_ += *rescored;
  // A batch is not full where some of its leads are damaged, or changed in the meantime.
  return *rescored >= kRescoreBatch / 2;
}

void Timers::EndBacklog(absl::Time now) {
  if (batches_ > 1) {
    Log::Info("caught up with the clock",
              {{"leads", rescored_}, {"seconds", absl::ToDoubleSeconds(now - since_)}});
  }
  batches_ = 0;
  rescored_ = 0;
}

}  // namespace leadgrade::server
