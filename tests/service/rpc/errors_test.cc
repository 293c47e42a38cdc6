#include "service/rpc/errors.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/service/rpc/error_matchers.h"

namespace leadgrade::rpc {
namespace {

using testing::ApiError;
using testing::Decode;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using ::testing::Pair;

ApiError DecodeGrpc(const absl::Status& status) { return Decode(ToGrpcStatus(status)); }

Violations Many(int count, size_t description_bytes = 20) {
  Violations violations;
  for (int i = 0; i < count; ++i) {
    violations.push_back({absl::StrCat("f[", i, "]"), std::string(description_bytes, 'x')});
  }
  return violations;
}

TEST(Errors, OkIsOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_EQ(ToRpcStatus(absl::OkStatus()).code(), 0);
  EXPECT_EQ(ToRpcStatus(absl::OkStatus()).details_size(), 0);
}

TEST(Errors, TheGrpcStatusCarriesTheWholeRpcStatus) {
  const grpc::Status status = ToGrpcStatus(InvalidFields({{"name", "is required"}}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "name: is required");
  google::rpc::Status rpc;
  ASSERT_TRUE(rpc.ParseFromString(status.error_details()));
  EXPECT_EQ(rpc.code(), 3);
  EXPECT_EQ(rpc.message(), "name: is required");
  EXPECT_EQ(rpc.details_size(), 2);
}

TEST(Errors, WrongFieldsAreListedInTheOrderFound) {
  const ApiError error = DecodeGrpc(InvalidFields({{"b", "is wrong"}, {"a", "too"}}));
  EXPECT_EQ(error.reason, "FIELD_INVALID");
  EXPECT_THAT(error.fields, ElementsAre(Pair("b", "is wrong"), Pair("a", "too")));
  EXPECT_EQ(error.message, "2 fields are wrong; the first: b: is wrong");
}

TEST(Errors, AHundredFieldsAreListed) {
  const ApiError error = DecodeGrpc(InvalidFields(Many(100, 2)));
  EXPECT_EQ(error.fields.size(), 100);
  EXPECT_EQ(error.message, "100 fields are wrong; the first: f[0]: xx");
}

TEST(Errors, OfMoreThanAHundredFieldsAHundredAreListed) {
  const ApiError error = DecodeGrpc(InvalidFields(Many(101, 2)));
  EXPECT_EQ(error.fields.size(), 100);
  EXPECT_EQ(error.message, "more than 100 fields are wrong, 100 are listed; the first: f[0]: xx");
}

// Trailing metadata past 8 KiB is refused by clients, and the error with it.
TEST(Errors, FitIntoTheMetadataThatClientsTake) {
  for (const int count : {1, 10, 1000}) {
    for (const size_t bytes : {20, 500, 100000}) {
      const grpc::Status status = ToGrpcStatus(InvalidFields(Many(count, bytes)));
      EXPECT_LT(status.error_details().size() * 4 / 3 + status.error_message().size() * 3, 8000);
      EXPECT_FALSE(Decode(status).fields.empty());
    }
  }
}

TEST(Errors, ShortenLongFieldsAndDescriptions) {
  const ApiError error =
      DecodeGrpc(InvalidFields({{std::string(1000, 'f'), std::string(1000, 'd')}}));
  EXPECT_EQ(error.fields[0].first.size(), 256);
  EXPECT_EQ(error.fields[0].second.size(), 512);
  EXPECT_THAT(error.fields[0].second, EndsWith("d…"));
}

TEST(Shortened, KeepsCharactersWhole) {
  EXPECT_EQ(Shortened("线索分级", 12), "线索分级");
  EXPECT_EQ(Shortened("线索分级", 11), "线索…");
  EXPECT_EQ(Shortened("线索分级", 9), "线索…");
  EXPECT_EQ(Shortened("线索分级", 8), "线…");
  EXPECT_EQ(Shortened("", 8), "");
}

TEST(Errors, OfBatchesNameTheLimit) {
  const ApiError error = DecodeGrpc(BatchTooLarge("events", 1000, 1001));
  EXPECT_EQ(error.code, 3);
  EXPECT_EQ(error.reason, "BATCH_TOO_LARGE");
  EXPECT_THAT(error.metadata, ElementsAre(Pair("field", "events"), Pair("limit", "1000")));
  EXPECT_THAT(error.fields,
              ElementsAre(Pair("events", "has 1001 elements; at most 1000 are taken in one call")));
}

TEST(Errors, OfTokensNameTheField) {
  EXPECT_THAT(ToGrpcStatus(PageTokenInvalid()), IsError(3, "PAGE_TOKEN_INVALID"));
  EXPECT_EQ(DecodeGrpc(PageTokenInvalid()).fields[0].first, "page_token");
  EXPECT_THAT(ToGrpcStatus(ResumeTokenInvalid()), IsError(3, "RESUME_TOKEN_INVALID"));
  EXPECT_EQ(DecodeGrpc(ResumeTokenInvalid()).fields[0].first, "resume_token");
  EXPECT_THAT(ToGrpcStatus(ResumeTokenExpired()), IsError(11, "RESUME_TOKEN_EXPIRED"));
}

TEST(Errors, OfTheCallHaveTheirReasons) {
  EXPECT_THAT(ToGrpcStatus(CallCancelled()), IsError(1, "CALL_CANCELLED"));
  EXPECT_THAT(ToGrpcStatus(DeadlineExceeded()), IsError(4, "DEADLINE_EXCEEDED"));
  EXPECT_THAT(ToGrpcStatus(ShuttingDown()), IsError(14, "SHUTTING_DOWN"));
}

TEST(Errors, OfTooMuchTellWhenToTryAgain) {
  const ApiError streams = DecodeGrpc(TooManyStreams(1000));
  EXPECT_EQ(streams.code, 8);
  EXPECT_EQ(streams.reason, "TOO_MANY_STREAMS");
  EXPECT_THAT(streams.metadata, ElementsAre(Pair("limit", "1000")));
  EXPECT_EQ(streams.retry_seconds, 1);
  const ApiError writes =
      DecodeGrpc(LeadError(absl::ResourceExhaustedError("too many writes are waiting"), "a"));
  EXPECT_EQ(writes.code, 8);
  EXPECT_EQ(writes.reason, "TOO_MANY_WRITES");
  EXPECT_EQ(writes.retry_seconds, 1);
}

TEST(Errors, OfTheBookHaveTheirReasons) {
  const auto reason = [](const absl::Status& status) {
    return DecodeGrpc(LeadError(status, "a")).reason;
  };
  EXPECT_EQ(reason(absl::NotFoundError("m")), "LEAD_NOT_FOUND");
  EXPECT_EQ(reason(absl::AlreadyExistsError("m")), "LEAD_ALREADY_EXISTS");
  EXPECT_EQ(reason(absl::AbortedError("m")), "ETAG_MISMATCH");
  EXPECT_EQ(reason(absl::FailedPreconditionError("m")), "LEAD_LIMIT_REACHED");
  EXPECT_EQ(reason(absl::ResourceExhaustedError("m")), "TOO_MANY_WRITES");
  EXPECT_EQ(reason(absl::UnavailableError("m")), "STORE_UNAVAILABLE");
  EXPECT_EQ(reason(absl::DataLossError("m")), "DATA_DAMAGED");
  EXPECT_EQ(reason(absl::InternalError("m")), "INTERNAL");
}

TEST(Errors, KeepTheirCode) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "m");
    EXPECT_EQ(DecodeGrpc(LeadError(status, "a")).code, code);
    EXPECT_EQ(DecodeGrpc(status).domain, "leadgrade");
  }
}

