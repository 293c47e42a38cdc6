// Names of time zones that strangers may give.
#pragma once

#include "absl/strings/string_view.h"

namespace leadgrade::base {

// Whether `name` looks like an IANA name ("Asia/Shanghai", "Etc/GMT+5"). The library that loads
// zones takes others too, and opens files by them: nothing else may get there.
bool IsZoneName(absl::string_view name);

}  // namespace leadgrade::base
