#include "service/rpc/lead_proto.h"

#include "absl/strings/str_cat.h"
#include "service/convert/decision_proto.h"
#include "service/rpc/tokens.h"

namespace leadgrade::rpc {

void ToProto(const store::StoredLead& lead, v1::Lead* out) {
  out->set_name(absl::StrCat("leads/", lead.id));
  out->set_display_name(lead.display_name);
  out->set_owner(lead.owner);
  for (const auto& [name, fact] : lead.lead.facts) {
    convert::ToProto(fact, &(*out->mutable_facts())[name]);
  }
  out->set_grade(lead.grade);
  for (const facts::GradeChange& change : lead.lead.grade_history) {
    convert::ToProto(change, out->add_grade_history());
  }
  out->set_event_count(static_cast<int32_t>(lead.lead.timeline.size()));
  *out->mutable_create_time() = convert::ToProto(lead.create_time);
  *out->mutable_update_time() = convert::ToProto(lead.update_time);
  out->set_etag(MakeEtag(lead.revision));
}

}  // namespace leadgrade::rpc
