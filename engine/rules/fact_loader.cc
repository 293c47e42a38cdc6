#include "engine/rules/fact_loader.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "engine/base/limits.h"
#include "engine/rules/expressions.h"

namespace leadgrade::rules {
namespace {

using cel::Type;
using cel::TypeKind;
using facts::Aggregate;
using facts::Fact;

// The value in `choices` that `key` names; nullopt with an issue for another one.
template <typename T>
std::optional<T> ReadChoice(base::IssueList* issues, const MapReader& reader, absl::string_view key,
                            std::initializer_list<std::pair<const char*, T>> choices) {
  const std::optional<Located> at = reader.Require(key);
  if (!at.has_value()) return std::nullopt;
  const std::optional<std::string> text = ReadText(issues, *at);
  if (!text.has_value()) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (*text == name) return value;
    names.push_back(name);
  }
  const std::string hint = base::DidYouMean(*text, names);
  AddIssue(issues, *at, "bad-value",
           absl::StrCat("`", *text, "` is no value of `", key, "`: expected ",
                        absl::StrJoin(names, ", ")),
           hint);
  return std::nullopt;
}

// Texts that must be among `known`, where that is not empty.
std::vector<std::string> ReadNames(base::IssueList* issues, const MapReader& reader,
                                   absl::string_view key, absl::string_view what,
                                   const std::vector<std::string>& known) {
  std::vector<std::string> names;
  for (const Located& item : reader.Texts(key)) {
    names.push_back(item->text);
    if (!known.empty() && std::find(known.begin(), known.end(), item->text) == known.end()) {
      AddIssue(issues, item, "unknown-name", absl::StrCat("unknown ", what, " `", item->text, "`"),
               base::DidYouMeanOrAll(item->text, known));
    }
  }
  return names;
}

}  // namespace

void FactLoader::ReadTypes(const MapReader& document) {
  if (const auto types = document.Find("types")) {
    if (!(*types)->is_map()) {
      AddIssue(issues_, *types, "wrong-shape", "expected a map of names to lists of values");
      return;
    }
    for (const auto& [key, value] : (*types)->entries) {
      const std::optional<std::string> name = ReadIdentifier(issues_, types->At(key));
      const Located at = types->At(value);
      if (!name.has_value()) continue;
      if (!at->is_sequence() || at->items.empty()) {
        AddIssue(issues_, at, "wrong-shape", "expected a list of values, worst to best");
      }
      // A type whose values are wrong stays known, so that its uses are not reported as well.
      auto type = std::make_shared<cel::EnumType>();
      type->name = *name;
      for (const YamlNode& item : at->items) {
        const std::optional<std::string> element = ReadIdentifier(issues_, at.At(item));
        if (!element.has_value()) continue;
        if (type->OrdinalOf(*element).has_value()) {
          AddIssue(issues_, at.At(item), "duplicate-name",
                   absl::StrCat("`", *element, "` is a value of `", *name, "` already"));
          continue;
        }
        type->values.push_back(*element);
      }
      const bool taken = std::any_of(schema_->enums.begin(), schema_->enums.end(),
                                     [&](const auto& other) { return other->name == type->name; });
      if (taken || type->name == "Action") {
        AddIssue(issues_, types->At(key), "duplicate-name",
                 taken ? absl::StrCat("the type `", *name, "` is declared already")
                       : "`Action` is the type of the action catalog's codes");
        continue;
      }
      schema_->enums.push_back(std::move(type));
      schema_->enum_spans.push_back(types->At(key).Span());
    }
  }
  for (const Located& item : document.Texts("events")) {
    const std::optional<std::string> name = ReadIdentifier(issues_, item);
    if (!name.has_value()) continue;
    auto& known = schema_->event_types;
    if (std::find(known.begin(), known.end(), *name) != known.end()) {
      AddIssue(issues_, item, "duplicate-name", absl::StrCat("`", *name, "` is listed already"));
      continue;
    }
    known.push_back(*name);
    schema_->event_type_spans.push_back(item.Span());
  }
}

void FactLoader::ReadSourceRoles(const MapReader& document) {
  const auto at = document.Find("sourceRoles");
  if (!at.has_value()) return;
  const std::optional<std::string> name = ReadText(issues_, *at);
  if (!name.has_value()) return;
  std::vector<std::string> known;
  for (const auto& type : schema_->enums) {
    known.push_back(type->name);
    if (type->name != *name) continue;
    if (schema_->source_roles != nullptr) {
      AddIssue(issues_, *at, "duplicate-name", "the type of source roles is named already");
    }
    schema_->source_roles = type;
    return;
  }
  AddIssue(issues_, *at, "unknown-type", absl::StrCat("unknown type `", *name, "`"),
           base::DidYouMeanOrAll(*name, known));
}

