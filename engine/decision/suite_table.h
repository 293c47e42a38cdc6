// Tables in test suites: many small cases of one shape, a row each.
#pragma once

#include <vector>

#include "engine/base/issue.h"
#include "engine/rules/bundle.h"
#include "engine/rules/load_context.h"
#include "engine/rules/yaml.h"

namespace leadgrade::decision {

// One row, written out as a case of its own: what the case with the table says, and the row's cells
// over it. Its parts keep their places in the file.
struct TableRow {
  rules::YamlNode written;
  base::SourceSpan span;  // of the row
};

// The rows of `test`, a case with `table: { columns: [...], rows: [[...], ...] }`. A column is
// `name`, `now`, `day`, `lead`, a fact, or `expect.KEY` (`expect.outputs.NAME` too); an empty cell
// (`~`) says nothing; a single value stands for a list of one where a list is expected. A row
// without a name is named after its cells. Issues for what is wrong; such rows are left out.
std::vector<TableRow> ExpandTable(const rules::Bundle& bundle, base::IssueList* issues,
                                  const rules::Located& test);

}  // namespace leadgrade::decision
