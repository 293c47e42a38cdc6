// Stored leads, scored for a reply.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "leadgrade/v1/scoring_service.pb.h"
#include "service/leads/lead_book.h"

namespace leadgrade::rpc {

// FIELD_INVALID for `name` or `language_code`, or as LeadError.
absl::Status ScoreLead(const leads::LeadBook& book, absl::string_view name,
                       absl::string_view language, v1::Decision* decision);

// One result a name, in order; a name that is none has an error for its result. `wanted` is asked
// between parts of the batch.
absl::Status ScoreBatch(const leads::LeadBook& book, const v1::BatchScoreLeadsRequest& request,
                        const leads::Wanted& wanted, v1::BatchScoreLeadsResponse* response);

}  // namespace leadgrade::rpc
