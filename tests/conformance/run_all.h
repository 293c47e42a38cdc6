// Runs tests in child processes, so that a crash is one failed test and not the end of the run.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "tests/conformance/run_test.h"

namespace leadgrade::cel {

// One result a test, in their order; nullopt where it passed. A test that crashes, or takes longer
// than 20 seconds, has failed.
std::vector<std::optional<Failure>> RunAll(const std::vector<nlohmann::json>& tests,
                                           const MessageTypes& int_enums,
                                           const MessageTypes& typed_enums);

}  // namespace leadgrade::cel
