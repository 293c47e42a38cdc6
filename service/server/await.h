// Waiting for a call back.
#pragma once

#include <functional>
#include <future>

namespace leadgrade::server {

// Calls `start` with a function to hand the result to, from any thread, once; waits for it.
template <typename Result, typename Start>
Result Await(Start start) {
  std::promise<Result> promise;
  start([&promise](Result result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

}  // namespace leadgrade::server
