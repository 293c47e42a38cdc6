// Work for later, on gRPC's threads.
#pragma once

#include <grpcpp/alarm.h>

#include <functional>
#include <memory>

#include "absl/time/time.h"

namespace leadgrade::rpc {

// Calls `work` on a thread of gRPC's, soon, once.
void RunSoon(std::function<void()> work);

// The same after `delay`, measured by the machine's own clock, unless what is given is destroyed
// before; `work` itself may destroy it. `work` may still begin while that goes on.
std::unique_ptr<grpc::Alarm> RunAfter(absl::Duration delay, std::function<void()> work);

}  // namespace leadgrade::rpc
