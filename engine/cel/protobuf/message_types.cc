#include "engine/cel/protobuf/message_types.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/cel/protobuf/enum_types.h"
#include "engine/cel/protobuf/message_object.h"
#include "engine/cel/protobuf/messages.h"
#include "engine/cel/protobuf/read.h"
#include "engine/cel/protobuf/types.h"
#include "engine/cel/protobuf/write.h"

namespace leadgrade::cel {
namespace {

namespace pb = google::protobuf;

// Null for the entries of maps too, which no expression names.
const pb::Descriptor* FindMessage(const pb::DescriptorPool* pool, absl::string_view name) {
  const auto* const type = pool->FindMessageTypeByName(std::string(name));
  return type == nullptr || type->options().map_entry() ? nullptr : type;
}

Value UnknownType(EvalContext& context, absl::string_view name) {
  return context.arena->MakeError(absl::StrCat("unknown type: ", name));
}

}  // namespace

MessageTypes::MessageTypes(const pb::DescriptorPool* pool, Enums enums)
    : pool_(pool),
      factory_(std::make_unique<pb::DynamicMessageFactory>(pool)),
      enums_(enums == Enums::kTyped ? std::make_unique<EnumTypes>() : nullptr) {}

MessageTypes::~MessageTypes() = default;

Messages MessageTypes::All() const { return {pool_, factory_.get(), enums_.get()}; }

std::optional<Type> MessageTypes::FindType(absl::string_view name) const {
  if (const auto* const type = FindMessage(pool_, name)) return TypeOfMessage(type);
  if (const auto* const type = pool_->FindEnumTypeByName(std::string(name))) {
    return TypeOfEnum(enums_.get(), type);
  }
  return std::nullopt;
}

std::optional<TypeProvider::Constant> MessageTypes::FindEnumValue(absl::string_view name) const {
  // Not by the value's full name: a descriptor has it beside its type, not in it.
  const size_t dot = name.rfind('.');
  if (dot == absl::string_view::npos) return std::nullopt;
  const auto* const type = pool_->FindEnumTypeByName(std::string(name.substr(0, dot)));
  if (type == nullptr) return std::nullopt;
  const auto* const value = type->FindValueByName(std::string(name.substr(dot + 1)));
  if (value == nullptr) return std::nullopt;
  return Constant{TypeOfEnum(enums_.get(), type), ValueOfEnum(enums_.get(), type, value->number())};
}

std::optional<Type> MessageTypes::FindField(absl::string_view message,
                                            absl::string_view field) const {
  const auto* const type = FindMessage(pool_, message);
  if (type == nullptr) return std::nullopt;
  const auto* const found = FindFieldOf(All(), type, field);
  if (found == nullptr) return std::nullopt;
  return TypeOfField(found, enums_.get());
}

Value MessageTypes::Make(EvalContext& context, absl::string_view message,
                         absl::Span<const absl::string_view> fields,
                         absl::Span<const Value> values) const {
  const Messages messages = All();
  const auto* const type = FindMessage(pool_, message);
  if (type == nullptr) return UnknownType(context, message);
  auto made = messages.New(type);
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto* const field = FindFieldOf(messages, type, fields[i]);
    if (field == nullptr) {
      return context.arena->MakeError(absl::StrCat("no such field: ", fields[i]));
    }
    if (auto status = WriteField(messages, made.get(), field, values[i]); !status.ok()) {
      return context.arena->MakeError(status.message());
    }
  }
  return ReadMessage(context, messages, std::move(made));
}

Value MessageTypes::Parse(EvalContext& context, absl::string_view name,
                          absl::string_view bytes) const {
  const Messages messages = All();
  const auto* const type = FindMessage(pool_, name);
  if (type == nullptr) return UnknownType(context, name);
  auto message = messages.Parse(type, bytes);
  if (!message.ok()) return context.arena->MakeError(message.status().message());
  return ReadMessage(context, messages, *std::move(message));
}

}  // namespace leadgrade::cel
