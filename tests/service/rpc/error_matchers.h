// What is in an error of the API, decoded.
#pragma once

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace leadgrade::testing {

struct ApiError {
  int code = 0;
  std::string message;
  std::string domain;
  std::string reason;
  std::map<std::string, std::string> metadata;
  std::vector<std::pair<std::string, std::string>> fields;  // field, description
  std::optional<double> retry_seconds;
  std::string resource_type, resource_name;
  std::vector<std::string> unknown_details;
};

inline ApiError Decode(const google::rpc::Status& status) {
  ApiError error;
  error.code = status.code();
  error.message = status.message();
  for (const google::protobuf::Any& detail : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    google::rpc::RetryInfo retry;
    google::rpc::ResourceInfo resource;
    if (detail.UnpackTo(&info)) {
      error.domain = info.domain();
      error.reason = info.reason();
      error.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (detail.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        error.fields.emplace_back(violation.field(), violation.description());
      }
    } else if (detail.UnpackTo(&retry)) {
      error.retry_seconds =
          static_cast<double>(retry.retry_delay().seconds()) + retry.retry_delay().nanos() * 1e-9;
    } else if (detail.UnpackTo(&resource)) {
      error.resource_type = resource.resource_type();
      error.resource_name = resource.resource_name();
    } else {
      error.unknown_details.push_back(detail.type_url());
    }
  }
  return error;
}

// Of a call's status: code and message agree with the details.
inline ApiError Decode(const grpc::Status& status) {
  google::rpc::Status rpc;
  EXPECT_TRUE(rpc.ParseFromString(status.error_details()));
  if (!status.ok()) {
    EXPECT_EQ(rpc.code(), status.error_code());
    EXPECT_EQ(rpc.message(), status.error_message());
  }
  return Decode(rpc);
}

// An error with this code and reason, of the domain `leadgrade`; of a grpc::Status or a
// google::rpc::Status.
MATCHER_P2(IsError, code, reason, "") {
  const ApiError error = Decode(arg);
  *result_listener << "code " << error.code << ", reason " << error.reason << ": " << error.message;
  return error.code == static_cast<int>(code) && error.reason == reason &&
         error.domain == "leadgrade" && error.unknown_details.empty();
}

// FIELD_INVALID with exactly these fields, in order.
template <typename Status>
std::vector<std::string> FieldsOf(const Status& status) {
  const ApiError error = Decode(status);
  EXPECT_EQ(error.reason, "FIELD_INVALID") << error.message;
  EXPECT_EQ(error.code, static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
  std::vector<std::string> fields;
  for (const auto& [field, description] : error.fields) fields.push_back(field);
  return fields;
}

// "field: description" of the first violation.
template <typename Status>
std::string FirstViolation(const Status& status) {
  const ApiError error = Decode(status);
  return error.fields.empty() ? "" : error.fields[0].first + ": " + error.fields[0].second;
}

}  // namespace leadgrade::testing
