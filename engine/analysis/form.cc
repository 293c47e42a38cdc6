#include "engine/analysis/form.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace leadgrade::analysis {

using cel::Expr;
using cel::ExprKind;
using cel::TypeKind;

namespace {

constexpr std::array<std::pair<absl::string_view, Relation>, 6> kRelations = {
    {{"_==_", Relation::kEqual},
     {"_!=_", Relation::kNotEqual},
     {"_<_", Relation::kLess},
     {"_<=_", Relation::kAtMost},
     {"_>_", Relation::kMore},
     {"_>=_", Relation::kAtLeast}}};

std::optional<Relation> RelationOf(const Expr& expr) {
  for (const auto& [name, relation] : kRelations) {
    if (cel::IsCall(expr, name)) return relation;
  }
  return std::nullopt;
}

Relation Negated(Relation relation) {
  switch (relation) {
    case Relation::kEqual:
      return Relation::kNotEqual;
    case Relation::kNotEqual:
      return Relation::kEqual;
    case Relation::kLess:
      return Relation::kAtLeast;
    case Relation::kAtMost:
      return Relation::kMore;
    case Relation::kMore:
      return Relation::kAtMost;
    case Relation::kAtLeast:
      return Relation::kLess;
  }
  return relation;
}

// With the sides exchanged.
Relation Turned(Relation relation) {
  switch (relation) {
    case Relation::kLess:
      return Relation::kMore;
    case Relation::kAtMost:
      return Relation::kAtLeast;
    case Relation::kMore:
      return Relation::kLess;
    case Relation::kAtLeast:
      return Relation::kAtMost;
    default:
      return relation;
  }
}

absl::string_view NameOf(Relation relation) {
  constexpr std::array<absl::string_view, 6> kNames = {"==", "!=", "<", "<=", ">", ">="};
  return kNames[static_cast<size_t>(relation)];
}

// Whole numbers have no room between a bound and the next number.
void MakeInclusive(Form* form) {
  if (form->type.kind() != TypeKind::kInt || form->constant.kind() != cel::Kind::kInt) return;
  const int64_t bound = form->constant.int_value();
  if (form->relation == Relation::kLess && bound > std::numeric_limits<int64_t>::min()) {
    form->relation = Relation::kAtMost;
    form->constant = cel::Value::Int(bound - 1);
  } else if (form->relation == Relation::kMore && bound < std::numeric_limits<int64_t>::max()) {
    form->relation = Relation::kAtLeast;
    form->constant = cel::Value::Int(bound + 1);
  }
}

Form Other(const Expr& expr, bool negated) {
  Form form;
  form.range = expr.range;
  form.text = absl::StrCat(negated ? "!" : "", TextOf(expr));
  return form;
}

Form Comparison(const Expr& subject, Relation relation, const cel::Value& constant,
                const cel::Range& range) {
  Form form;
  form.kind = Form::Kind::kComparison;
  form.subject = TextOf(subject);
  form.type = subject.type.WithoutNull();
  form.relation = relation;
  form.constant = constant;
  form.range = range;
  MakeInclusive(&form);
  Rewrite(&form);
  return form;
}

Form Make(const Expr& expr, bool negated);

Form Join(const Expr& expr, bool negated) {
  Form form;
  form.kind = cel::IsCall(expr, "_&&_") != negated ? Form::Kind::kAll : Form::Kind::kAny;
  form.range = expr.range;
  for (const auto& operand : expr.operands) form.parts.push_back(Make(*operand, negated));
  Rewrite(&form);
  return form;
}

// A comparison with a constant, on whichever side.
std::optional<Form> AsComparison(const Expr& expr, bool negated) {
  std::optional<Relation> relation = RelationOf(expr);
  if (!relation.has_value()) return std::nullopt;
  const Expr* subject = expr.operands[0].get();
  const Expr* constant = expr.operands[1].get();
  if (subject->kind == ExprKind::kConstant) {
    std::swap(subject, constant);
    relation = Turned(*relation);
  }
  if (subject->kind == ExprKind::kConstant || constant->kind != ExprKind::kConstant) {
    return std::nullopt;
  }
  const bool equality = *relation == Relation::kEqual || *relation == Relation::kNotEqual;
  if (equality && subject->type.kind() == TypeKind::kBool &&
      constant->constant.kind() == cel::Kind::kBool) {
    const bool same = constant->constant.bool_value() == (*relation == Relation::kEqual);
    return Make(*subject, negated == same);
  }
  return Comparison(*subject, negated ? Negated(*relation) : *relation, constant->constant,
                    expr.range);
}

Form Make(const Expr& expr, bool negated) {
  if (cel::IsCall(expr, "!_")) return Make(*expr.operands[0], !negated);
  if (cel::IsCall(expr, "_&&_") || cel::IsCall(expr, "_||_")) return Join(expr, negated);
  if (expr.kind == ExprKind::kConstant && expr.constant.kind() == cel::Kind::kBool) {
    Form form;
    form.kind = expr.constant.bool_value() != negated ? Form::Kind::kAll : Form::Kind::kAny;
    form.range = expr.range;
    Rewrite(&form);
    return form;
  }
  if (const auto comparison = AsComparison(expr, negated)) return *comparison;
  const bool single = cel::IsCall(expr, "@in") && expr.operands[1]->kind == ExprKind::kConstant &&
                      expr.operands[1]->constant.kind() == cel::Kind::kList &&
                      expr.operands[1]->constant.elements().size() == 1;
  if (single) {
    return Comparison(*expr.operands[0], negated ? Relation::kNotEqual : Relation::kEqual,
                      expr.operands[1]->constant.elements()[0], expr.range);
  }
  return Other(expr, negated);
}

// Elements in any order, for what is `in` them.
std::string SetText(const cel::Value& list) {
  std::vector<std::string> elements;
  for (const cel::Value& element : list.elements()) elements.push_back(cel::ToString(element));
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  return absl::StrCat("{", absl::StrJoin(elements, ", "), "}");
}

}  // namespace