void FactLoader::ReadAggregates(const MapReader& document,
                                const std::shared_ptr<const cel::EnumType>& grade_enum) {
  const auto aggregates = document.Find("aggregates");
  if (!aggregates.has_value()) return;
  if (!(*aggregates)->is_map()) {
    AddIssue(issues_, *aggregates, "wrong-shape", "expected a map of names to aggregates");
    return;
  }
  for (const auto& [key, value] : (*aggregates)->entries) {
    ReadAggregate(aggregates->At(key), aggregates->At(value), grade_enum);
  }
}

void FactLoader::ReadAggregate(const Located& name, const Located& at,
                               const std::shared_ptr<const cel::EnumType>& grade_enum) {
  const MapReader reader(issues_, at, kAggregateFormat);
  const std::optional<std::string> identifier = ReadIdentifier(issues_, name);
  if (!identifier.has_value()) return;
  Aggregate aggregate;
  aggregate.name = *identifier;
  aggregate.span = name.Span();
  const auto of = ReadChoice<Aggregate::Of>(
      issues_, reader, "of",
      {{"events", Aggregate::Of::kEvents}, {"gradeHistory", Aggregate::Of::kGradeHistory}});
  const auto take = ReadChoice<Aggregate::Take>(issues_, reader, "take",
                                                {{"count", Aggregate::Take::kCount},
                                                 {"first", Aggregate::Take::kFirst},
                                                 {"last", Aggregate::Take::kLast},
                                                 {"sum", Aggregate::Take::kSum}});
  if (!of.has_value() || !take.has_value()) {
    // It stays in scope, so that its uses are not reported as well.
    schema_->aggregates.push_back(std::move(aggregate));
    aggregate_places_.push_back(name);
    return;
  }
  aggregate.of = *of;
  aggregate.take = *take;
  const bool history = *of == Aggregate::Of::kGradeHistory;
  for (absl::string_view key : {"types", "rules", "grades"}) {
    const auto given = reader.Find(key);
    if (given.has_value() && history == (key == "types")) {
      AddIssue(issues_, *given, "bad-value",
               absl::StrCat("`", key,
                            "` does not go with `of: ", history ? "gradeHistory" : "events", "`"));
    }
  }
  aggregate.event_types = ReadNames(issues_, reader, "types", "event type", schema_->event_types);
  aggregate.grades =
      ReadNames(issues_, reader, "grades", "grade",
                grade_enum == nullptr ? std::vector<std::string>() : grade_enum->values);
  for (const Located& item : reader.Texts("rules")) {
    aggregate.rules.push_back(item->text);
    named_rules_.emplace_back(item->text, item);
  }
  if (const auto value = reader.Find("value")) ReadAggregateValue(reader, *value, &aggregate);
  if (const auto within = reader.Find("within")) ReadWindow(*within, &aggregate);
  switch (*take) {
    case Aggregate::Take::kCount:
      aggregate.type = Type(TypeKind::kInt);
      break;
    case Aggregate::Take::kSum:
      if (history) {
        AddIssue(issues_, *reader.Find("take"), "bad-value",
                 "`sum` is of event amounts; the grade history has none");
      }
      aggregate.type = Type(TypeKind::kDouble);
      break;
    case Aggregate::Take::kFirst:
    case Aggregate::Take::kLast:
      aggregate.type = Type::Nullable(Type(TypeKind::kTimestamp));
      if (aggregate.value == Aggregate::Value::kGrade && grade_enum != nullptr) {
        aggregate.type = Type::Nullable(Type::Enum(grade_enum));
      }
      break;
  }
  schema_->aggregates.push_back(std::move(aggregate));
  aggregate_places_.push_back(name);
}

void FactLoader::ReadAggregateValue(const MapReader& reader, const Located& at,
                                    Aggregate* aggregate) {
  const auto chosen = ReadChoice<Aggregate::Value>(issues_, reader, "value",
                                                   {{"time", Aggregate::Value::kTime},
                                                    {"grade", Aggregate::Value::kGrade},
                                                    {"due", Aggregate::Value::kDue}});
  if (!chosen.has_value()) return;
  const bool history = aggregate->of == Aggregate::Of::kGradeHistory;
  if (*chosen == (history ? Aggregate::Value::kDue : Aggregate::Value::kGrade)) {
    AddIssue(issues_, at, "bad-value",
             history ? "`value: due` is of events; a grade change is due at no time"
                     : "`value: grade` is of the grade history; an event has no grade");
    return;
  }
  if (aggregate->take == Aggregate::Take::kCount || aggregate->take == Aggregate::Take::kSum) {
    AddIssue(issues_, at, "bad-value", "`value` goes with `take: first` and `take: last`");
    return;
  }
  aggregate->value = *chosen;
}

