// A JSON text as a CEL value, without a tree in between.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/cel/arena.h"
#include "engine/cel/value.h"

namespace leadgrade::tools {

// `text` holds one JSON object; whole numbers become ints (uints past their range), others doubles.
// What the value points to lies in `arena`. kInvalidArgument, with a message for a person, for what
// is no JSON or no object, lies deeper than kMaxJsonDepth, names a key twice, or is more than the
// arena takes.
absl::StatusOr<cel::Value> ParseJsonRow(absl::string_view text, cel::Arena* arena);

}  // namespace leadgrade::tools
