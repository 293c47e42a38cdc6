// Stored leads, scored for a reply.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "leadgrade/v1/scoring_service.pb.h"
#include "service/leads/lead_book.h"

namespace leadgrade::rpc {

// FIELD_INVALID for `name`, `language_code` or `read_time`, or as LeadError. `read_time` null: now.
absl::Status ScoreLead(const leads::LeadBook& book, absl::string_view name,
                       absl::string_view language, const google::protobuf::Timestamp* read_time,
                       v1::Decision* decision);

// The same errors.
absl::Status ExplainLead(const leads::LeadBook& book, const v1::ExplainLeadRequest& request,
                         v1::Explanation* explanation);

// One result a name, in order; a name that is none has an error for its result. `wanted` is asked
// between parts of the batch.
absl::Status ScoreBatch(const leads::LeadBook& book, const v1::BatchScoreLeadsRequest& request,
                        const leads::Wanted& wanted, v1::BatchScoreLeadsResponse* response);

}  // namespace leadgrade::rpc