void FactLoader::ReadWindow(const Located& at, Aggregate* aggregate) {
  const std::optional<std::string> text = ReadText(issues_, at);
  if (!text.has_value()) return;
  Aggregate::Window window;
  absl::string_view number = *text;
  constexpr int kMaxDays = 36600;
  const bool days = absl::ConsumeSuffix(&number, "d") && absl::SimpleAtoi(number, &window.days);
  if (days ? (window.days < 1 || window.days > kMaxDays)
           : (!absl::ParseDuration(*text, &window.duration) ||
              window.duration <= absl::ZeroDuration() ||
              window.duration > absl::Hours(24 * kMaxDays))) {
    AddIssue(issues_, at, "bad-value", absl::StrCat("`", *text, "` is no window"),
             "calendar days such as `90d`, or exact time such as `36h`");
    return;
  }
  aggregate->within = window;
}

void FactLoader::ReadFacts(const MapReader& document) {
  const auto facts = document.Find("facts");
  if (!facts.has_value()) return;
  if (!(*facts)->is_map()) {
    AddIssue(issues_, *facts, "wrong-shape", "expected a map of names to facts");
    return;
  }
  for (const auto& [key, value] : (*facts)->entries) {
    if (schema_->facts.size() >= base::kMaxFacts) {
      AddIssue(issues_, facts->At(key), "limit",
               absl::StrCat("a bundle has at most ", base::kMaxFacts, " facts"));
      return;
    }
    ReadFact(facts->At(key), facts->At(value));
  }
}

void FactLoader::ReadFact(const Located& name, const Located& at) {
  const MapReader reader(issues_, at, kFactFormat);
  const std::optional<std::string> identifier = ReadIdentifier(issues_, name);
  if (!identifier.has_value()) return;
  Fact fact;
  fact.name = *identifier;
  fact.span = name.Span();
  fact.title = reader.Localized("title").value_or(base::LocalizedText());
  fact.question = reader.Localized("question").value_or(base::LocalizedText());
  fact.description = reader.Text("description").value_or("");
  const bool nullable = reader.Bool("nullable").value_or(false);
  const auto type_at = reader.Require("type");
  std::optional<Type> type;
  if (type_at.has_value()) type = ReadType(issues_, *type_at, schema_->enums);
  // A fact whose type is wrong stays in scope, so that its uses are not reported as well.
  fact.type = type.value_or(Type());
  if (nullable && type.has_value()) fact.type = Type::Nullable(*type);
  if (const auto range = reader.Find("range")) ReadRange(*range, &fact);
  if (const auto likelihood = reader.Find("likelihood")) ReadLikelihood(*likelihood, &fact);
  ReadChange(reader, &fact);
  if (const auto derive = reader.Find("derive")) {
    derivations_.emplace_back(static_cast<int>(schema_->facts.size()), *derive);
  }
  schema_->facts.push_back(std::move(fact));
  fact_places_.push_back(name);
}

void FactLoader::ReadRange(const Located& at, Fact* fact) {
  const MapReader reader(issues_, at, kRangeFormat);
  if (!reader.is_map()) return;
  const TypeKind kind = fact->type.WithoutNull().kind();
  if (kind != TypeKind::kInt && kind != TypeKind::kDouble && kind != TypeKind::kDyn) {
    AddIssue(issues_, at, "bad-value", "a range is for `int` and `double` facts");
    return;
  }
  fact->minimum = reader.Number("min");
  fact->maximum = reader.Number("max");
  if (fact->minimum.has_value() && fact->maximum.has_value() && *fact->minimum > *fact->maximum) {
    AddIssue(issues_, at, "bad-value", "the range is empty: `min` is above `max`");
  }
}

void FactLoader::ReadLikelihood(const Located& at, Fact* fact) {
  std::vector<std::string> values;
  if (fact->type.kind() == TypeKind::kBool) values = {"false", "true"};
  if (fact->type.kind() == TypeKind::kEnum) values = fact->type.enum_type()->values;
  if (values.empty()) {
    if (fact->type.kind() == TypeKind::kDyn) return;  // reported where it is declared
    AddIssue(issues_, at, "bad-value",
             "a likelihood is for `bool` facts and enumerations that are not nullable");
    return;
  }
  if (!at->is_map()) {
    AddIssue(issues_, at, "wrong-shape", "expected a map of each value to how likely it is");
    return;
  }
  std::vector<double> weights(values.size(), -1);
  double sum = 0;
  for (const auto& [key, value] : at->entries) {
    const auto named = std::find(values.begin(), values.end(), key.text);
    double weight = 0;
    if (named == values.end()) {
      AddIssue(issues_, at.At(key), "unknown-name",
               absl::StrCat("`", key.text, "` is no value of the fact"),
               base::DidYouMeanOrAll(key.text, values));
    } else if (!value.is_scalar() || !absl::SimpleAtod(value.text, &weight) || !(weight >= 0) ||
               weight > 1e6) {
      AddIssue(issues_, at.At(value), "bad-value", "expected a number that is not negative");
    } else {
      weights[named - values.begin()] = weight;
      sum += weight;
    }
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (weights[i] >= 0) continue;
    AddIssue(issues_, at, "missing-key", absl::StrCat("`", values[i], "` has no likelihood"));
    return;
  }
  if (sum <= 0) {
    AddIssue(issues_, at, "bad-value", "one of the values must be possible");
    return;
  }
  for (double& weight : weights) weight /= sum;
  fact->likelihood = std::move(weights);
}

