// The functions that every environment has. What each does is the CEL language definition's, unless
// said otherwise here.
#pragma once

#include "engine/cel/env.h"

namespace leadgrade::cel {

void AddStandardFunctions(Env* env);

// Parts of the above, by theme.
void AddConversions(Env* env);
void AddTextFunctions(Env* env);
void AddOptionalFunctions(Env* env);
// Accessors of timestamps and durations, and the calendar of the organisation:
//   days_since(timestamp) → int      calendar days from its local day to the local day of `now`
//   days_between(timestamp, timestamp) → int   the same between two instants; negative backwards
//   start_of_day(timestamp) → timestamp        the first instant of its local day
//   start_of_day(timestamp, int) → timestamp   the same of the local day so many days later
void AddCalendarFunctions(Env* env);

// Where `part` is first found in `text`, not before `from`; npos where it is not. Takes time by the
// length of the two together, as the library's does not.
size_t FindText(absl::string_view text, absl::string_view part, size_t from = 0);
// The beginning of a text, as much of it as is good to see in a message.
absl::string_view Shortened(absl::string_view text);

// "no such overload" as the specification words it.
Value NoOverload(EvalContext& context);

// True where `text` matches the RE2 pattern anywhere; an error value for a bad pattern.
Value Matches(EvalContext& context, absl::string_view text, absl::string_view pattern);

}  // namespace leadgrade::cel
