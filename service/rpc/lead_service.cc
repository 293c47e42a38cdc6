#include "service/rpc/lead_service.h"

#include <algorithm>
#include <utility>

#include "service/convert/decision_proto.h"
#include "service/rpc/errors.h"
#include "service/rpc/event_fields.h"
#include "service/rpc/lead_edits.h"
#include "service/rpc/lead_import.h"
#include "service/rpc/lead_listing.h"
#include "service/rpc/lead_overrides.h"
#include "service/rpc/lead_proto.h"
#include "service/rpc/requests.h"

namespace leadgrade::rpc {
namespace {

// Replies with a lead and its decision; on the thread of the replies.
template <typename Request, typename Response>
void FinishEdit(const Call& call, const Request& request,
                const absl::StatusOr<leads::EditResult>& result, absl::string_view id,
                Response* response) {
  if (!result.ok()) {
    call.Finish(LeadError(result.status(), id));
    return;
  }
  ToProto(result->lead, *result->decision.bundle, result->decision.now, response->mutable_lead());
  convert::ToProto(result->decision, id, request.language_code(), response->mutable_decision());
  call.Finish(absl::OkStatus());
}

void ToProto(const v1::RecordEventsRequest& request, const leads::EventsResult& result,
             v1::RecordEventsResponse* response) {
  for (int i = 0; i < request.events_size(); ++i) {
    v1::RecordedEvent* recorded = response->add_results();
    recorded->set_lead(request.events(i).lead());
    recorded->set_event_id(request.events(i).event_id());
    recorded->set_duplicate(result.duplicate[i]);
  }
  if (!request.with_decisions()) return;
  for (size_t i = 0; i < result.leads.size(); ++i) {
    convert::ToProto(result.decisions[i], result.leads[i].id, request.language_code(),
                     response->add_decisions());
  }
}

}  // namespace

grpc::ServerUnaryReactor* LeadService::CreateLead(grpc::CallbackServerContext* context,
                                                  const v1::CreateLeadRequest* request,
                                                  v1::CreateLeadResponse* response) {
  const Call call(metrics_, "LeadService/CreateLead", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  Violations violations;
  leads::LeadEdit edit = ReadCreate(*bundles_.bundle(), *request, book_.now(), &violations);
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  book_.Edit(std::move(edit), call.wanted(),
             [call, request, response](const absl::StatusOr<leads::EditResult>& result) {
               FinishEdit(call, *request, result, request->lead_id(), response);
             });
  return call.reactor();
}

grpc::ServerUnaryReactor* LeadService::GetLead(grpc::CallbackServerContext* context,
                                               const v1::GetLeadRequest* request,
                                               v1::GetLeadResponse* response) {
  const Call call(metrics_, "LeadService/GetLead", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  Violations violations;
  const absl::string_view id = ReadLeadName(request->name(), "name", &violations);
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  const absl::StatusOr<store::StoredLead> lead = store_.Get(id);
  if (!lead.ok()) return call.Finish(LeadError(lead.status(), id));
  rpc::ToProto(*lead, *bundles_.bundle(), book_.now(), response->mutable_lead());
  return call.Finish(absl::OkStatus());
}

grpc::ServerUnaryReactor* LeadService::UpdateLead(grpc::CallbackServerContext* context,
                                                  const v1::UpdateLeadRequest* request,
                                                  v1::UpdateLeadResponse* response) {
  const Call call(metrics_, "LeadService/UpdateLead", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  Violations violations;
  leads::LeadEdit edit = ReadUpdate(*bundles_.bundle(), store_, *request, book_.now(), &violations);
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  const std::string id = edit.lead_id;
  book_.Edit(std::move(edit), call.wanted(),
             [call, request, response, id](const absl::StatusOr<leads::EditResult>& result) {
               FinishEdit(call, *request, result, id, response);
             });
  return call.reactor();
}

grpc::ServerUnaryReactor* LeadService::ListLeads(grpc::CallbackServerContext* context,
                                                 const v1::ListLeadsRequest* request,
                                                 v1::ListLeadsResponse* response) {
  const Call call(metrics_, "LeadService/ListLeads", context);
  return call.Finish(
      rpc::ListLeads(book_, store_, *bundles_.bundle(), *request, call.wanted(), response));
}

grpc::ServerWriteReactor<v1::StreamLeadsResponse>* LeadService::StreamLeads(
    grpc::CallbackServerContext* context, const v1::StreamLeadsRequest* /*request*/) {
  const Stopwatch::time_point begin = Stopwatch::now();
  const auto count = [this, begin](const absl::Status& status) {
    CountCall(metrics_, "LeadService/StreamLeads", begin, status);
  };
  absl::Status refused = CheckWanted(*context);
  if (refused.ok()) {
    auto stream = std::make_shared<LeadStream>(
        LeadStream::Source{store_.Scan(), book_.now(), bundles_.bundle()}, longest_stream_, context,
        [this, count](const LeadStream* ended, const absl::Status& status) {
          streams_.Remove(ended);
          count(status);
        });
    refused = streams_.Add(stream);
    if (refused.ok()) {
      stream->Start();
      return stream.get();
    }
  }
  count(refused);
  return new RefusedStream<grpc::ServerWriteReactor<v1::StreamLeadsResponse>>(refused);
}

grpc::ServerUnaryReactor* LeadService::OverrideGrade(grpc::CallbackServerContext* context,
                                                     const v1::OverrideGradeRequest* request,
                                                     v1::OverrideGradeResponse* response) {
  const Call call(metrics_, "LeadService/OverrideGrade", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  Violations violations;
  leads::LeadEdit edit = ReadOverride(*bundles_.bundle(), *request, book_.now(), &violations);
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  const std::string id = edit.lead_id;
  book_.Edit(std::move(edit), call.wanted(),
             [call, request, response, id](const absl::StatusOr<leads::EditResult>& result) {
               FinishEdit(call, *request, result, id, response);
             });
  return call.reactor();
}

grpc::ServerUnaryReactor* LeadService::EndGradeOverride(grpc::CallbackServerContext* context,
                                                        const v1::EndGradeOverrideRequest* request,
                                                        v1::EndGradeOverrideResponse* response) {
  const Call call(metrics_, "LeadService/EndGradeOverride", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  Violations violations;
  leads::LeadEdit edit = ReadEndOverride(*request, &violations);
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  const std::string id = edit.lead_id;
  book_.Edit(std::move(edit), call.wanted(),
             [call, request, response, id](const absl::StatusOr<leads::EditResult>& result) {
               if (absl::IsFailedPrecondition(result.status())) {
                 call.Finish(GradeNotOverridden(result.status().message(), id));
               } else {
                 FinishEdit(call, *request, result, id, response);
               }
             });
  return call.reactor();
}

grpc::ServerUnaryReactor* LeadService::DeleteLead(grpc::CallbackServerContext* context,
                                                  const v1::DeleteLeadRequest* request,
                                                  google::protobuf::Empty* response) {
  const Call call(metrics_, "LeadService/DeleteLead", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  Violations violations;
  leads::LeadEdit edit;
  edit.kind = leads::LeadEdit::Kind::kDelete;
  edit.lead_id = std::string(ReadLeadName(request->name(), "name", &violations));
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  const std::string id = edit.lead_id;
  book_.Edit(std::move(edit), call.wanted(),
             [call, id](const absl::StatusOr<leads::EditResult>& result) {
               call.Finish(LeadError(result.status(), id));
             });
  return call.reactor();
}

grpc::ServerUnaryReactor* LeadService::RecordEvents(grpc::CallbackServerContext* context,
                                                    const v1::RecordEventsRequest* request,
                                                    v1::RecordEventsResponse* response) {
  const Call call(metrics_, "LeadService/RecordEvents", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  if (absl::Status status = CheckBatch("events", request->events_size()); !status.ok()) {
    return call.Finish(status);
  }
  Violations violations;
  std::vector<leads::NewEvent> events =
      ReadEvents(*bundles_.bundle(), request->events(), book_.now(), &violations);
  CheckLanguage(request->language_code(), &violations);
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  book_.Record(std::move(events), request->create_missing_leads(), call.wanted(),
               [this, call, request, response](const absl::StatusOr<leads::EventsResult>& result) {
                 if (!result.ok()) {
                   call.Finish(LeadError(result.status(), leads::LeadOf(result.status())));
                   return;
                 }
                 ToProto(*request, *result, response);
                 const auto duplicates =
                     std::count(result->duplicate.begin(), result->duplicate.end(), true);
                 metrics_.CountEvents(request->events_size() - duplicates, duplicates);
                 call.Finish(absl::OkStatus());
               });
  return call.reactor();
}

grpc::ServerUnaryReactor* LeadService::ImportLeads(grpc::CallbackServerContext* context,
                                                   const v1::ImportLeadsRequest* request,
                                                   v1::ImportLeadsResponse* response) {
  const Call call(metrics_, "LeadService/ImportLeads", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  if (absl::Status status = CheckBatch("leads", request->leads_size()); !status.ok()) {
    return call.Finish(status);
  }
  ImportPlan plan = PlanImport(*bundles_.bundle(), *request, book_.now(), response);
  if (plan.leads.empty()) return call.Finish(absl::OkStatus());
  std::vector<leads::ImportedLead> leads = std::exchange(plan.leads, {});
  book_.Import(std::move(leads), call.wanted(),
               [call, response, plan = std::move(plan)](const std::vector<absl::Status>& results) {
                 call.Finish(FinishImport(plan, results, response));
               });
  return call.reactor();
}

}  // namespace leadgrade::rpc
