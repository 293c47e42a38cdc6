// Whole decisions on file, to be held against what the rules say now.
//
// Those of a suite stand in one file beside it, `__snapshots__/SUITE.snap.yaml`, a document of kind
// Snapshots: which file holds which cases follows from the suite's name alone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/issue.h"
#include "engine/decision/decision.h"
#include "engine/rules/bundle.h"

namespace leadgrade::decision {

// All that a decision says but the bundle's digest, in lines of YAML: the same decision gives the
// same text.
std::string SnapshotText(const Decision& decision);

// What differs, a line each: `- ` before lines that only `expected` has, `+ ` before those that
// only `got` has.
std::string SnapshotDiff(absl::string_view expected, absl::string_view got);

// By the case's name, in order of writing.
using Snapshots = std::map<std::string, std::string>;

// Of the suite `suite` in the file `suite_file` ("sales/grading_test.yaml").
std::string SnapshotPath(absl::string_view suite_file, absl::string_view suite);

bool IsSnapshotFile(absl::string_view path);

// By path. Issues for what is wrong with the files; that is left out.
std::map<std::string, Snapshots> LoadSnapshots(const rules::BundleFiles& files,
                                               base::IssueList* issues);

// The file that LoadSnapshots reads as these.
std::string WriteSnapshots(absl::string_view suite, const Snapshots& snapshots);

}  // namespace leadgrade::decision
