// A JSON Schema of rule files, for editors. From engine/rules/file_format.h, which the loaders read
// with, so that an editor underlines what `leadgrade check` refuses.
#pragma once

#include <string>

#include "engine/rules/file_format.h"

namespace leadgrade::tools {

// Draft 7, which editors know best; ends with a newline. Of one kind of document; null: of all,
// told apart by their `kind`.
std::string SchemaJson(const rules::KindFormat* kind);

}  // namespace leadgrade::tools
