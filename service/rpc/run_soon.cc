#include "service/rpc/run_soon.h"

#include <grpc/support/time.h>

#include <utility>

namespace leadgrade::rpc {

void RunSoon(std::function<void()> work) {
  // An alarm that goes calls its function at once.
  grpc::Alarm alarm;
  alarm.Set(gpr_inf_future(GPR_CLOCK_MONOTONIC), [work = std::move(work)](bool) { work(); });
}

std::unique_ptr<grpc::Alarm> RunAfter(absl::Duration delay, std::function<void()> work) {
  // A new one each time: one that has just called may not be set again from within.
  auto alarm = std::make_unique<grpc::Alarm>();
  const gpr_timespec wait = gpr_time_from_nanos(absl::ToInt64Nanoseconds(delay), GPR_TIMESPAN);
  alarm->Set(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), wait),
             [work = std::move(work)](bool is_time) {
               if (is_time) work();
             });
  return alarm;
}

}  // namespace leadgrade::rpc
