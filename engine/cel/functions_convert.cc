// Conversions between types: int(), uint(), double(), string(), bytes(), bool(), timestamp(),
// duration(), dyn(). `type()` is not here: types as values come with the whole standard library.
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/unicode.h"
#include "engine/cel/functions.h"
#include "engine/cel/operators.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

Value Range(EvalContext& context) { return context.arena->MakeError("range error"); }

Value BadText(EvalContext& context, absl::string_view type, absl::string_view text) {
  return context.arena->MakeError(absl::StrCat("cannot read \"", Shortened(text), "\" as ", type));
}

Value ToInt(EvalContext& context, Arguments a) {
  const Value& v = a[0];
  switch (v.kind()) {
    case Kind::kInt:
      return v;
    case Kind::kUint:
      return v.uint_value() > INT64_MAX ? Range(context) : Value::Int(v.int_value());
    case Kind::kDouble: {
      const double d = v.double_value();
      // The open range of the specification: the ends themselves do not convert.
      if (!(d > -9223372036854775808.0 && d < 9223372036854775808.0)) return Range(context);
      return Value::Int(static_cast<int64_t>(d));
    }
    case Kind::kString: {
      int64_t number = 0;
      if (!absl::SimpleAtoi(v.text(), &number)) return BadText(context, "an int", v.text());
      return Value::Int(number);
    }
    case Kind::kTimestamp:
      return Value::Int(absl::ToUnixSeconds(v.timestamp()));
    case Kind::kEnum:
      return Value::Int(v.ordinal());
    default:
      return NoOverload(context);
  }
}

Value ToUint(EvalContext& context, Arguments a) {
  const Value& v = a[0];
  switch (v.kind()) {
    case Kind::kUint:
      return v;
    case Kind::kInt:
      return v.int_value() < 0 ? Range(context) : Value::Uint(v.uint_value());
    case Kind::kDouble: {
      const double d = v.double_value();
      if (!(d >= 0 && d < 18446744073709551616.0)) return Range(context);
      return Value::Uint(static_cast<uint64_t>(d));
    }
    case Kind::kString: {
      uint64_t number = 0;
      if (!absl::SimpleAtoi(v.text(), &number)) return BadText(context, "a uint", v.text());
      return Value::Uint(number);
    }
    default:
      return NoOverload(context);
  }
}

Value ToDouble(EvalContext& context, Arguments a) {
  const Value& v = a[0];
  switch (v.kind()) {
    case Kind::kDouble:
      return v;
    case Kind::kInt:
      return Value::Double(static_cast<double>(v.int_value()));
    case Kind::kUint:
      return Value::Double(static_cast<double>(v.uint_value()));
    case Kind::kString: {
      double number = 0;
      if (!absl::SimpleAtod(v.text(), &number)) return BadText(context, "a double", v.text());
      return Value::Double(number);
    }
    default:
      return NoOverload(context);
  }
}

Value ToBool(EvalContext& context, Arguments a) {
  if (a[0].kind() == Kind::kBool) return a[0];
  for (const char* yes : {"true", "True", "TRUE", "t", "1"}) {
    if (a[0].text() == yes) return Value::Bool(true);
  }
  for (const char* no : {"false", "False", "FALSE", "f", "0"}) {
    if (a[0].text() == no) return Value::Bool(false);
  }
  return BadText(context, "a bool", a[0].text());
}

// The text inside a literal such as timestamp("…").
absl::string_view Unquoted(absl::string_view literal) {
  const size_t begin = literal.find('"');
  return literal.substr(begin + 1, literal.size() - begin - 3);
}

Value ToText(EvalContext& context, Arguments a) {
  const Value& v = a[0];
  switch (v.kind()) {
    case Kind::kString:
      return v;
    case Kind::kBytes:
      return base::FirstInvalidUtf8(v.text()) == absl::string_view::npos
                 ? Value::String(v.text())
                 : context.arena->MakeError("invalid UTF-8");
    case Kind::kUint:
      return context.arena->MakeString(absl::StrCat(v.uint_value()));
    case Kind::kDouble: {
      std::string text = ToString(v);
      if (absl::EndsWith(text, ".0")) text.resize(text.size() - 2);
      if (absl::EndsWith(text, "\")")) text = std::string(Unquoted(text));
      return context.arena->MakeString(text);
    }
    case Kind::kTimestamp:
    case Kind::kDuration:
      return context.arena->MakeString(Unquoted(ToString(v)));
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kEnum:
      return context.arena->MakeString(ToString(v));
    default:
      return NoOverload(context);
  }
}

