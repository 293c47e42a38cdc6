#include "service/rpc/bundle_service.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/convert/decision_proto.h"
#include "service/rpc/call.h"
#include "service/rpc/requests.h"

namespace leadgrade::rpc {
namespace {

// The enumeration that a fact's values are of, within a list or a nullable too; or null.
const cel::EnumType* EnumOf(const cel::Type& type) {
  switch (type.kind()) {
    case cel::TypeKind::kEnum:
      return type.enum_type().get();
    case cel::TypeKind::kNullable:
    case cel::TypeKind::kList:
      return EnumOf(type.parameter(0));
    default:
      return nullptr;
  }
}

void ToProto(const facts::Fact& fact, absl::string_view language, v1::FactDescription* out) {
  out->set_name(fact.name);
  out->set_type(fact.type.ToString());
  out->set_title(fact.title.In(language));
  out->set_question(fact.question.In(language));
  out->set_description(fact.description);
  out->set_derived(fact.derivation != nullptr);
  if (const cel::EnumType* type = EnumOf(fact.type)) {
    for (const std::string& value : type->values) out->add_enum_values(value);
  }
}

void ToProto(const bundles::BundleRegistry::Active& active, absl::string_view language,
             v1::Bundle* out) {
  const rules::Bundle& bundle = *active.bundle;
  out->set_name(absl::StrCat("bundles/", bundle.name));
  out->set_digest(bundle.digest);
  out->set_title(bundle.title.In(language));
  out->set_description(bundle.description);
  *out->mutable_activate_time() = convert::ToProto(active.activate_time);
  out->set_time_zone(bundle.time_zone_name);
  for (const std::string& grade : bundle.grade_enum->values) out->add_grades(grade);
  for (const facts::Fact& fact : bundle.schema.facts) ToProto(fact, language, out->add_facts());
  for (const std::string& type : bundle.schema.event_types) out->add_event_types(type);
}

}  // namespace

grpc::ServerUnaryReactor* BundleService::ListBundles(grpc::CallbackServerContext* context,
                                                     const v1::ListBundlesRequest* request,
                                                     v1::ListBundlesResponse* response) {
  const Call call(metrics_, "BundleService/ListBundles", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  Violations violations;
  CheckLanguage(request->language_code(), &violations);
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  ToProto(bundles_.active(), request->language_code(), response->add_bundles());
  return call.Finish(absl::OkStatus());
}

grpc::ServerUnaryReactor* BundleService::GetBundle(grpc::CallbackServerContext* context,
                                                   const v1::GetBundleRequest* request,
                                                   v1::GetBundleResponse* response) {
  const Call call(metrics_, "BundleService/GetBundle", context);
  if (absl::Status status = call.Wanted(); !status.ok()) return call.Finish(status);
  Violations violations;
  absl::string_view id = request->name();
  if (!absl::ConsumePrefix(&id, "bundles/") || id.empty() || absl::StrContains(id, '/')) {
    violations.push_back({"name", request->name().empty()
                                      ? "is required: `bundles/` and the bundle's name"
                                      : "expected `bundles/` and the bundle's name"});
  }
  CheckLanguage(request->language_code(), &violations);
  if (!violations.empty()) return call.Finish(InvalidFields(violations));
  const bundles::BundleRegistry::Active active = bundles_.active();
  if (id != active.bundle->name) return call.Finish(BundleNotFound(request->name()));
  ToProto(active, request->language_code(), response->mutable_bundle());
  return call.Finish(absl::OkStatus());
}

}  // namespace leadgrade::rpc
