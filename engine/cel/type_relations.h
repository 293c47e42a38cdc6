// How types relate: what fits where, and what two have in common. Type parameters stand for any
// type; in the type of a value, one means that nothing is known yet (the element of `[]`).
#pragma once

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "engine/cel/type.h"

namespace leadgrade::cel {

// Type parameters by name.
using Bindings = absl::flat_hash_map<std::string, Type>;

// May a value of type `from` stand where `to` is wanted? Binds type parameters of `to`.
bool Assignable(const Type& from, const Type& to, Bindings* bindings);
// The type of a value that is one or the other; nullopt where they don't go together.
std::optional<Type> Join(const Type& a, const Type& b);
// `type` with its parameters as bound; one that is not bound stays open.
Type Substitute(const Type& type, const Bindings& bindings);
// With dyn for what is open.
Type Closed(const Type& type);

bool IsDynamic(const Type& type);  // dyn, open or error
bool IsNumeric(const Type& type);
// May the two be compared by `==`?
bool Comparable(const Type& a, const Type& b);

}  // namespace leadgrade::cel
