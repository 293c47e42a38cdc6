#include "service/convert/fact_checks.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/issue.h"

namespace leadgrade::convert {
namespace {

constexpr size_t kMaxShownBytes = 80;
// More names than this would bury the message.
constexpr size_t kMaxListed = 16;

}  // namespace

std::string Shown(absl::string_view text) {
  std::string out = "`";
  size_t end = std::min(text.size(), kMaxShownBytes);
  if (end < text.size()) {
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  }
  for (const char c : text.substr(0, end)) out += absl::ascii_iscntrl(c) ? '?' : c;
  return out + (end < text.size() ? "…`" : "`");
}

void Add(absl::string_view field, absl::string_view description, Violations* violations) {
  violations->push_back({std::string(field), std::string(description)});
}

void AddUnknown(absl::string_view what, absl::string_view name,
                const std::vector<std::string>& known, absl::string_view field,
                Violations* violations) {
  std::string out = absl::StrCat("unknown ", what, " ", Shown(name));
  const std::string hint = base::DidYouMean(name, known);
  if (!hint.empty()) {
    absl::StrAppend(&out, "; ", hint);
  } else if (!known.empty() && known.size() <= kMaxListed) {
    absl::StrAppend(&out, "; expected one of `", absl::StrJoin(known, "`, `"), "`");
  }
  Add(field, out, violations);
}

std::vector<std::string> FactNames(const rules::Bundle& bundle) {
  std::vector<std::string> names;
  names.reserve(bundle.schema.facts.size());
  for (const facts::Fact& fact : bundle.schema.facts) names.push_back(fact.name);
  return names;
}

bool CheckEventType(const rules::Bundle& bundle, absl::string_view type, absl::string_view field,
                    Violations* violations) {
  if (type.empty()) {
    Add(field, "is required: the type of the event", violations);
    return false;
  }
  if (!CheckLength(type, kMaxEventTypeBytes, field, violations)) return false;
  const std::vector<std::string>& known = bundle.schema.event_types;
  if (known.empty() || std::find(known.begin(), known.end(), type) != known.end()) return true;
  AddUnknown("event type", type, known, field, violations);
  return false;
}

bool CheckSourceRole(const rules::Bundle& bundle, absl::string_view role, absl::string_view field,
                     Violations* violations) {
  if (!CheckLength(role, kMaxSourceRoleBytes, field, violations)) return false;
  const auto& roles = bundle.schema.source_roles;
  if (role.empty() || roles == nullptr || roles->OrdinalOf(role).has_value()) return true;
  AddUnknown("source role", role, roles->values, field, violations);
  return false;
}

bool CheckExpiry(absl::Time expires, absl::Time observed, absl::string_view field,
                 Violations* violations) {
  if (expires > observed) return true;
  Add(field, "expires before it was observed", violations);
  return false;
}

bool CheckGrade(const rules::Bundle& bundle, absl::string_view grade, absl::string_view field,
                Violations* violations) {
  if (bundle.grade_enum->OrdinalOf(grade).has_value()) return true;
  if (grade.empty()) {
    Add(field, "is required: the grade", violations);
  } else {
    AddUnknown("grade", grade, bundle.grade_enum->values, field, violations);
  }
  return false;
}

bool CheckLength(absl::string_view text, size_t limit, absl::string_view field,
                 Violations* violations) {
  if (text.size() <= limit) return true;
  Add(field, absl::StrCat("has ", text.size(), " bytes; at most ", limit), violations);
  return false;
}

bool CheckSize(size_t size, size_t limit, absl::string_view what, absl::string_view field,
               Violations* violations) {
  if (size <= limit) return true;
  Add(field, absl::StrCat("has ", size, " ", what, "; at most ", limit), violations);
  return false;
}

bool CheckAmount(double amount, absl::string_view field, Violations* violations) {
  if (std::isfinite(amount)) return true;
  Add(field, "expected a finite number", violations);
  return false;
}

bool CheckDue(absl::Time due, absl::Time time, absl::string_view field, Violations* violations) {
  if (due >= time) return true;
  Add(field, "is due before it happened", violations);
  return false;
}

bool CheckNotAhead(absl::Time time, absl::Time now, absl::string_view field,
                   Violations* violations) {
  if (time <= now + kMaxAhead) return true;
  Add(field,
      absl::StrCat("lies more than a day ahead of the clock, ",
                   absl::FormatTime(absl::RFC3339_sec, now, absl::UTCTimeZone())),
      violations);
  return false;
}

void SettleHistory(std::vector<facts::GradeChange>* changes) {
  std::stable_sort(changes->begin(), changes->end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  for (size_t i = 1; i < changes->size(); ++i) {
    facts::GradeChange& change = (*changes)[i];
    if (change.from.empty()) change.from = (*changes)[i - 1].to;
  }
}

}  // namespace leadgrade::convert
