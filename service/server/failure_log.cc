#include "service/server/failure_log.h"

#include "service/server/log.h"

namespace leadgrade::server {

void FailureLog::Failed(const absl::Status& status, absl::Time now) {
  if (status == last_ && now < logged_ + kAgain) return;
  last_ = status;
  logged_ = now;
  const LogFields fields = {{"code", absl::StatusCodeToString(status.code())},
                            {"error", status.message()}};
  if (absl::IsResourceExhausted(status)) {
    Log::Warn(what_, fields);
  } else {
    Log::Error(what_, fields);
  }
}

}  // namespace leadgrade::server