void FactLoader::ReadChange(const MapReader& reader, Fact* fact) {
  fact->changeable = reader.Bool("changeable").value_or(true);
  const auto at = reader.Find("changeCost");
  if (!at.has_value()) return;
  fact->change_cost = reader.Number("changeCost").value_or(1);
  if (!(fact->change_cost >= 0) || fact->change_cost > 1e9) {
    AddIssue(issues_, *at, "bad-value", "a cost is 0 to 1000000000");
  } else if (!fact->changeable) {
    AddIssue(issues_, *at, "bad-value", "what is not ours to change has no cost");
  }
}

void FactLoader::AddDeclared(const Located& at, const absl::Status& status) {
  if (status.ok()) return;
  AddIssue(issues_, at, "duplicate-name",
           at->text == "now" ? "`now` is the instant of the decision; nothing else is called so"
                             : std::string(status.message()));
}

void FactLoader::Declare(cel::Env* env) {
  for (size_t i = 0; i < schema_->aggregates.size(); ++i) {
    Aggregate& aggregate = schema_->aggregates[i];
    aggregate.slot = next_slot_++;
    AddDeclared(aggregate_places_[i],
                env->AddVariable(aggregate.name, aggregate.type, aggregate.slot));
  }
  for (size_t i = 0; i < schema_->facts.size(); ++i) {
    Fact& fact = schema_->facts[i];
    fact.slot = next_slot_++;
    AddDeclared(fact_places_[i], env->AddVariable(fact.name, fact.type, fact.slot));
    schema_->fact_index.emplace(fact.name, static_cast<int>(i));
  }
}

std::shared_ptr<facts::FactAttributes> FactLoader::MakeAttributes(int32_t next_slot) const {
  absl::flat_hash_set<int> derived;
  for (const auto& [index, at] : derivations_) derived.insert(index);
  return std::make_shared<facts::FactAttributes>(*schema_, std::move(derived), next_slot);
}

void FactLoader::CompileDerivations(const cel::Env& env, int32_t outputs_end) {
  for (const auto& [index, at] : derivations_) {
    Fact& fact = schema_->facts[index];
    fact.derivation = CompileAt(issues_, at, env, fact.type);
    if (fact.derivation == nullptr) continue;
    const auto& slots = fact.derivation->slots();
    const bool reads_output = std::any_of(slots.begin(), slots.end(), [&](int32_t slot) {
      return slot >= next_slot_ && slot < outputs_end;
    });
    if (reads_output) {
      AddIssue(issues_, at, "bad-value", "a fact is not derived from the output of a rule set",
               "rule sets read facts, and other rule sets");
      fact.derivation = nullptr;
    }
  }
  OrderDerivations();
}

void FactLoader::OrderDerivations() {
  auto& facts = schema_->facts;
  const int32_t first_slot = facts.empty() ? 0 : facts.front().slot;
  std::vector<std::vector<int>> depends_on(facts.size());
  for (size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].derivation == nullptr) continue;
    for (int32_t slot : facts[i].derivation->slots()) {
      // Attributes are of facts that are not derived.
      if (slot >= first_slot && slot < next_slot_) depends_on[i].push_back(slot - first_slot);
    }
  }
  std::vector<int> cycle;
  const std::vector<int> order = DependencyOrder(depends_on, &cycle);
  if (!cycle.empty()) {
    const std::string path =
        absl::StrJoin(cycle, " -> ", [&](std::string* out, int i) { *out += facts[i].name; });
    AddIssue(issues_, fact_places_[cycle.front()], "cycle",
             absl::StrCat("facts are derived from each other: ", path));
    return;
  }
  for (int i : order) {
    if (facts[i].derivation != nullptr) schema_->derivation_order.push_back(i);
  }
}

void FactLoader::CheckRuleNames(const std::vector<std::string>& rule_ids) {
  for (const auto& [name, at] : named_rules_) {
    if (std::find(rule_ids.begin(), rule_ids.end(), name) == rule_ids.end()) {
      AddIssue(issues_, at, "unknown-name", absl::StrCat("unknown rule `", name, "`"),
               base::DidYouMean(name, rule_ids));
    }
  }
}

}  // namespace leadgrade::rules
