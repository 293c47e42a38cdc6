// Types and values of the converted tests; convert.mjs and types.mjs say what they look like.
#pragma once

#include <nlohmann/json.hpp>

#include "engine/cel/env.h"
#include "engine/cel/protobuf/message_types.h"
#include "engine/cel/type.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

// Throws std::invalid_argument for what is no type.
Type TypeFrom(const nlohmann::json& json, const TypeProvider& types);
// `type` as the reference gives that of a whole expression: what nothing has decided is dyn.
Type Decided(const Type& type);
// What it points to lives in the context's arena. Throws as TypeFrom does.
Value ValueFrom(const nlohmann::json& json, const MessageTypes& types, EvalContext& context);

// The other way: of values that are the language's own. Throws as TypeFrom does.
nlohmann::json JsonOf(const Value& value);

// Equal, and of the same kinds all through: 1 is not 1u. Maps in any order; NaN is NaN, -0.0 is not
// 0.0.
bool Same(const Value& a, const Value& b);

}  // namespace leadgrade::cel
