// Runs one converted test.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "engine/cel/protobuf/message_types.h"

namespace leadgrade::cel {

struct Failure {
  std::string expected;
  std::string got;
};

// nullopt where the test passes. convert.mjs says what the fields of a test mean.
std::optional<Failure> RunTest(const nlohmann::json& test, const MessageTypes& types);

}  // namespace leadgrade::cel
