// Descriptors as types of the language.
#pragma once

#include <google/protobuf/descriptor.h>

#include "engine/cel/protobuf/enum_types.h"
#include "engine/cel/type.h"

namespace leadgrade::cel {

Type TypeOfMessage(const google::protobuf::Descriptor* type);
// `enums` as TypeOfEnum takes it.
Type TypeOfField(const google::protobuf::FieldDescriptor* field, const EnumTypes* enums);

}  // namespace leadgrade::cel