Form FormOf(const Expr& condition) { return Make(condition, false); }

std::string TextOf(const Expr& expr) {
  if (expr.kind == ExprKind::kConstant) return cel::ToString(expr.constant);
  if (expr.kind == ExprKind::kIdent) return expr.name;
  std::vector<std::string> parts;
  for (const auto& operand : expr.operands) parts.push_back(TextOf(*operand));
  if (cel::IsCall(expr, "@in") && expr.operands[1]->kind == ExprKind::kConstant &&
      expr.operands[1]->constant.kind() == cel::Kind::kList) {
    parts[1] = SetText(expr.operands[1]->constant);
  }
  std::string name = expr.name;
  if (const auto relation = RelationOf(expr)) {
    // `b > a` is `a < b`; of equals the order is free.
    const bool turn = *relation == Relation::kMore || *relation == Relation::kAtLeast;
    const bool equality = *relation == Relation::kEqual || *relation == Relation::kNotEqual;
    if (turn || (equality && parts[1] < parts[0])) std::swap(parts[0], parts[1]);
    name = std::string(NameOf(turn ? Turned(*relation) : *relation));
  }
  if (expr.comprehension != nullptr) {
    const cel::Comprehension& fold = *expr.comprehension;
    absl::StrAppend(&name, fold.iter_var, ",", fold.iter_var2, ",", fold.accu_var);
    for (const auto* part : {&fold.range, &fold.init, &fold.condition, &fold.step, &fold.result}) {
      parts.push_back(TextOf(**part));
    }
  }
  return absl::StrCat(static_cast<int>(expr.kind), expr.test_only ? "has " : " ", name, "(",
                      absl::StrJoin(parts, ", "), ")", absl::StrJoin(expr.field_names, ","),
                      absl::StrJoin(expr.optional, ",", [](std::string* out, char optional) {
                        out->append(optional != 0 ? "?" : "");
                      }));
}

void Rewrite(Form* form) {
  if (form->kind == Form::Kind::kOther) return;
  if (form->kind == Form::Kind::kComparison) {
    form->text = absl::StrCat(form->subject, " ", NameOf(form->relation), " ",
                              cel::ToString(form->constant));
    return;
  }
  std::vector<Form> parts;
  for (Form& part : form->parts) {
    if (part.kind == form->kind) {
      std::move(part.parts.begin(), part.parts.end(), std::back_inserter(parts));
    } else {
      parts.push_back(std::move(part));
    }
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Form& a, const Form& b) { return a.text < b.text; });
  parts.erase(std::unique(parts.begin(), parts.end(),
                          [](const Form& a, const Form& b) { return a.text == b.text; }),
              parts.end());
  if (parts.size() == 1) {
    Form only = std::move(parts.front());
    *form = std::move(only);
    return;
  }
  form->parts = std::move(parts);
  form->text = absl::StrCat(
      form->kind == Form::Kind::kAll ? "all(" : "any(",
      absl::StrJoin(form->parts, "; ",
                    [](std::string* out, const Form& part) { out->append(part.text); }),
      ")");
}

bool HasBounds(const cel::Type& type) {
  switch (type.WithoutNull().kind()) {
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
      return true;
    default:
      return false;
  }
}

bool Holds(const cel::Value& value, Relation relation, const cel::Value& constant) {
  switch (relation) {
    case Relation::kEqual:
      return cel::Equal(value, constant);
    case Relation::kNotEqual:
      return !cel::Equal(value, constant);
    default:
      break;
  }
  const int order = cel::Compare(value, constant);
  switch (relation) {
    case Relation::kLess:
      return order == -1;
    case Relation::kAtMost:
      return order == -1 || order == 0;
    case Relation::kMore:
      return order == 1;
    default:
      return order == 1 || order == 0;
  }
}

}  // namespace leadgrade::analysis
