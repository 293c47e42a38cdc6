#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/facts/fact_row.h"

namespace leadgrade::facts {
namespace {

using cel::Type;
using cel::TypeKind;

constexpr int64_t kExactIntegers = 9007199254740992;  // 2^53: a double holds each up to here

absl::Status Expected(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what));
}

std::string EnumValues(const cel::EnumType& type) {
  std::string out = "one of ";
  for (size_t i = 0; i < type.values.size(); ++i) {
    absl::StrAppend(&out, i == 0 ? "`" : ", `", type.values[i], "`");
  }
  return out;
}

absl::StatusOr<FactValue> AcceptInt(const FactValue& value) {
  if (std::holds_alternative<int64_t>(value.value)) return value;
  if (const double* number = std::get_if<double>(&value.value)) {
    if (*number == std::trunc(*number) && std::abs(*number) <= kExactIntegers) {
      return FactValue{static_cast<int64_t>(*number)};
    }
  }
  return Expected("a whole number");
}

absl::StatusOr<FactValue> AcceptDouble(const FactValue& value) {
  if (const double* number = std::get_if<double>(&value.value)) {
    if (std::isfinite(*number)) return value;
  }
  if (const int64_t* number = std::get_if<int64_t>(&value.value)) {
    if (*number >= -kExactIntegers && *number <= kExactIntegers) {
      return FactValue{static_cast<double>(*number)};
    }
  }
  return Expected("a number");
}

absl::StatusOr<FactValue> AcceptEnum(const cel::EnumType& type, const FactValue& value) {
  const std::string* name = std::get_if<std::string>(&value.value);
  if (name == nullptr) return Expected(EnumValues(type));
  if (type.OrdinalOf(*name).has_value()) return value;
  const std::string hint = base::DidYouMean(*name, type.values);
  return absl::InvalidArgumentError(absl::StrCat("`", *name, "` is no ", type.name, ": expected ",
                                                 EnumValues(type), hint.empty() ? "" : "; ", hint));
}

absl::StatusOr<FactValue> AcceptTimestamp(const FactValue& value) {
  static const absl::Time kFirst = absl::FromCivil(absl::CivilYear(1), absl::UTCTimeZone());
  static const absl::Time kEnd = absl::FromCivil(absl::CivilYear(10000), absl::UTCTimeZone());
  absl::Time time;
  if (const absl::Time* given = std::get_if<absl::Time>(&value.value)) {
    time = *given;
  } else if (const std::string* text = std::get_if<std::string>(&value.value)) {
    if (!absl::ParseTime(absl::RFC3339_full, *text, &time, nullptr)) {
      return Expected("a timestamp such as `2026-03-01T09:30:00+08:00`");
    }
  } else {
    return Expected("a timestamp such as `2026-03-01T09:30:00+08:00`");
  }
  if (time < kFirst || time >= kEnd) return Expected("a timestamp within the years 1 to 9999");
  return FactValue{time};
}

absl::StatusOr<FactValue> AcceptDuration(const FactValue& value) {
  absl::Duration duration;
  if (const absl::Duration* given = std::get_if<absl::Duration>(&value.value)) {
    duration = *given;
  } else {
    const std::string* text = std::get_if<std::string>(&value.value);
    if (text == nullptr || !absl::ParseDuration(*text, &duration)) {
      return Expected("a duration such as `90s`, `1.5h` or `72h30m`");
    }
  }
  // The span between the first and the last timestamp there can be.
  if (absl::AbsDuration(duration) > absl::Hours(24) * 366 * 10000) {
    return Expected("a duration of at most 10000 years");
  }
  return FactValue{duration};
}

absl::StatusOr<FactValue> AcceptAs(const Type& type, const FactValue& value) {
  switch (type.kind()) {
    case TypeKind::kNullable:
      if (std::holds_alternative<std::monostate>(value.value)) return value;
      return AcceptAs(type.parameter(0), value);
    case TypeKind::kBool:
      if (std::holds_alternative<bool>(value.value)) return value;
      return Expected("`true` or `false`");
    case TypeKind::kInt:
      return AcceptInt(value);
    case TypeKind::kDouble:
      return AcceptDouble(value);
    case TypeKind::kString: {
      const std::string* text = std::get_if<std::string>(&value.value);
      if (text == nullptr) return Expected("a text");
      if (text->size() > base::kMaxFactTextBytes) {
        return Expected(absl::StrCat("at most ", base::kMaxFactTextBytes, " bytes"));
      }
      return value;
    }
    case TypeKind::kEnum:
      return AcceptEnum(*type.enum_type(), value);
    case TypeKind::kTimestamp:
      return AcceptTimestamp(value);
    case TypeKind::kDuration:
      return AcceptDuration(value);
    case TypeKind::kList: {
      const FactList* list = std::get_if<FactList>(&value.value);
      if (list == nullptr)
        return Expected(absl::StrCat("a list of `", type.parameter(0).ToString(), "`"));
      if (list->size() > base::kMaxFactListElements) {
        return Expected(absl::StrCat("at most ", base::kMaxFactListElements, " elements"));
      }
      FactList out;
      for (size_t i = 0; i < list->size(); ++i) {
        auto element = AcceptAs(type.parameter(0), (*list)[i]);
        if (!element.ok()) {
          return absl::InvalidArgumentError(
              absl::StrCat("element ", i, ": ", element.status().message()));
        }
        out.push_back(*std::move(element));
      }
      return FactValue{std::move(out)};
    }
    default:
      return Expected(absl::StrCat("a `", type.ToString(), "`"));
  }
}

absl::Status CheckRange(const Fact& fact, const FactValue& value) {
  double number = 0;
  if (const int64_t* whole = std::get_if<int64_t>(&value.value)) {
    number = static_cast<double>(*whole);
  } else if (const double* real = std::get_if<double>(&value.value)) {
    number = *real;
  } else {
    return absl::OkStatus();
  }
  if (fact.minimum.has_value() && number < *fact.minimum) {
    return absl::InvalidArgumentError(absl::StrCat("must be at least ", *fact.minimum));
  }
  if (fact.maximum.has_value() && number > *fact.maximum) {
    return absl::InvalidArgumentError(absl::StrCat("must be at most ", *fact.maximum));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FactValue> Accept(const Fact& fact, FactValue value) {
  auto accepted = AcceptAs(fact.type, value);
  if (!accepted.ok()) return accepted;
  if (absl::Status range = CheckRange(fact, *accepted); !range.ok()) return range;
  return accepted;
}

}  // namespace leadgrade::facts
