#include "service/rpc/scoring.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/convert/decision_proto.h"
#include "service/rpc/errors.h"
#include "service/rpc/requests.h"

namespace leadgrade::rpc {
namespace {

constexpr int kNamesAtOnce = 32;

// The instant to read as of; nullopt: now.
std::optional<absl::Time> ReadReadTime(const google::protobuf::Timestamp* read_time, absl::Time now,
                                       Violations* violations) {
  if (read_time == nullptr) return std::nullopt;
  const size_t before = violations->size();
  const absl::Time time = convert::ReadTime(*read_time, "read_time", violations);
  if (violations->size() == before && time > now) {
    violations->push_back({"read_time", "has not come yet; leave it out for now"});
  }
  return time;
}

}  // namespace

absl::Status ScoreLead(const leads::LeadBook& book, absl::string_view name,
                       absl::string_view language, const google::protobuf::Timestamp* read_time,
                       v1::Decision* decision) {
  Violations violations;
  const absl::string_view id = ReadLeadName(name, "name", &violations);
  CheckLanguage(language, &violations);
  const std::optional<absl::Time> at = ReadReadTime(read_time, book.now(), &violations);
  if (!violations.empty()) return InvalidFields(violations);
  const absl::StatusOr<leads::EditResult> result = book.Score(id, at);
  if (!result.ok()) return LeadError(result.status(), id);
  convert::ToProto(result->decision, id, language, decision);
  return absl::OkStatus();
}

absl::Status ExplainLead(const leads::LeadBook& book, const v1::ExplainLeadRequest& request,
                         v1::Explanation* explanation) {
  Violations violations;
  const absl::string_view id = ReadLeadName(request.name(), "name", &violations);
  CheckLanguage(request.language_code(), &violations);
  const std::optional<absl::Time> at = ReadReadTime(
      request.has_read_time() ? &request.read_time() : nullptr, book.now(), &violations);
  if (!violations.empty()) return InvalidFields(violations);
  const absl::StatusOr<leads::ExplainResult> explained = book.Explain(id, at);
  if (!explained.ok()) return LeadError(explained.status(), id);
  convert::ToProto(explained->explanation, id, request.language_code(), explanation);
  convert::ToProto(explained->forecast, explanation->mutable_forecast());
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
