#include "service/server/bundle_sweep.h"

#include "service/server/await.h"
#include "service/server/log.h"
#include "service/server/timers.h"

namespace leadgrade::server {

absl::Duration BundleSweep::Tick() {
  const auto more = SweepOnce();
  if (!more.ok()) {
    failures_.Failed(more.status(), parts_.clock());
    return kRescoreRest;
  }
  failures_.Worked();
  return *more ? absl::ZeroDuration() : kRescoreRest;
}

absl::StatusOr<bool> BundleSweep::SweepOnce() {
  const InForce in_force = parts_.in_force();
  if (done_ == in_force) return false;
  if (target_ != in_force) {
    if (absl::Status status = Begin(in_force); !status.ok()) return status;
    if (done_ == in_force) return false;
  }
  auto sweep = Await<absl::StatusOr<leads::Sweep>>(
      [&](auto done) { parts_.rescore(after_, kRescoreBatch, std::move(done)); });
  if (!sweep.ok()) return sweep.status();
  rescored_ += sweep->rescored;
  after_ = std::move(sweep->next);
  // A bundle that came in the meantime decided a part of the leads.
  if (!after_.empty() || parts_.in_force() != in_force) return true;
  if (absl::Status status = parts_.set_swept(in_force.digest); !status.ok()) return status;
  done_ = in_force;
  if (rescored_ > 0) {
    Log::Info("all leads are decided under the bundle in force",
              {{"digest", in_force.digest},
               {"leads", rescored_},
               {"seconds", absl::ToDoubleSeconds(parts_.clock() - started_)}});
  }
  return false;
}

absl::Status BundleSweep::Begin(const InForce& target) {
  // What was noted before the start holds for the bundle of the start only: later ones may have
  // decided leads since.
  if (!done_.has_value() && !target_.has_value()) {
    const auto swept = parts_.swept();
    if (!swept.ok()) return swept.status();
    if (*swept == target.digest) {
      done_ = target;
      return absl::OkStatus();
    }
  }
  if (absl::Status status = parts_.set_swept(""); !status.ok()) return status;
  target_ = target;
  after_.clear();
  rescored_ = 0;
  started_ = parts_.clock();
  return absl::OkStatus();
}

}  // namespace leadgrade::server
