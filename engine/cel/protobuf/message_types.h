// Protobuf messages as CEL sees them, by reflection: the types of a descriptor pool for an Env.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/cel/env.h"
#include "engine/cel/type_provider.h"

namespace google::protobuf {
class DescriptorPool;
class DynamicMessageFactory;
class Message;
}  // namespace google::protobuf

namespace leadgrade::cel {

class EnumTypes;
struct Messages;

// The well-known types become the language's own values both ways: timestamps, durations, wrappers
// (a value or null), Struct, Value, ListValue (map, any value, list), Any (what it holds).
// Thread safe once made; outlives the values it makes.
class MessageTypes final : public TypeProvider {
 public:
  // The language definition leaves it open what an enum value is.
  enum class Enums {
    kInts,
    // Of a type of its own, which is called to convert from a name or a number: `pkg.Enum(3)`.
    kTyped,
  };
  // `pool` has the descriptors of all messages, the well-known ones included, and outlives this.
  explicit MessageTypes(const google::protobuf::DescriptorPool* pool, Enums enums = Enums::kInts);
  ~MessageTypes() override;

  std::optional<Type> FindType(absl::string_view name) const override;
  std::optional<Constant> FindEnumValue(absl::string_view name) const override;
  std::optional<Type> FindField(absl::string_view message, absl::string_view field) const override;
  Value Make(EvalContext& context, absl::string_view message,
             absl::Span<const absl::string_view> fields,
             absl::Span<const Value> values) const override;

  // The value of the message of type `name` that `bytes` are the wire form of; what it needs is
  // copied into the arena. An error value where there is no such type or the bytes are malformed.
  Value Parse(EvalContext& context, absl::string_view name, absl::string_view bytes) const;

 private:
  Messages All() const;

  const google::protobuf::DescriptorPool* pool_;
  std::unique_ptr<google::protobuf::DynamicMessageFactory> factory_;
  std::unique_ptr<const EnumTypes> enums_;  // null: kInts
};

}  // namespace leadgrade::cel
