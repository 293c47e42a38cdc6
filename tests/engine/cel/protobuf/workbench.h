// Message types with every kind of field, and short ways to make and read messages of them.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/cel/arena.h"
#include "engine/cel/env.h"
#include "engine/cel/protobuf/message_types.h"

namespace leadgrade::cel {

// The package `t` (proto2) with the message All, its group and its extensions, and the package `p`
// (proto3) with the message All, whose fields have the same names where both have them. See
// workbench.cc.
class ProtoWorkbench {
 public:
  explicit ProtoWorkbench(MessageTypes::Enums enums = MessageTypes::Enums::kInts);

  const MessageTypes& types() const { return types_; }
  EvalContext& context() { return context_; }
  Arena& arena() { return arena_; }

  using Fields = std::vector<std::pair<absl::string_view, Value>>;
  Value Make(absl::string_view message, const Fields& fields = {});
  // The value of an expression over the messages, or its first issue.
  std::string Eval(const std::string& source);
  // A field of a message, or the error that `message` is.
  Value Get(const Value& message, absl::string_view field);
  Value Has(const Value& message, absl::string_view field);
  // A message of `name` from the text format.
  Value FromText(const std::string& name, const std::string& text);
  std::string Bytes(const std::string& name, const std::string& text);

  Value List(const std::vector<Value>& elements) { return arena_.MakeList(elements); }
  Value Map(const std::vector<Value>& entries) { return arena_.MakeMap(entries); }

 private:
  google::protobuf::DescriptorPool pool_;
  MessageTypes types_;
  Arena arena_;
  EvalContext context_;
};

}  // namespace leadgrade::cel
