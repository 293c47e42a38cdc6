// The names an expression may use: variables with their types and slots, constants, enumerations
// and functions. Built once per bundle, then immutable and shared by all threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/cel/arena.h"
#include "engine/cel/type.h"
#include "engine/cel/type_provider.h"
#include "engine/cel/value.h"

namespace leadgrade::cel {

// What an evaluation reads besides the program: all of it input, so that the same input gives the
// same value. `slots` is indexed by a variable's slot number. One per evaluating thread.
struct EvalContext {
  absl::Span<const Value> slots;
  absl::Time now;          // for the calendar functions
  absl::TimeZone zone;     // the organisation's; for the calendar functions
  Arena* arena = nullptr;  // owns what the evaluation makes; required
  // By slot: those that are unknown only because they are still to be tried. Whether a value is
  // known that is unknown for one of them is unknown as well. Null: none are.
  const std::vector<bool>* to_be_tried = nullptr;
};

// A host function. Arguments are never errors or unknowns. Returns an error value for a run-time
// failure. Must be pure in (context, arguments), and thread safe.
using HostFunction = Value (*)(EvalContext& context, absl::Span<const Value> arguments);

struct Overload {
  std::string name;  // "size", "contains", "math.greatest"
  bool member = false;
  std::vector<Type> parameters;  // the target first for a member
  Type result;
  HostFunction implementation = nullptr;
  bool reads_clock = false;  // its value may change with `now` alone
  bool variadic = false;     // the last parameter may be given once or more
};

struct Variable {
  std::string name;  // may be qualified: "grading.grade"
  Type type;
  int32_t slot = -1;
};

// What the host knows beside a variable's value, read as a call on its name: `confirmed(budget)`.
class AttributeProvider {
 public:
  virtual ~AttributeProvider() = default;
  // The functions' names.
  virtual std::vector<std::string> Names() const = 0;
  // The variable that holds `name` of `variable`. kNotFound where there is no attribute of that
  // name; kInvalidArgument, with a message for authors, where this variable does not have it.
  virtual absl::StatusOr<Variable> Find(absl::string_view name, const Variable& variable) const = 0;
};

// May it be called with so many arguments, the target of a member included?
bool TakesCount(const Overload& overload, size_t arguments);

// Letters, digits and `_`, not starting with a digit, and no reserved word of CEL.
bool IsIdentifier(absl::string_view word);

class Env {
 public:
  // With the standard library of CEL, its extensions (extensions.h), and the functions of this
  // product (functions.h) declared.
  Env();

  // Each fails with kAlreadyExists when the name is taken, kInvalidArgument when it is no CEL
  // identifier (or dotted path of such) or is reserved.
  absl::Status AddVariable(std::string name, Type type, int32_t slot);
  // `value` must live as long as the Env; it is folded into programs.
  absl::Status AddConstant(std::string name, Type type, Value value);
  // `KpLevel.FIRST` always; the bare `FIRST` as well, while no other enumeration, variable or
  // constant has that name (a bare name that two enumerations share is an error that says so,
  // unless the other operand of a comparison or the expected type decides it).
  absl::Status AddEnum(std::shared_ptr<const EnumType> type);
  absl::Status AddFunction(Overload overload);
  // A name that denotes a type: `net.IP`, so that `type(x) == net.IP` can be written.
  absl::Status AddType(std::string name, Type type);

  // Null, as to begin with: there are none.
  void SetAttributes(std::shared_ptr<const AttributeProvider> attributes) {
    attributes_ = std::move(attributes);
  }
  const AttributeProvider* attributes() const { return attributes_.get(); }

  // "a.b": a name `x` is looked for as `a.b.x`, `a.x` and `x`, in this order. Empty to begin with.
  void SetContainer(std::string container) { container_ = std::move(container); }
  const std::string& container() const { return container_; }
  // The full names that `name` may stand for, in the order to be tried; of `.x` it is `x` alone.
  std::vector<std::string> CandidatesFor(absl::string_view name) const;
  // Message types; must outlive the Env and all programs made with it.
  void SetTypes(const TypeProvider* types) { types_ = types; }
  const TypeProvider* types() const { return types_; }

  const Variable* FindVariable(absl::string_view name) const;
  struct Constant {
    Type type;
    Value value;
  };
  const Constant* FindConstant(absl::string_view name) const;
  const std::vector<std::shared_ptr<const EnumType>>& enums() const { return enums_; }
  // The type that a name denotes, of those declared or of types(); nullopt where none is.
  std::optional<Type> FindType(absl::string_view name) const;
  // All overloads of a name, in the order declared; empty when there are none.
  absl::Span<const Overload> FindFunction(absl::string_view name) const;
  // Variables, constants, enum values: for "did you mean".
  std::vector<std::string> NamesInScope() const;
  std::vector<std::string> FunctionNames() const;

 private:
  bool Taken(absl::string_view name) const;

  absl::flat_hash_map<std::string, Variable> variables_;
  absl::flat_hash_map<std::string, Constant> constants_;
  std::vector<std::shared_ptr<const EnumType>> enums_;
  absl::flat_hash_map<std::string, std::vector<Overload>> functions_;
  absl::flat_hash_map<std::string, Type> type_names_;
  std::string container_;
  const TypeProvider* types_ = nullptr;
  std::shared_ptr<const AttributeProvider> attributes_;
};

}  // namespace leadgrade::cel
