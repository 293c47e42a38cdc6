#include "service/rpc/event_fields.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/rpc/requests.h"

namespace leadgrade::rpc {
namespace {

store::StoredEvent ReadOne(const rules::Bundle& bundle, const v1::Event& event,
                           const std::string& field, absl::Time now, Violations* violations) {
  const std::string id_field = absl::StrCat(field, ".event_id");
  if (event.event_id().empty()) {
    violations->push_back(
        {id_field, absl::StrCat("is required: 1 to ", kMaxEventIdBytes, " bytes")});
  }
  CheckLength(event.event_id(), kMaxEventIdBytes, id_field, violations);
  const std::optional<facts::TimelineEvent> read =
      convert::ReadEvent(bundle, event, field, now, violations);
  CheckLength(event.note(), kMaxNoteBytes, absl::StrCat(field, ".note"), violations);
  store::StoredEvent out;
  if (!read.has_value()) return out;
  out.event_id = event.event_id();
  out.type = read->type;
  out.time = read->time;
  out.amount = read->amount;
  out.due = read->due;
  out.note = event.note();
  return out;
}

}  // namespace

std::vector<leads::NewEvent> ReadEvents(const rules::Bundle& bundle, const Events& events,
                                        absl::Time now, Violations* violations) {
  std::vector<leads::NewEvent> out;
  out.reserve(events.size());
  for (int i = 0; i < events.size() && !IsEnough(*violations); ++i) {
    const std::string field = absl::StrCat("events[", i, "]");
    leads::NewEvent& event = out.emplace_back();
    event.lead_id =
        std::string(ReadLeadName(events[i].lead(), absl::StrCat(field, ".lead"), violations));
    event.event = ReadOne(bundle, events[i], field, now, violations);
  }
  return out;
}

std::vector<store::StoredEvent> ReadImportedEvents(const rules::Bundle& bundle,
                                                   const Events& events, absl::string_view field,
                                                   absl::Time now, Violations* violations) {
  std::vector<store::StoredEvent> out;
  out.reserve(events.size());
  for (int i = 0; i < events.size() && !IsEnough(*violations); ++i) {
    out.push_back(ReadOne(bundle, events[i], absl::StrCat(field, "[", i, "]"), now, violations));
  }
  return out;
}

}  // namespace leadgrade::rpc
