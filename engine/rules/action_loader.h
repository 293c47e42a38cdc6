// Documents of kind ActionCatalog.
#pragma once

#include <vector>

#include "engine/base/issue.h"
#include "engine/rules/bundle.h"
#include "engine/rules/load_context.h"

namespace leadgrade::rules {

// Appends the document's actions; issues for wrong ones.
void ReadActions(base::IssueList* issues, const MapReader& document, std::vector<Action>* actions);

}  // namespace leadgrade::rules
