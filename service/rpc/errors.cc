#include "service/rpc/errors.h"

#include <grpcpp/support/status.h>

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "service/leads/history.h"

namespace leadgrade::rpc {
namespace {

constexpr char kDomain[] = "leadgrade";
constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kUrlPrefix[] = "type.googleapis.com/";

// A client takes 8 KiB of metadata by default, of which details travel as base64.
constexpr size_t kMaxBadRequestBytes = 3000;
constexpr size_t kMaxFieldBytes = 256;
constexpr size_t kMaxDescriptionBytes = 512;
constexpr size_t kMaxMessageBytes = 600;
// How long a client does well to wait before it tries again.
constexpr int64_t kRetrySeconds = 1;

void AddDetail(const google::protobuf::Message& detail, absl::Status* status) {
  status->SetPayload(absl::StrCat(kUrlPrefix, detail.GetTypeName()),
                     absl::Cord(detail.SerializeAsString()));
}

absl::Status Make(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                  const std::map<std::string, std::string>& metadata = {}) {
  absl::Status status(code, Shortened(message, kMaxMessageBytes));
  google::rpc::ErrorInfo info;
  info.set_domain(kDomain);
  info.set_reason(std::string(reason));
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  AddDetail(info, &status);
  return status;
}

// INVALID_ARGUMENT for one field, with a reason of its own.
absl::Status BadField(absl::string_view reason, absl::string_view field,
                      absl::string_view description,
                      const std::map<std::string, std::string>& metadata = {}) {
  absl::Status status = Make(absl::StatusCode::kInvalidArgument, reason,
                             absl::StrCat(field, ": ", description), metadata);
  google::rpc::BadRequest bad;
  google::rpc::BadRequest::FieldViolation* violation = bad.add_field_violations();
  violation->set_field(std::string(field));
  violation->set_description(std::string(description));
  AddDetail(bad, &status);
  return status;
}

absl::Status WithRetry(absl::Status status) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(kRetrySeconds);
  AddDetail(retry, &status);
  return status;
}

absl::Status WithResource(absl::string_view type, absl::string_view name, absl::Status status) {
  google::rpc::ResourceInfo resource;
  resource.set_resource_type(std::string(type));
  resource.set_resource_name(Shortened(name, kMaxFieldBytes));
  AddDetail(resource, &status);
  return status;
}

// Lists as many as there is room for; gives how many.
size_t ListViolations(const Violations& violations, google::rpc::BadRequest* bad) {
  size_t bytes = 0;
  size_t listed = 0;
  for (; listed < std::min(violations.size(), kMaxViolations); ++listed) {
    google::rpc::BadRequest::FieldViolation violation;
    violation.set_field(Shortened(violations[listed].field, kMaxFieldBytes));
    violation.set_description(Shortened(violations[listed].description, kMaxDescriptionBytes));
    bytes += violation.ByteSizeLong() + 4;
    if (bytes > kMaxBadRequestBytes) break;
    *bad->add_field_violations() = std::move(violation);
  }
  return listed;
}

std::string ViolationsMessage(const Violations& violations, size_t listed) {
  const std::string first = absl::StrCat(Shortened(violations[0].field, kMaxFieldBytes), ": ",
                                         Shortened(violations[0].description, 256));
  if (violations.size() == 1) return first;
  const std::string count = IsEnough(violations) ? absl::StrCat("more than ", kMaxViolations)
                                                 : absl::StrCat(violations.size());
  return absl::StrCat(count, " fields are wrong",
                      listed < violations.size() ? absl::StrCat(", ", listed, " are listed") : "",
                      "; the first: ", first);
}

// The reason of what History says of the lead.
absl::string_view ReasonOf(leads::PastError error) {
  switch (error) {
    case leads::PastError::kNotStoredThen:
      return "LEAD_NOT_STORED_THEN";
    case leads::PastError::kNotKept:
      return "HISTORY_NOT_KEPT";
    case leads::PastError::kBundleNotKept:
      return "BUNDLE_NOT_KEPT";
    case leads::PastError::kNone:
      break;
  }
  return "";
}

}  // namespace

std::string Shortened(absl::string_view text, size_t limit) {
  constexpr absl::string_view kMark = "…";
  if (text.size() <= limit) return std::string(text);
  size_t end = limit - kMark.size();
  // Not within a character: those continue with bytes 10xxxxxx.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), kMark);
}

absl::Status InvalidFields(const Violations& violations) {
  google::rpc::BadRequest bad;
  const size_t listed = ListViolations(violations, &bad);
  absl::Status status = Make(absl::StatusCode::kInvalidArgument, "FIELD_INVALID",
                             ViolationsMessage(violations, listed));
  AddDetail(bad, &status);
  return status;
}

absl::Status BatchTooLarge(absl::string_view field, size_t limit, size_t given) {
  return BadField(
      "BATCH_TOO_LARGE", field,
      absl::StrCat("has ", given, " elements; at most ", limit, " are taken in one call"),
      {{"field", std::string(field)}, {"limit", absl::StrCat(limit)}});
}

