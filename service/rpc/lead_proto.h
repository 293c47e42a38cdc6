// Stored leads as the API shows them.
#pragma once

#include "leadgrade/v1/lead_service.pb.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

void ToProto(const store::StoredLead& lead, v1::Lead* out);

}  // namespace leadgrade::rpc
