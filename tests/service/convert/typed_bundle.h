// A bundle with a fact of each type, and violations as text.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/rules/bundle.h"
#include "service/convert/fact_input.h"

namespace leadgrade::testing {

inline std::shared_ptr<const cel::EnumType> Levels() {
  static const auto* const levels = new std::shared_ptr<const cel::EnumType>(
      std::make_shared<cel::EnumType>(cel::EnumType{"Level", {"LOW", "MIDDLE", "HIGH"}}));
  return *levels;
}

// Facts by type: `flag`, `count` (0 to 9), `whole`, `amount`, `text`, `level`, `time`, `span`,
// `maybe` (nullable int), and lists: `counts`, `levels`, `times`, `spans`, `matrix` (of lists of
// int). Grades D to A. Any event type.
inline std::shared_ptr<const rules::Bundle> TypedBundle() {
  using cel::Type;
  using cel::TypeKind;
  const Type integer(TypeKind::kInt), time(TypeKind::kTimestamp), span(TypeKind::kDuration);
  const Type level = Type::Enum(Levels());
  const std::vector<std::pair<std::string, Type>> types = {
      {"flag", Type(TypeKind::kBool)},
      {"count", integer},
      {"whole", integer},
      {"amount", Type(TypeKind::kDouble)},
      {"text", Type(TypeKind::kString)},
      {"level", level},
      {"time", time},
      {"span", span},
      {"maybe", Type::Nullable(integer)},
      {"counts", Type::List(integer)},
      {"levels", Type::List(level)},
      {"times", Type::List(time)},
      {"spans", Type::List(span)},
      {"matrix", Type::List(Type::List(integer))},
  };
  auto bundle = std::make_shared<rules::Bundle>();
  bundle->name = "typed";
  bundle->grade_enum =
      std::make_shared<cel::EnumType>(cel::EnumType{"Grade", {"D", "C", "B", "A"}});
  for (const auto& [name, type] : types) {
    facts::Fact fact;
    fact.name = name;
    fact.type = type;
    if (name == "count") {
      fact.minimum = 0;
      fact.maximum = 9;
    }
    bundle->schema.fact_index[name] = static_cast<int>(bundle->schema.facts.size());
    bundle->schema.facts.push_back(std::move(fact));
  }
  return bundle;
}

// "field: description" each.
inline std::vector<std::string> Lines(const std::vector<convert::FieldViolation>& violations) {
  std::vector<std::string> lines;
  for (const auto& violation : violations) {
    lines.push_back(absl::StrCat(violation.field, ": ", violation.description));
  }
  return lines;
}

}  // namespace leadgrade::testing
