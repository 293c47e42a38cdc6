#include "service/rpc/lead_overrides.h"

#include <string>

#include "absl/strings/ascii.h"
#include "service/convert/fact_checks.h"
#include "service/rpc/lead_edits.h"
#include "service/rpc/requests.h"

namespace leadgrade::rpc {
namespace {

constexpr size_t kMaxReasonBytes = 1024;
constexpr size_t kMaxAuthorBytes = 128;

std::string ReadText(const std::string& text, size_t limit, const char* field, const char* what,
                     Violations* violations) {
  if (absl::StripAsciiWhitespace(text).empty()) {
    violations->push_back({field, absl::StrCat("is required: ", what)});
  }
  CheckLength(text, limit, field, violations);
  return text;
}

absl::Time ReadExpiry(const v1::OverrideGradeRequest& request, absl::Time now,
                      Violations* violations) {
  const std::string field = "expire_time";
  if (!request.has_expire_time()) {
    violations->push_back({field, "is required: when the override ends by itself"});
    return now;
  }
  const size_t before = violations->size();
  const absl::Time time = convert::ReadTime(request.expire_time(), field, violations);
  if (violations->size() > before) return time;
  if (time <= now) violations->push_back({field, "is over already"});
  if (time > now + kMaxOverride) {
    violations->push_back({field, "lies more than 366 days ahead; an override can be renewed"});
  }
  return time;
}

}  // namespace

leads::LeadEdit ReadOverride(const rules::Bundle& bundle, const v1::OverrideGradeRequest& request,
                             absl::Time now, Violations* violations) {
  leads::LeadEdit edit;
  edit.lead_id = std::string(ReadLeadName(request.name(), "name", violations));
  SetExpectedRevision(request.etag(), &edit);
  facts::GradeOverride& set = edit.grade_override.emplace();
  set.grade = request.grade();
  convert::CheckGrade(bundle, set.grade, "grade", violations);
  set.reason =
      ReadText(request.reason(), kMaxReasonBytes, "reason", "why the grade is set", violations);
  set.author =
      ReadText(request.author(), kMaxAuthorBytes, "author", "who sets the grade", violations);
  set.expire_time = ReadExpiry(request, now, violations);
  CheckLanguage(request.language_code(), violations);
  return edit;
}

leads::LeadEdit ReadEndOverride(const v1::EndGradeOverrideRequest& request,
                                Violations* violations) {
  leads::LeadEdit edit;
  edit.lead_id = std::string(ReadLeadName(request.name(), "name", violations));
  SetExpectedRevision(request.etag(), &edit);
  edit.end_override = true;
  CheckLanguage(request.language_code(), violations);
  return edit;
}

}  // namespace leadgrade::rpc
