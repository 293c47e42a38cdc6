// `format` of the strings extension: printf for CEL values.
#pragma once

#include "engine/cel/env.h"

namespace leadgrade::cel {

// Of a string and a list of what it refers to, in order; see cel-spec `doc/extensions/strings.md`.
Value Format(EvalContext& context, absl::Span<const Value> arguments);

}  // namespace leadgrade::cel