TEST(Errors, OfALeadNameIt) {
  const ApiError error = DecodeGrpc(LeadError(absl::NotFoundError("there is no lead `a`"), "a"));
  EXPECT_EQ(error.message, "there is no lead `a`");
  EXPECT_EQ(error.resource_type, "leadgrade/Lead");
  EXPECT_EQ(error.resource_name, "leads/a");
  EXPECT_THAT(error.metadata, ElementsAre(Pair("lead", "leads/a")));
}

TEST(Errors, OfAnEtagDoNotTellTheRevision) {
  const ApiError error = DecodeGrpc(LeadError(absl::AbortedError("it is at revision 7"), "a"));
  EXPECT_EQ(error.message, "the lead `a` is not as it was at this etag; read it again");
}

TEST(Errors, WithAReasonAlreadyStayAsTheyAre) {
  EXPECT_THAT(ToGrpcStatus(LeadError(DeadlineExceeded(), "a")), IsError(4, "DEADLINE_EXCEEDED"));
  EXPECT_THAT(DecodeGrpc(LeadError(DeadlineExceeded(), "a")).metadata, IsEmpty());
}

TEST(Errors, OfABundleNameIt) {
  const ApiError error = DecodeGrpc(BundleNotFound("bundles/x"));
  EXPECT_EQ(error.code, 5);
  EXPECT_EQ(error.reason, "BUNDLE_NOT_FOUND");
  EXPECT_EQ(error.resource_type, "leadgrade/Bundle");
  EXPECT_EQ(error.resource_name, "bundles/x");
}

TEST(Errors, LeaveOutPayloadsThatAreNoDetails) {
  absl::Status status = absl::InternalError("m");
  status.SetPayload("leadgrade/lead", absl::Cord("a"));
  EXPECT_EQ(ToRpcStatus(status).details_size(), 1);
}

}  // namespace
}  // namespace leadgrade::rpc
