// EvaluateFacts: a decision on what the caller says, with nothing stored.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/decision/decision.h"
#include "leadgrade/v1/scoring_service.pb.h"

namespace leadgrade::rpc {

// FIELD_INVALID or BATCH_TOO_LARGE. `now` stands in for a missing clock.
absl::StatusOr<decision::Decision> EvaluateFacts(const std::shared_ptr<const rules::Bundle>& bundle,
                                                 const v1::EvaluateFactsRequest& request,
                                                 absl::Time now);

}  // namespace leadgrade::rpc
