// The checks on stated facts, events and grade changes that do not depend on the form they came in.
// Those that check give true, or false with a violation of `field`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "engine/facts/schema.h"
#include "engine/rules/bundle.h"
#include "service/convert/fact_input.h"

namespace leadgrade::convert {

using Violations = std::vector<FieldViolation>;

// A stranger's text as part of a message: in backticks, control characters as `?`, cut after 80
// bytes with `…`, whole characters.
std::string Shown(absl::string_view text);

void Add(absl::string_view field, absl::string_view description, Violations* violations);

// "unknown fact `kp_levl`; did you mean `kp_level`?"; where no known name is near, some list.
void AddUnknown(absl::string_view what, absl::string_view name,
                const std::vector<std::string>& known, absl::string_view field,
                Violations* violations);
std::vector<std::string> FactNames(const rules::Bundle& bundle);

bool CheckEventType(const rules::Bundle& bundle, absl::string_view type, absl::string_view field,
                    Violations* violations);
// One of the bundle's source roles, where it has them; or empty.
bool CheckSourceRole(const rules::Bundle& bundle, absl::string_view role, absl::string_view field,
                     Violations* violations);
bool CheckGrade(const rules::Bundle& bundle, absl::string_view grade, absl::string_view field,
                Violations* violations);
bool CheckLength(absl::string_view text, size_t limit, absl::string_view field,
                 Violations* violations);
// A list of `what` ("events").
bool CheckSize(size_t size, size_t limit, absl::string_view what, absl::string_view field,
               Violations* violations);
bool CheckAmount(double amount, absl::string_view field, Violations* violations);
// After `observed`.
bool CheckExpiry(absl::Time expires, absl::Time observed, absl::string_view field,
                 Violations* violations);
// When an event of `time` is due: not before it.
bool CheckDue(absl::Time due, absl::Time time, absl::string_view field, Violations* violations);
// At most kMaxAhead of `now`.
bool CheckNotAhead(absl::Time time, absl::Time now, absl::string_view field,
                   Violations* violations);

// Puts changes in time order and fills each missing `from` with the `to` before it.
void SettleHistory(std::vector<facts::GradeChange>* changes);

}  // namespace leadgrade::convert
