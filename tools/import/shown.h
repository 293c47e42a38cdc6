#pragma once

#include <string>

#include "engine/cel/value.h"

namespace leadgrade::tools {

// A value of a row as part of a message: as a CEL literal, cut after 80 bytes.
std::string Shown(const cel::Value& value);

}  // namespace leadgrade::tools
