#include "engine/cel/protobuf/types.h"

#include <utility>

namespace leadgrade::cel {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Of a singular field, or of an element of a repeated one.
Type TypeOfSlot(const FieldDescriptor* field, const EnumTypes* enums) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return Type(TypeKind::kInt);
    case FieldDescriptor::CPPTYPE_ENUM:
      return TypeOfEnum(enums, field->enum_type());
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return Type(TypeKind::kUint);
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Type(TypeKind::kDouble);
    case FieldDescriptor::CPPTYPE_BOOL:
      return Type(TypeKind::kBool);
    case FieldDescriptor::CPPTYPE_STRING:
      return Type(field->type() == FieldDescriptor::TYPE_BYTES ? TypeKind::kBytes
                                                               : TypeKind::kString);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return TypeOfMessage(field->message_type());
  }
  return Type();
}

}  // namespace

Type TypeOfMessage(const Descriptor* type) {
  const auto nullable = [](TypeKind kind) { return Type::Nullable(Type(kind)); };
  switch (type->well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
    case Descriptor::WELLKNOWNTYPE_FLOATVALUE:
      return nullable(TypeKind::kDouble);
    case Descriptor::WELLKNOWNTYPE_INT64VALUE:
    case Descriptor::WELLKNOWNTYPE_INT32VALUE:
      return nullable(TypeKind::kInt);
    case Descriptor::WELLKNOWNTYPE_UINT64VALUE:
    case Descriptor::WELLKNOWNTYPE_UINT32VALUE:
      return nullable(TypeKind::kUint);
    case Descriptor::WELLKNOWNTYPE_STRINGVALUE:
      return nullable(TypeKind::kString);
    case Descriptor::WELLKNOWNTYPE_BYTESVALUE:
      return nullable(TypeKind::kBytes);
    case Descriptor::WELLKNOWNTYPE_BOOLVALUE:
      return nullable(TypeKind::kBool);
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return Type(TypeKind::kTimestamp);
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return Type(TypeKind::kDuration);
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      return Type::Map(Type(TypeKind::kString), Type());
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return Type::List(Type());
    case Descriptor::WELLKNOWNTYPE_ANY:
    case Descriptor::WELLKNOWNTYPE_VALUE:
      return Type();
    default:
      return Type::Message(type->full_name());
  }
}

Type TypeOfField(const FieldDescriptor* field, const EnumTypes* enums) {
  if (field->is_map()) {
    return Type::Map(TypeOfSlot(field->message_type()->map_key(), enums),
                     TypeOfSlot(field->message_type()->map_value(), enums));
  }
  const Type slot = TypeOfSlot(field, enums);
  return field->is_repeated() ? Type::List(slot) : slot;
}

}  // namespace leadgrade::cel
