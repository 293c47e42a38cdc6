// The events of a request. Reading stops at enough violations.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "service/leads/lead_book.h"
#include "service/rpc/errors.h"

namespace leadgrade::rpc {

using Events = google::protobuf::RepeatedPtrField<v1::Event>;

// What is recorded, each of its own lead. `events[3].type` and the like are the violations' fields.
std::vector<leads::NewEvent> ReadEvents(const rules::Bundle& bundle, const Events& events,
                                        absl::Time now, Violations* violations);

// Of one lead, whatever lead they name. `field` ("leads[1].events") is where they stand.
std::vector<store::StoredEvent> ReadImportedEvents(const rules::Bundle& bundle,
                                                   const Events& events, absl::string_view field,
                                                   absl::Time now, Violations* violations);

}  // namespace leadgrade::rpc