absl::Status PageTokenInvalid() {
  return BadField("PAGE_TOKEN_INVALID", "page_token",
                  "is not of this list: pass next_page_token as it was, with the same grades, or "
                  "start with none");
}

absl::Status ResumeTokenInvalid() {
  return BadField("RESUME_TOKEN_INVALID", "resume_token",
                  "is not of this store's change log: pass resume_token of an earlier reply as it "
                  "was, or none");
}

absl::Status ResumeTokenExpired() {
  return Make(absl::StatusCode::kOutOfRange, "RESUME_TOKEN_EXPIRED",
              "the change log no longer goes back to this resume_token; list the leads, then watch "
              "from now on");
}

absl::Status CallCancelled() {
  return Make(absl::StatusCode::kCancelled, "CALL_CANCELLED", "the call was cancelled");
}

absl::Status DeadlineExceeded() {
  return Make(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
              "the call's deadline passed before it was worked on");
}

absl::Status ShuttingDown() {
  return Make(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the server is shutting down");
}

absl::Status WatchFilterInvalid(absl::string_view problem) {
  return Make(absl::StatusCode::kFailedPrecondition, "WATCH_FILTER_INVALID",
              absl::StrCat("the bundle changed, and filter does not compile for it: ", problem));
}

absl::Status TooManyStreams(size_t limit) {
  return WithRetry(Make(absl::StatusCode::kResourceExhausted, "TOO_MANY_STREAMS",
                        absl::StrCat("there are ", limit, " streams of this kind already"),
                        {{"limit", absl::StrCat(limit)}}));
}

absl::Status BundleNotFound(absl::string_view name) {
  return WithResource(
      "leadgrade/Bundle", name,
      Make(absl::StatusCode::kNotFound, "BUNDLE_NOT_FOUND",
           absl::StrCat("there is no active bundle `", Shortened(name, kMaxFieldBytes), "`")));
}

absl::Status GradeNotOverridden(absl::string_view message, absl::string_view lead_id) {
  return Make(absl::StatusCode::kFailedPrecondition, "GRADE_NOT_OVERRIDDEN", message,
              {{"lead", absl::StrCat("leads/", lead_id)}});
}

absl::Status LeadError(const absl::Status& status, absl::string_view lead_id) {
  if (status.ok() || status.GetPayload(kErrorInfoUrl).has_value()) return status;
  const std::string name = lead_id.empty() ? "" : absl::StrCat("leads/", lead_id);
  std::map<std::string, std::string> metadata;
  if (!name.empty()) metadata["lead"] = name;
  if (const auto reason = ReasonOf(leads::PastErrorOf(status)); !reason.empty()) {
    return Make(status.code(), reason, status.message(), metadata);
  }
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return WithResource("leadgrade/Lead", name,
                          Make(status.code(), "LEAD_NOT_FOUND", status.message(), metadata));
    case absl::StatusCode::kAlreadyExists:
      return WithResource("leadgrade/Lead", name,
                          Make(status.code(), "LEAD_ALREADY_EXISTS", status.message(), metadata));
    case absl::StatusCode::kAborted:
      return Make(
          status.code(), "ETAG_MISMATCH",
          absl::StrCat("the lead `", lead_id, "` is not as it was at this etag; read it again"),
          metadata);
    case absl::StatusCode::kFailedPrecondition:
      return Make(status.code(), "LEAD_LIMIT_REACHED", status.message(), metadata);
    case absl::StatusCode::kResourceExhausted:
      return WithRetry(Make(status.code(), "TOO_MANY_WRITES", status.message()));
    case absl::StatusCode::kDataLoss:
      return Make(status.code(), "DATA_DAMAGED",
                  absl::StrCat("what is stored is damaged: ", status.message()), metadata);
    case absl::StatusCode::kUnavailable:
      return Make(status.code(), "STORE_UNAVAILABLE",
                  absl::StrCat("the store failed: ", status.message()));
    default:
      return status;
  }
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status out;
  out.set_code(static_cast<int>(status.code()));
  out.set_message(Shortened(status.message(), kMaxMessageBytes));
  if (status.ok()) return out;
  std::map<std::string, std::string> details;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    if (absl::StartsWith(url, kUrlPrefix)) details.emplace(url, std::string(payload));
  });
  if (details.count(kErrorInfoUrl) == 0) {
    google::rpc::ErrorInfo info;
    info.set_domain(kDomain);
    info.set_reason(absl::StatusCodeToString(status.code()));
    details[kErrorInfoUrl] = info.SerializeAsString();
  }
  for (auto& [url, bytes] : details) {
    google::protobuf::Any* detail = out.add_details();
    detail->set_type_url(url);
    detail->set_value(std::move(bytes));
  }
  return out;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status();
  const google::rpc::Status rpc = ToRpcStatus(status);
  return grpc::Status(static_cast<grpc::StatusCode>(rpc.code()), rpc.message(),
                      rpc.SerializeAsString());
}

}  // namespace leadgrade::rpc
