#include "tools/import/row_errors.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_details.pb.h"

namespace leadgrade::tools {
namespace {

// The index of `NAME[INDEX]` or `NAME[INDEX].…`, which is taken off the front with its point; -1
// where there is none.
int ConsumeIndexed(absl::string_view name, absl::string_view* field) {
  absl::string_view rest = *field;
  int index = 0;
  if (!absl::ConsumePrefix(&rest, name) || !absl::ConsumePrefix(&rest, "[")) return -1;
  const size_t end = rest.find(']');
  if (end == absl::string_view::npos || !absl::SimpleAtoi(rest.substr(0, end), &index)) return -1;
  rest.remove_prefix(end + 1);
  absl::ConsumePrefix(&rest, ".");
  *field = rest;
  return index;
}

std::string EventField(absl::string_view field, const v1::Event& event) {
  if (field == "event_time") field = "time";
  if (field == "event_id") field = "id";
  return absl::StrCat("the event `", event.event_id(), "`", field.empty() ? "" : ", ", field);
}

std::string MappingKey(absl::string_view field, const v1::ImportedLead& lead) {
  ConsumeIndexed("leads", &field);
  const int event = ConsumeIndexed("events", &field);
  if (event >= 0 && event < lead.events_size()) return EventField(field, lead.events(event));
  if (field == "lead.name") return "lead.id";
  if (field == "lead.display_name") return "lead.displayName";
  absl::string_view fact = field;
  if (!absl::ConsumePrefix(&fact, "lead.facts")) return std::string(field);
  if (absl::ConsumeSuffix(&fact, ".observed_time")) {
    return absl::StrCat("facts", fact, ".observedTime");
  }
  absl::ConsumeSuffix(&fact, ".value");
  return absl::StrCat("facts", fact);
}

}  // namespace

std::string RowError(const google::rpc::Status& status, const v1::ImportedLead& lead) {
  std::vector<std::string> wrong;
  for (const google::protobuf::Any& detail : status.details()) {
    google::rpc::BadRequest bad;
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& violation : bad.field_violations()) {
      wrong.push_back(
          absl::StrCat(MappingKey(violation.field(), lead), ": ", violation.description()));
    }
  }
  return wrong.empty() ? status.message() : absl::StrJoin(wrong, "; ");
}

}  // namespace leadgrade::tools