Value ToBytes(EvalContext&, Arguments a) { return Value::Bytes(a[0].text()); }

Value ToTimestamp(EvalContext& context, Arguments a) {
  const Value& v = a[0];
  if (v.kind() == Kind::kTimestamp) return v;
  absl::Time time;
  if (v.kind() == Kind::kInt) {
    time = absl::FromUnixSeconds(v.int_value());
  } else {
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, v.text(), &time, &error)) {
      return BadText(context, "a timestamp", v.text());
    }
  }
  static const absl::Time first = absl::FromUnixSeconds(-62135596800);  // 0001-01-01
  static const absl::Time last = absl::FromUnixSeconds(253402300800);   // 10000-01-01
  return time < first || time >= last ? Range(context) : Value::Timestamp(time);
}

Value ToDuration(EvalContext& context, Arguments a) {
  if (a[0].kind() == Kind::kDuration) return a[0];
  absl::Duration duration;
  if (!absl::ParseDuration(a[0].text(), &duration) || duration == absl::InfiniteDuration() ||
      duration == -absl::InfiniteDuration()) {
    return BadText(context, "a duration", a[0].text());
  }
  return CheckedDuration(context, duration);
}

// The value of the enumeration that a[0] is of, by its name or its number.
Value ToEnum(EvalContext& context, Arguments a) {
  const EnumType& type = *a[0].enum_type();
  switch (a[1].kind()) {
    case Kind::kInt:
      return type.Has(a[1].int_value()) ? Value::Enum(&type, static_cast<int>(a[1].int_value()))
                                        : Range(context);
    case Kind::kString: {
      const std::optional<int> ordinal = type.OrdinalOf(a[1].text());
      return ordinal.has_value()
                 ? Value::Enum(&type, *ordinal)
                 : BadText(context, absl::StrCat("a value of ", type.name), a[1].text());
    }
    default:
      return a[1].enum_type() == &type ? a[1] : NoOverload(context);
  }
}

Value ToDyn(EvalContext&, Arguments a) { return a[0]; }

}  // namespace

void AddConversions(Env* env) {
  const auto add = [env](std::string name, std::initializer_list<TypeKind> from, TypeKind to,
                         HostFunction function) {
    for (const TypeKind kind : from) {
      (void)env->AddFunction({name, false, {Type(kind)}, Type(to), function, false});
    }
  };
  using enum TypeKind;
  add("int", {kInt, kUint, kDouble, kString, kTimestamp}, kInt, ToInt);
  add("uint", {kUint, kInt, kDouble, kString}, kUint, ToUint);
  add("double", {kDouble, kInt, kUint, kString}, kDouble, ToDouble);
  add("bool", {kBool, kString}, kBool, ToBool);
  add("string", {kString, kBool, kInt, kUint, kDouble, kBytes, kTimestamp, kDuration}, kString,
      ToText);
  add("bytes", {kBytes, kString}, kBytes, ToBytes);
  add("timestamp", {kTimestamp, kInt, kString}, kTimestamp, ToTimestamp);
  add("duration", {kDuration, kString}, kDuration, ToDuration);
  // A bare enum type as parameter stands for any enumeration; see the checker.
  (void)env->AddFunction({"int", false, {Type(kEnum)}, Type(kInt), ToInt, false});
  (void)env->AddFunction({"string", false, {Type(kEnum)}, Type(kString), ToText, false});
  for (const TypeKind kind : {kInt, kString, kEnum}) {
    (void)env->AddFunction({"@enum", false, {Type(kEnum), Type(kind)}, Type(kEnum), ToEnum});
  }
  (void)env->AddFunction({"dyn", false, {Type::Param("A")}, Type(kDyn), ToDyn, false});
}

}  // namespace leadgrade::cel
