#include "engine/cel/protobuf/enum_types.h"

namespace leadgrade::cel {

std::shared_ptr<const EnumType> EnumTypes::Of(
    const google::protobuf::EnumDescriptor* descriptor) const {
  const absl::MutexLock lock(&mutex_);
  std::shared_ptr<const EnumType>& type = types_[descriptor];
  if (type != nullptr) return type;
  auto made = std::make_shared<EnumType>();
  made->name = descriptor->full_name();
  for (int i = 0; i < descriptor->value_count(); ++i) {
    made->values.push_back(descriptor->value(i)->name());
    made->numbers.push_back(descriptor->value(i)->number());
  }
  type = std::move(made);
  return type;
}

Type TypeOfEnum(const EnumTypes* enums, const google::protobuf::EnumDescriptor* descriptor) {
  return enums == nullptr ? Type(TypeKind::kInt) : Type::Enum(enums->Of(descriptor));
}

Value ValueOfEnum(const EnumTypes* enums, const google::protobuf::EnumDescriptor* descriptor,
                  int number) {
  return enums == nullptr ? Value::Int(number) : Value::Enum(enums->Of(descriptor).get(), number);
}

}  // namespace leadgrade::cel
