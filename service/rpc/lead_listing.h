// ListLeads: pages of the stored leads.
#pragma once

#include "absl/status/status.h"
#include "engine/rules/bundle.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "service/leads/lead_book.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

// FIELD_INVALID, PAGE_TOKEN_INVALID, or as LeadError. A page ends early where its leads are large,
// so that a client's default message size holds it. `wanted` is asked between parts of the page.
absl::Status ListLeads(const leads::LeadBook& book, const store::LeadStore& store,
                       const rules::Bundle& bundle, const v1::ListLeadsRequest& request,
                       const leads::Wanted& wanted, v1::ListLeadsResponse* response);

}  // namespace leadgrade::rpc
