#include "engine/cel/protobuf/map_entries.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>

namespace leadgrade::cel {
namespace {

namespace pb = google::protobuf;
using pb::FieldDescriptor;

template <typename T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

int CompareKeys(const pb::Message& a, const pb::Message& b) {
  const auto* const r = a.GetReflection();
  const auto* const key = a.GetDescriptor()->map_key();
  switch (key->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Order(r->GetInt32(a, key), r->GetInt32(b, key));
    case FieldDescriptor::CPPTYPE_INT64:
      return Order(r->GetInt64(a, key), r->GetInt64(b, key));
    case FieldDescriptor::CPPTYPE_UINT32:
      return Order(r->GetUInt32(a, key), r->GetUInt32(b, key));
    case FieldDescriptor::CPPTYPE_UINT64:
      return Order(r->GetUInt64(a, key), r->GetUInt64(b, key));
    case FieldDescriptor::CPPTYPE_BOOL:
      return Order(r->GetBool(a, key), r->GetBool(b, key));
    default: {  // a string: maps have no other keys
      std::string x, y;
      return r->GetStringReference(a, key, &x).compare(r->GetStringReference(b, key, &y));
    }
  }
}

std::vector<const pb::Message*> MapEntriesOf(const pb::Message& message,
                                             const FieldDescriptor* field) {
  const auto* const reflection = message.GetReflection();
  std::vector<const pb::Message*> entries;
  const int size = reflection->FieldSize(message, field);
  entries.reserve(size);
  for (int i = size - 1; i >= 0; --i) {
    entries.push_back(&reflection->GetRepeatedMessage(message, field, i));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto* a, const auto* b) { return CompareKeys(*a, *b) < 0; });
  entries.erase(std::unique(entries.begin(), entries.end(),
                            [](const auto* a, const auto* b) { return CompareKeys(*a, *b) == 0; }),
                entries.end());
  return entries;
}

}  // namespace leadgrade::cel
