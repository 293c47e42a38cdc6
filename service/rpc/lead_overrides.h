// What a request says of a grade that a person sets.
#pragma once

#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "service/leads/lead_book.h"
#include "service/rpc/errors.h"

namespace leadgrade::rpc {

// How far ahead an override may end: nothing freezes silently.
inline constexpr absl::Duration kMaxOverride = absl::Hours(24 * 366);

leads::LeadEdit ReadOverride(const rules::Bundle& bundle, const v1::OverrideGradeRequest& request,
                             absl::Time now, Violations* violations);
leads::LeadEdit ReadEndOverride(const v1::EndGradeOverrideRequest& request, Violations* violations);

}  // namespace leadgrade::rpc
