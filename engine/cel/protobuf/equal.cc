#include "engine/cel/protobuf/equal.h"

#include <google/protobuf/unknown_field_set.h>

#include <string>
#include <vector>

#include "engine/cel/protobuf/map_entries.h"

namespace leadgrade::cel {
namespace {

namespace pb = google::protobuf;
using pb::FieldDescriptor;

std::string UnknownBytes(const pb::Message& message) {
  std::string bytes;
  message.GetReflection()->GetUnknownFields(message).SerializeToString(&bytes);
  return bytes;
}

class Comparer {
 public:
  explicit Comparer(const Messages& messages) : messages_(messages) {}

  bool Equal(const pb::Message& a, const pb::Message& b) const {
    if (a.GetDescriptor() != b.GetDescriptor()) return false;
    if (a.GetDescriptor()->well_known_type() == pb::Descriptor::WELLKNOWNTYPE_ANY) {
      const auto x = messages_.Unpack(a), y = messages_.Unpack(b);
      if (x.ok() && y.ok()) return Equal(**x, **y);
    }
    const auto* const reflection = a.GetReflection();
    std::vector<const FieldDescriptor*> fields, others;
    reflection->ListFields(a, &fields);
    reflection->ListFields(b, &others);
    if (fields != others) return false;
    for (const auto* field : fields) {
      if (!EqualField(a, b, field)) return false;
    }
    return UnknownBytes(a) == UnknownBytes(b);
  }

 private:
  bool EqualField(const pb::Message& a, const pb::Message& b, const FieldDescriptor* field) const {
    if (field->is_map()) return EqualMap(a, b, field);
    if (!field->is_repeated()) return EqualSlot(a, b, field, -1);
    const int size = a.GetReflection()->FieldSize(a, field);
    if (b.GetReflection()->FieldSize(b, field) != size) return false;
    for (int i = 0; i < size; ++i) {
      if (!EqualSlot(a, b, field, i)) return false;
    }
    return true;
  }

  bool EqualMap(const pb::Message& a, const pb::Message& b, const FieldDescriptor* field) const {
    const auto x = MapEntriesOf(a, field), y = MapEntriesOf(b, field);
    if (x.size() != y.size()) return false;
    for (size_t i = 0; i < x.size(); ++i) {
      // Not the entries as messages: that a default is not written out makes no difference here.
      if (CompareKeys(*x[i], *y[i]) != 0 ||
          !EqualSlot(*x[i], *y[i], field->message_type()->map_value(), -1)) {
        return false;
      }
    }
    return true;
  }

  // A singular field (i = -1) or an element of a repeated one.
  bool EqualSlot(const pb::Message& a, const pb::Message& b, const FieldDescriptor* field,
                 int i) const {
    const auto* const r = a.GetReflection();
    const auto equal = [&](auto get, auto get_repeated) {
      return i < 0 ? (r->*get)(a, field) == (r->*get)(b, field)
                   : (r->*get_repeated)(a, field, i) == (r->*get_repeated)(b, field, i);
    };
    using R = pb::Reflection;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return equal(&R::GetInt32, &R::GetRepeatedInt32);
      case FieldDescriptor::CPPTYPE_INT64:
        return equal(&R::GetInt64, &R::GetRepeatedInt64);
      case FieldDescriptor::CPPTYPE_UINT32:
        return equal(&R::GetUInt32, &R::GetRepeatedUInt32);
      case FieldDescriptor::CPPTYPE_UINT64:
        return equal(&R::GetUInt64, &R::GetRepeatedUInt64);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return equal(&R::GetDouble, &R::GetRepeatedDouble);
      case FieldDescriptor::CPPTYPE_FLOAT:
        return equal(&R::GetFloat, &R::GetRepeatedFloat);
      case FieldDescriptor::CPPTYPE_BOOL:
        return equal(&R::GetBool, &R::GetRepeatedBool);
      case FieldDescriptor::CPPTYPE_ENUM:
        return equal(&R::GetEnumValue, &R::GetRepeatedEnumValue);
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string x, y;
        return i < 0 ? r->GetStringReference(a, field, &x) == r->GetStringReference(b, field, &y)
                     : r->GetRepeatedStringReference(a, field, i, &x) ==
                           r->GetRepeatedStringReference(b, field, i, &y);
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return i < 0
                   ? Equal(r->GetMessage(a, field, messages_.factory),
                           r->GetMessage(b, field, messages_.factory))
                   : Equal(r->GetRepeatedMessage(a, field, i), r->GetRepeatedMessage(b, field, i));
    }
    return false;
  }

  const Messages& messages_;
};

}  // namespace

bool EqualMessages(const Messages& messages, const pb::Message& a, const pb::Message& b) {
  return Comparer(messages).Equal(a, b);
}

}  // namespace leadgrade::cel
