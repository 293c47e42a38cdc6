// The conditions of a client that watches, read from its request.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "engine/rules/bundle.h"
#include "leadgrade/v1/watch_service.pb.h"
#include "service/rpc/delivery.h"

namespace leadgrade::rpc {

// Ready to judge by `bundle`. INVALID_ARGUMENT, FIELD_INVALID, with all that is wrong. The place in
// the log is not looked at.
absl::StatusOr<Delivery> ReadDelivery(const std::shared_ptr<const rules::Bundle>& bundle,
                                      const v1::WatchGradeChangesRequest& request);

}  // namespace leadgrade::rpc
