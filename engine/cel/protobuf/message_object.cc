#include "engine/cel/protobuf/message_object.h"

#include <google/protobuf/unknown_field_set.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/cel/protobuf/equal.h"
#include "engine/cel/protobuf/read.h"

namespace leadgrade::cel {
namespace {

namespace pb = google::protobuf;

Value NoSuchField(EvalContext& context, absl::string_view field) {
  return context.arena->MakeError(absl::StrCat("no such field: ", field));
}

}  // namespace

Value MessageObject::Own(EvalContext& context, const Messages& messages,
                         std::unique_ptr<const pb::Message> message) {
  const size_t bytes = sizeof(MessageObject) + message->SpaceUsedLong();
  const pb::Message* const raw = message.get();
  const Object* const object = context.arena->Own(
      std::unique_ptr<const Object>(new MessageObject(messages, raw, std::move(message))), bytes);
  return object == nullptr ? OutOfMemory() : Value::Of(object);
}

Value MessageObject::Borrow(EvalContext& context, const Messages& messages,
                            const pb::Message& message) {
  const Object* const object = context.arena->Own(
      std::unique_ptr<const Object>(new MessageObject(messages, &message, nullptr)),
      sizeof(MessageObject));
  return object == nullptr ? OutOfMemory() : Value::Of(object);
}

absl::string_view MessageObject::type_name() const {
  return message_->GetDescriptor()->full_name();
}

bool MessageObject::Equals(const Object& other) const {
  const auto* const object = dynamic_cast<const MessageObject*>(&other);
  // Types of the same name from two pools are different types.
  return object != nullptr && EqualMessages(messages_, *message_, *object->message_);
}

std::string MessageObject::ToString() const {
  std::vector<const pb::FieldDescriptor*> fields;
  message_->GetReflection()->ListFields(*message_, &fields);
  Arena arena;
  EvalContext context;
  context.arena = &arena;
  std::string text = absl::StrCat(type_name(), "{");
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string& name =
        fields[i]->is_extension() ? fields[i]->full_name() : fields[i]->name();
    const absl::string_view quote = IsIdentifier(name) ? "" : "`";
    absl::StrAppend(&text, i > 0 ? ", " : "", quote, name, quote, ": ",
                    cel::ToString(ReadField(context, messages_, *message_, fields[i])));
  }
  return text + "}";
}

bool MessageObject::IsZero() const {
  const auto* const reflection = message_->GetReflection();
  std::vector<const pb::FieldDescriptor*> fields;
  reflection->ListFields(*message_, &fields);
  return fields.empty() && reflection->GetUnknownFields(*message_).empty();
}

Value MessageObject::Get(EvalContext& context, absl::string_view field) const {
  const auto* const found = FindFieldOf(messages_, message_->GetDescriptor(), field);
  if (found == nullptr) return NoSuchField(context, field);
  return ReadField(context, messages_, *message_, found);
}

Value MessageObject::Has(EvalContext& context, absl::string_view field) const {
  const auto* const found = FindFieldOf(messages_, message_->GetDescriptor(), field);
  if (found == nullptr) return NoSuchField(context, field);
  const auto* const reflection = message_->GetReflection();
  return Value::Bool(found->is_repeated() ? reflection->FieldSize(*message_, found) > 0
                                          : reflection->HasField(*message_, found));
}

const pb::FieldDescriptor* FindFieldOf(const Messages& messages, const pb::Descriptor* type,
                                       absl::string_view name) {
  const std::string text(name);
  if (const auto* const field = type->FindFieldByName(text)) return field;
  const auto* const extension = messages.pool->FindExtensionByName(text);
  return extension != nullptr && extension->containing_type() == type ? extension : nullptr;
}

}  // namespace leadgrade::cel
