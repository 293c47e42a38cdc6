#include "service/convert/fact_value.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/facts/fact_row.h"
#include "nlohmann/json.hpp"

namespace leadgrade::convert {
namespace {

using cel::Type;
using cel::TypeKind;
using facts::FactList;
using facts::FactValue;
using google::protobuf::Value;
using nlohmann::json;

constexpr int64_t kExactIntegers = int64_t{1} << 53;

// Reading only gives the value the shape that its type has in JSON; what may not be is left to
// Accept, whose words are the same for every way in. Recursion is bounded by the type's depth.
absl::StatusOr<FactValue> Shape(const Type& type, const Value& value);
absl::StatusOr<FactValue> Shape(const Type& type, const json& value);

absl::Status NoObject(const Type& type) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected `", type.ToString(), "`: an object is no value of a fact"));
}

absl::StatusOr<FactValue> ShapeNumber(const Type& type, double number) {
  if (!std::isfinite(number)) return absl::InvalidArgumentError("expected a finite number");
  if (type.kind() == TypeKind::kInt && std::abs(number) > static_cast<double>(kExactIntegers)) {
    return absl::InvalidArgumentError(
        "expected a whole number; one past 2^53 is given as a text of its digits");
  }
  return FactValue{number};
}

absl::StatusOr<FactValue> ShapeText(const Type& type, const std::string& text) {
  if (text.size() > base::kMaxFactTextBytes) {
    return absl::InvalidArgumentError(absl::StrCat("has ", text.size(), " bytes; expected at most ",
                                                   base::kMaxFactTextBytes, " bytes"));
  }
  int64_t whole = 0;
  if (type.kind() == TypeKind::kInt && absl::SimpleAtoi(text, &whole) &&
      (whole > kExactIntegers || whole < -kExactIntegers)) {
    return FactValue{whole};
  }
  return FactValue{text};
}

template <typename Elements>
absl::StatusOr<FactValue> ShapeList(const Type& type, const Elements& elements) {
  FactList list;
  if (type.kind() != TypeKind::kList) return FactValue{std::move(list)};
  const size_t size = elements.size();
  if (size > base::kMaxFactListElements) {
    return absl::InvalidArgumentError(absl::StrCat("has ", size, " elements; expected at most ",
                                                   base::kMaxFactListElements, " elements"));
  }
  list.reserve(size);
  for (const auto& element : elements) {
    auto shaped = Shape(type.parameter(0), element);
    if (!shaped.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("element ", list.size(), ": ", shaped.status().message()));
    }
    list.push_back(*std::move(shaped));
  }
  return FactValue{std::move(list)};
}

absl::StatusOr<FactValue> Shape(const Type& nullable, const Value& value) {
  const Type type = nullable.WithoutNull();
  switch (value.kind_case()) {
    case Value::kNullValue:
      return FactValue{std::monostate()};
    case Value::kBoolValue:
      return FactValue{value.bool_value()};
    case Value::kNumberValue:
      return ShapeNumber(type, value.number_value());
    case Value::kStringValue:
      return ShapeText(type, value.string_value());
    case Value::kListValue:
      return ShapeList(type, value.list_value().values());
    case Value::kStructValue:
      return NoObject(type);
    case Value::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("is required: a value of type `", nullable.ToString(), "`"));
}

absl::StatusOr<FactValue> Shape(const Type& nullable, const json& value) {
  const Type type = nullable.WithoutNull();
  switch (value.type()) {
    case json::value_t::boolean:
      return FactValue{value.get<bool>()};
    case json::value_t::number_unsigned:
    case json::value_t::number_integer:
      // A double's digits need not end at 2^53; an int keeps all of its 64 bits.
      if (type.kind() == TypeKind::kDouble) return ShapeNumber(type, value.get<double>());
      if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX}) {
        return absl::InvalidArgumentError("expected a whole number of at most 64 bits");
      }
      return FactValue{value.get<int64_t>()};
    case json::value_t::number_float:
      return ShapeNumber(type, value.get<double>());
    case json::value_t::string:
      return ShapeText(type, value.get_ref<const std::string&>());
    case json::value_t::array:
      return ShapeList(type, value.get_ref<const json::array_t&>());
    case json::value_t::object:
      return NoObject(type);
    default:
      return FactValue{std::monostate()};
  }
}

template <typename Source>
absl::StatusOr<FactValue> Read(const facts::Fact& fact, const Source& value) {
  auto shaped = Shape(fact.type, value);
  if (!shaped.ok()) return shaped;
  return facts::Accept(fact, *std::move(shaped));
}

}  // namespace

absl::StatusOr<FactValue> ReadValue(const facts::Fact& fact, const Value& value) {
  return Read(fact, value);
}

absl::StatusOr<FactValue> ReadValue(const facts::Fact& fact, const json& value) {
  return Read(fact, value);
}

}  // namespace leadgrade::convert
