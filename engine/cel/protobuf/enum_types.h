// The enums of a descriptor pool as types of the language.
#pragma once

#include <google/protobuf/descriptor.h>

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "engine/cel/type.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

// Thread safe. What it gives lives as long as it does.
class EnumTypes {
 public:
  // Always the same for the same enum.
  std::shared_ptr<const EnumType> Of(const google::protobuf::EnumDescriptor* descriptor) const;

 private:
  mutable absl::Mutex mutex_;
  mutable absl::flat_hash_map<const google::protobuf::EnumDescriptor*,
                              std::shared_ptr<const EnumType>>
      types_ ABSL_GUARDED_BY(mutex_);
};

// `enums` may be null: then all enums are ints.
Type TypeOfEnum(const EnumTypes* enums, const google::protobuf::EnumDescriptor* descriptor);
Value ValueOfEnum(const EnumTypes* enums, const google::protobuf::EnumDescriptor* descriptor,
                  int number);

}  // namespace leadgrade::cel
