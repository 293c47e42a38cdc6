#include "service/rpc/lead_proto.h"

#include "absl/strings/str_cat.h"
#include "engine/facts/statements.h"
#include "service/convert/decision_proto.h"
#include "service/rpc/tokens.h"

namespace leadgrade::rpc {

void ToProto(const store::StoredLead& lead, const rules::Bundle& bundle, absl::Time now,
             v1::Lead* out) {
  out->set_name(absl::StrCat("leads/", lead.id));
  out->set_display_name(lead.display_name);
  out->set_owner(lead.owner);
  for (const auto& [name, statements] : lead.lead.facts) {
    const facts::Belief belief = facts::Resolve(statements, bundle.schema.source_roles.get(), now);
    if (belief.value != nullptr) {
      facts::StatedFact counts = *belief.by;
      counts.value = *belief.value;
      counts.status = belief.status;
      convert::ToProto(counts, &(*out->mutable_facts())[name]);
    }
    for (const facts::StatedFact& statement : statements) {
      v1::FactStatement* written = out->add_statements();
      convert::ToProto(statement, written);
      written->set_fact(name);
    }
  }
  out->set_grade(lead.grade);
  for (const facts::GradeChange& change : lead.lead.grade_history) {
    convert::ToProto(change, out->add_grade_history());
  }
  if (lead.lead.grade_override.has_value()) {
    convert::ToProto(*lead.lead.grade_override, out->mutable_grade_override());
  }
  if (const absl::Time due = store::GradeDueTime(lead.lead); due != absl::InfiniteFuture()) {
    *out->mutable_grade_valid_until() = convert::ToProto(due);
  }
  out->set_event_count(static_cast<int32_t>(lead.lead.timeline.size()));
  *out->mutable_create_time() = convert::ToProto(lead.create_time);
  *out->mutable_update_time() = convert::ToProto(lead.update_time);
  out->set_etag(MakeEtag(lead.revision));
}

void ToProto(const facts::TimelineEvent& event, v1::TimelineEvent* out) {
  out->set_type(event.type);
  *out->mutable_event_time() = convert::ToProto(event.time);
  if (event.amount.has_value()) out->set_amount(*event.amount);
  if (event.due.has_value()) *out->mutable_due_time() = convert::ToProto(*event.due);
}

}  // namespace leadgrade::rpc
