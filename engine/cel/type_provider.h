// Message types from outside the language: what an expression may name, make and read when an Env
// has them.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/cel/type.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

// Immutable and thread safe. Names are full ones ("google.protobuf.Struct"), without a leading dot.
class TypeProvider {
 public:
  virtual ~TypeProvider() = default;

  // The type as CEL sees it: a message, or the language's own type that stands for it
  // (google.protobuf.Int64Value is `int?`, google.protobuf.Struct is `map(string, dyn)`).
  virtual std::optional<Type> FindType(absl::string_view name) const = 0;
  // What "package.Enum.VALUE" is. The value lives as long as the provider.
  struct Constant {
    Type type;
    Value value;
  };
  virtual std::optional<Constant> FindEnumValue(absl::string_view name) const = 0;
  // The type of a field of message `message`; an extension's field goes by its full name.
  virtual std::optional<Type> FindField(absl::string_view message,
                                        absl::string_view field) const = 0;
  // `message{fields[i]: values[i]}`; none of the values is an error or unknown. An error value
  // where a field can't take its value.
  virtual Value Make(EvalContext& context, absl::string_view message,
                     absl::Span<const absl::string_view> fields,
                     absl::Span<const Value> values) const = 0;
};

}  // namespace leadgrade::cel
