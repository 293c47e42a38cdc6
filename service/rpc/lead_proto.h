// Stored leads as the API shows them.
#pragma once

#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

// What counts of the facts is told by `bundle` as of `now`.
void ToProto(const store::StoredLead& lead, const rules::Bundle& bundle, absl::Time now,
             v1::Lead* out);
void ToProto(const facts::TimelineEvent& event, v1::TimelineEvent* out);

}  // namespace leadgrade::rpc
