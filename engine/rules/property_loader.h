// Documents of kind Properties: what must hold of a bundle's decisions.
#pragma once

#include "engine/rules/bundle.h"
#include "engine/rules/load_context.h"

namespace leadgrade::rules {

// Reads `relations` and `properties` of a document into the bundle, whose environment is complete.
void ReadProperties(base::IssueList* issues, const MapReader& document, Bundle* bundle);

}  // namespace leadgrade::rules
