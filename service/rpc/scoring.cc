#include "service/rpc/scoring.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/convert/decision_proto.h"
#include "service/rpc/errors.h"
#include "service/rpc/requests.h"

namespace leadgrade::rpc {
namespace {

constexpr int kNamesAtOnce = 32;

}  // namespace

absl::Status ScoreLead(const leads::LeadBook& book, absl::string_view name,
                       absl::string_view language, v1::Decision* decision) {
  Violations violations;
  const absl::string_view id = ReadLeadName(name, "name", &violations);
  CheckLanguage(language, &violations);
  if (!violations.empty()) return InvalidFields(violations);
  const absl::StatusOr<leads::EditResult> result = book.Score(id);
  if (!result.ok()) return LeadError(result.status(), id);
  convert::ToProto(result->decision, id, language, decision);
  return absl::OkStatus();
}

absl::Status ScoreBatch(const leads::LeadBook& book, const v1::BatchScoreLeadsRequest& request,
                        const leads::Wanted& wanted, v1::BatchScoreLeadsResponse* response) {
  const std::string& language = request.language_code();
  for (int begin = 0; begin < request.names_size(); begin += kNamesAtOnce) {
    if (absl::Status status = wanted(); !status.ok()) return status;
    const int end = std::min(begin + kNamesAtOnce, request.names_size());
    std::vector<std::string> ids;
    std::vector<v1::ScoreResult*> places;  // of the ids
    for (int i = begin; i < end; ++i) {
      v1::ScoreResult* place = response->add_results();
      Violations violations;
      const absl::string_view id =
          ReadLeadName(request.names(i), absl::StrCat("names[", i, "]"), &violations);
      if (violations.empty()) {
        ids.emplace_back(id);
        places.push_back(place);
      } else {
        *place->mutable_error() = ToRpcStatus(InvalidFields(violations));
      }
    }
    const std::vector<absl::StatusOr<leads::EditResult>> results = book.ScoreMany(ids);
    for (size_t i = 0; i < ids.size(); ++i) {
      if (results[i].ok()) {
        convert::ToProto(results[i]->decision, ids[i], language, places[i]->mutable_decision());
      } else {
        *places[i]->mutable_error() = ToRpcStatus(LeadError(results[i].status(), ids[i]));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace leadgrade::rpc
