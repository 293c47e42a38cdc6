// What expressions of a mapping may call besides CEL's own functions:
//   date(text, format) → timestamp   by the format of absl::ParseTime (as strptime's, "%m/%d/%Y");
//                                    what it does not say is midnight in the mapping's time zone
//   number(text) → double            digits, `.`, a sign, an exponent; a number stays as it is
//   get(map, key) → dyn              null where the key is missing, or where `map` is no map
//   get(map, key, default) → dyn
#pragma once

#include "engine/cel/env.h"

namespace leadgrade::tools {

void AddMappingFunctions(cel::Env* env);

}  // namespace leadgrade::tools
