// The errors of the API, and the one place that puts them into gRPC's form.
//
// Within the service an error is an absl::Status whose payloads are google.rpc details, by their
// type URL: an ErrorInfo {domain `leadgrade`, reason} always, and what else its kind has.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/rpc/status.pb.h"
#include "service/convert/fact_input.h"

namespace grpc {
class Status;
}

namespace leadgrade::rpc {

using convert::FieldViolation;
using Violations = std::vector<FieldViolation>;

// Whoever reads a request may stop at more violations than are listed of it.
inline constexpr size_t kMaxViolations = 100;
inline bool IsEnough(const Violations& violations) { return violations.size() > kMaxViolations; }

// INVALID_ARGUMENT, FIELD_INVALID: a BadRequest with the fields in the order found. At most 100 are
// listed, and no more than fit into the metadata that a client takes by default; the message tells
// how many there are. `violations` is not empty.
absl::Status InvalidFields(const Violations& violations);
// INVALID_ARGUMENT, BATCH_TOO_LARGE: `field` has more elements than `limit`.
absl::Status BatchTooLarge(absl::string_view field, size_t limit, size_t given);

absl::Status PageTokenInvalid();    // INVALID_ARGUMENT
absl::Status ResumeTokenInvalid();  // INVALID_ARGUMENT
absl::Status ResumeTokenExpired();  // OUT_OF_RANGE
absl::Status CallCancelled();       // CANCELLED
absl::Status DeadlineExceeded();    // DEADLINE_EXCEEDED
absl::Status ShuttingDown();        // UNAVAILABLE
// FAILED_PRECONDITION: the bundle changed, and the client's filter does not compile for the new
// one.
absl::Status WatchFilterInvalid(absl::string_view problem);
absl::Status TooManyStreams(size_t limit);            // RESOURCE_EXHAUSTED, with RetryInfo
absl::Status BundleNotFound(absl::string_view name);  // NOT_FOUND, with ResourceInfo

absl::Status GradeNotOverridden(absl::string_view message,
                                absl::string_view lead_id);  // FAILED_PRECONDITION

// What the book of leads or the store says of the lead, in the API's words. An error that has its
// reason already stays as it is. `lead_id` may be empty where it is not known.
absl::Status LeadError(const absl::Status& status, absl::string_view lead_id);

google::rpc::Status ToRpcStatus(const absl::Status& status);
grpc::Status ToGrpcStatus(const absl::Status& status);

// At most `limit` bytes of the text, whole characters, with `…` where something was left out.
std::string Shortened(absl::string_view text, size_t limit);

}  // namespace leadgrade::rpc
