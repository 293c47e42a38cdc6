// Which grade changes lasted.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

// Whether, and from where, the lead settled by this change, one of its own: stayed in the new grade
// for `settle_time`, which is positive. `lead` is the lead as of a time after the change's time and
// `settle_time`, with all that was written before then.
//
// Gives the change with `from` as the last grade before it that had settled; nullopt where the
// lead did not settle, or where that is the grade it had settled in already. So the changes that
// are given follow each other without a break.
//
// It reads the history of the lead alone, so that the answer does not depend on who asked before.
// In particular a change that is dated back and was written only after another one had settled
// does not undo that: who was told of it then must hear of the way back now. A history that was cut
// short (limits.h) begins, for this, with the grade that its oldest change came from.
std::optional<facts::GradeChange> Settled(const store::LoggedChange& change,
                                          const facts::Lead& lead, absl::Duration settle_time);

}  // namespace leadgrade::rpc
