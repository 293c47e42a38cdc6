#include "engine/rules/rule_set_loader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/limits.h"
#include "engine/rules/expressions.h"

namespace leadgrade::rules {
namespace {

using cel::Type;
using cel::TypeKind;

bool GivesList(const RuleSet& set) {
  return set.hit_policy == HitPolicy::kRuleOrder ||
         (set.hit_policy == HitPolicy::kCollect && set.aggregation == Aggregation::kNone);
}

bool IsNullable(const Output& output) { return output.type.kind() == TypeKind::kNullable; }

template <typename T>
std::optional<T> ReadName(base::IssueList* issues, const Located& at, absl::string_view what,
                          const std::vector<std::pair<std::string, T>>& names) {
  const std::optional<std::string> text = ReadText(issues, at);
  if (!text.has_value()) return std::nullopt;
  std::vector<std::string> known;
  for (const auto& [name, value] : names) {
    if (*text == name) return value;
    known.push_back(name);
  }
  AddIssue(issues, at, "bad-value",
           absl::StrCat("`", *text, "` is no ", what, ": expected ", absl::StrJoin(known, ", ")),
           base::DidYouMean(*text, known));
  return std::nullopt;
}

}  // namespace

Type ReadAs(const RuleSet& set, const Type& type) {
  if (GivesList(set)) return Type::List(type);
  if (set.aggregation == Aggregation::kCount) return Type(TypeKind::kInt);
  return type;
}

void RuleSetLoader::ReadHeader(const MapReader& document, const std::string& name,
                               const Located& name_at, std::string description,
                               const std::vector<std::shared_ptr<const cel::EnumType>>& enums) {
  if (bundle_->FindRuleSet(name) != nullptr) {
    AddIssue(issues_, name_at, "duplicate-name",
             absl::StrCat("the rule set `", name, "` is declared already"));
    return;
  }
  RuleSet set;
  set.name = name;
  set.span = name_at.Span();
  set.description = std::move(description);
  const bool policy_known = ReadHitPolicy(document, &set);
  document.Require("outputs");
  for (const Located& item : document.List("outputs").value_or(std::vector<Located>())) {
    ReadOutput(item, enums, policy_known, &set);
  }
  bundle_->rule_sets.push_back(std::move(set));
  documents_.push_back(document);
  names_.push_back(name_at);
}

bool RuleSetLoader::ReadHitPolicy(const MapReader& document, RuleSet* set) {
  const auto policy_at = document.Find("hitPolicy");
  if (policy_at.has_value()) {
    const auto policy = ReadName<HitPolicy>(issues_, *policy_at, "hit policy",
                                            {{"UNIQUE", HitPolicy::kUnique},
                                             {"FIRST", HitPolicy::kFirst},
                                             {"PRIORITY", HitPolicy::kPriority},
                                             {"ANY", HitPolicy::kAny},
                                             {"COLLECT", HitPolicy::kCollect},
                                             {"RULE ORDER", HitPolicy::kRuleOrder}});
    if (!policy.has_value()) return false;
    set->hit_policy = *policy;
  }
  const auto at = document.Find("aggregation");
  if (!at.has_value()) return true;
  if (set->hit_policy != HitPolicy::kCollect) {
    AddIssue(issues_, *at, "bad-value", "`aggregation` goes with `hitPolicy: COLLECT`");
    return true;
  }
  // Where it is wrong: one that gives a single value, as all of them do.
  set->aggregation = ReadName<Aggregation>(issues_, *at, "aggregation",
                                           {{"SUM", Aggregation::kSum},
                                            {"MIN", Aggregation::kMin},
                                            {"MAX", Aggregation::kMax},
                                            {"COUNT", Aggregation::kCount}})
                         .value_or(Aggregation::kMax);
  return true;
}

void RuleSetLoader::CheckAggregation(const Located& at, const RuleSet& set, const Type& type) {
  const TypeKind kind = type.kind();
  const bool number = kind == TypeKind::kInt || kind == TypeKind::kDouble;
  const bool ordered = number || kind == TypeKind::kEnum || kind == TypeKind::kString ||
                       kind == TypeKind::kTimestamp || kind == TypeKind::kDuration;
  if (set.aggregation == Aggregation::kSum && !number) {
    AddIssue(issues_, at, "bad-value", "SUM needs an output of type `int` or `double`");
  }
  if ((set.aggregation == Aggregation::kMin || set.aggregation == Aggregation::kMax) && !ordered) {
    AddIssue(issues_, at, "bad-value", "MIN and MAX need an output whose type has an order");
  }
}

void RuleSetLoader::ReadOutput(const Located& at,
                               const std::vector<std::shared_ptr<const cel::EnumType>>& enums,
                               bool policy_known, RuleSet* set) {
  const MapReader reader(issues_, at, kOutputFormat);
  if (!reader.is_map()) return;
  const auto name_at = reader.Require("name");
  const auto type_at = reader.Require("type");
  if (!name_at.has_value() || !type_at.has_value()) return;
  const std::optional<std::string> name = ReadIdentifier(issues_, *name_at);
  // An output whose type is wrong stays in scope, so that its uses are not reported as well.
  const std::optional<Type> type = ReadType(issues_, *type_at, enums);
  if (!name.has_value()) return;
  if (std::any_of(set->outputs.begin(), set->outputs.end(),
                  [&](const Output& other) { return other.name == *name; })) {
    AddIssue(issues_, *name_at, "duplicate-name",
             absl::StrCat("the output `", *name, "` is declared already"));
    return;
  }
  if (type.has_value()) CheckAggregation(*type_at, *set, *type);
  Output output;
  output.name = *name;
  output.type = type.value_or(Type());
  if (reader.Bool("nullable").value_or(false)) output.type = Type::Nullable(output.type);
  if (const auto priority = reader.Find("priority")) {
    if (policy_known && set->hit_policy != HitPolicy::kPriority) {
      AddIssue(issues_, *priority, "bad-value", "`priority` goes with `hitPolicy: PRIORITY`");
    }
    priorities_.push_back({static_cast<int>(bundle_->rule_sets.size()),
                           static_cast<int>(set->outputs.size()), *priority});
  } else if (set->hit_policy == HitPolicy::kPriority && set->outputs.empty()) {
    AddIssue(issues_, at, "missing-key",
             "under PRIORITY the first output lists its values in `priority`, the strongest first");
  }
  set->outputs.push_back(std::move(output));
}

int32_t RuleSetLoader::Declare(cel::Env* env, int32_t next_slot) {
  for (size_t i = 0; i < bundle_->rule_sets.size(); ++i) {
    RuleSet& set = bundle_->rule_sets[i];
    for (Output& output : set.outputs) {
      output.slot = next_slot++;
      const absl::Status status = env->AddVariable(absl::StrCat(set.name, ".", output.name),
                                                   ReadAs(set, output.type), output.slot);
      if (!status.ok()) {
        AddIssue(issues_, names_[i], "duplicate-name", std::string(status.message()));
      }
    }
  }
  return next_slot;
}

void RuleSetLoader::CompileRules(const cel::Env& env) {
  ReadPriorities(env);
  for (size_t i = 0; i < bundle_->rule_sets.size(); ++i) {
    RuleSet& set = bundle_->rule_sets[i];
    const MapReader& document = documents_[i];
    document.Require("rules");
    for (const Located& item : document.List("rules").value_or(std::vector<Located>())) {
      if (++rule_count_ > base::kMaxRules) {
        AddIssue(issues_, item, "limit",
                 absl::StrCat("a bundle has at most ", base::kMaxRules, " rules"));
        return;
      }
      ReadRule(item, env, &set);
    }
    if (const auto at = document.Find("default")) {
      set.defaults = ReadOutcome(*at, env, set, !GivesList(set));
    }
  }
  OrderRuleSets();
}

void RuleSetLoader::ReadPriorities(const cel::Env& env) {
  for (const PendingPriority& pending : priorities_) {
    Output& output = bundle_->rule_sets[pending.rule_set].outputs[pending.output];
    if (!pending.at->is_sequence()) {
      AddIssue(issues_, pending.at, "wrong-shape",
               "expected a list of values, the strongest first");
      continue;
    }
    for (const YamlNode& item : pending.at->items) {
      const ProgramPtr value =
          CompileValue(issues_, pending.at.At(item), env, output.type.WithoutNull());
      if (value == nullptr) continue;
      if (value->expr().kind != cel::ExprKind::kConstant) {
        AddIssue(issues_, pending.at.At(item), "bad-value", "a priority is a constant");
        continue;
      }
      if (std::any_of(output.priority.begin(), output.priority.end(), [&](const cel::Value& other) {
            return cel::Equal(other, value->expr().constant);
          })) {
        AddIssue(issues_, pending.at.At(item), "duplicate-name",
                 absl::StrCat("`", item.text, "` is listed already"));
      }
      // The program owns the text that its constant points to.
      output.priority.push_back(value->expr().constant);
      output.priority_programs.push_back(value);
    }
  }
}

void RuleSetLoader::ReadRule(const Located& at, const cel::Env& env, RuleSet* set) {
  const MapReader reader(issues_, at, kRuleFormat);
  if (!reader.is_map()) return;
  Rule rule;
  const auto id_at = reader.Require("id");
  if (id_at.has_value()) {
    rule.id = ReadText(issues_, *id_at).value_or("");
    rule.span = id_at->Span();
    if (!IsKebabName(rule.id)) {
      AddIssue(issues_, *id_at, "invalid-name",
               absl::StrCat("`", rule.id, "` is no rule id: letters, digits, `-`, `_` and `.`"));
    }
    for (const Rule& other : set->rules) {
      if (other.id == rule.id) {
        AddIssue(issues_, *id_at, "duplicate-name",
                 absl::StrCat("the rule `", rule.id, "` is in this rule set already"));
      }
    }
  }
  if (reader.Require("reason").has_value()) {
    rule.reason = reader.Localized("reason").value_or(base::LocalizedText());
  }
  rule.description = reader.Text("description").value_or("");
  if (const auto when = reader.Find("when")) {
    Condition condition = CompileCondition(issues_, *when, env);
    rule.when = std::move(condition.when);
    rule.terms = std::move(condition.terms);
  }
  if (const auto then = reader.Require("then")) {
    rule.then = ReadOutcome(*then, env, *set, !GivesList(*set));
    if (set->hit_policy == HitPolicy::kPriority) CheckPriority(*then, *set, rule);
  }
  rule.then.resize(set->outputs.size());
  set->rules.push_back(std::move(rule));
}

std::vector<ProgramPtr> RuleSetLoader::ReadOutcome(const Located& values, const cel::Env& env,
                                                   const RuleSet& set, bool complete) {
  std::vector<ProgramPtr> outcome(set.outputs.size());
  if (!values->is_map()) {
    AddIssue(issues_, values, "wrong-shape", "expected a map of outputs to values");
    return outcome;
  }
  std::vector<std::string> names;
  for (const Output& output : set.outputs) names.push_back(output.name);
  for (const auto& [key, value] : values->entries) {
    const auto it = std::find(names.begin(), names.end(), key.text);
    if (it == names.end()) {
      AddIssue(issues_, values.At(key), "unknown-name",
               absl::StrCat("`", set.name, "` has no output `", key.text, "`"),
               base::DidYouMeanOrAll(key.text, names));
      complete = false;  // the one that is missing is likely this one
      continue;
    }
    const size_t index = it - names.begin();
    if (values->Find(key.text) != &value) {
      AddIssue(issues_, values.At(key), "duplicate-key",
               absl::StrCat("`", key.text, "` is given twice"));
      continue;
    }
    if (value.is_null() && IsNullable(set.outputs[index])) continue;
    outcome[index] = CompileValue(issues_, values.At(value), env, set.outputs[index].type);
  }
  for (size_t i = 0; complete && i < names.size(); ++i) {
    if (values->Find(names[i]) == nullptr && !IsNullable(set.outputs[i])) {
      AddIssue(issues_, values, "missing-key",
               absl::StrCat("no value for the output `", names[i], "`"));
    }
  }
  return outcome;
}

void RuleSetLoader::CheckPriority(const Located& then, const RuleSet& set, const Rule& rule) {
  if (set.outputs.empty() || set.outputs[0].priority.empty() || rule.then[0] == nullptr) return;
  const auto& order = set.outputs[0].priority;
  const cel::Expr& value = rule.then[0]->expr();
  if (value.kind != cel::ExprKind::kConstant) return;
  if (std::none_of(order.begin(), order.end(),
                   [&](const cel::Value& other) { return cel::Equal(other, value.constant); })) {
    const Located at = then.At(*then->Find(set.outputs[0].name));
    AddIssue(issues_, at, "bad-value",
             absl::StrCat("`", at->text, "` is not in the `priority` of the output `",
                          set.outputs[0].name, "`"));
  }
}

void RuleSetLoader::OrderRuleSets() {
  auto& sets = bundle_->rule_sets;
  const auto owner = [&](int32_t slot) {
    for (size_t i = 0; i < sets.size(); ++i) {
      for (const Output& output : sets[i].outputs) {
        if (output.slot == slot) return static_cast<int>(i);
      }
    }
    return -1;
  };
  std::vector<std::vector<int>> depends_on(sets.size());
  for (size_t i = 0; i < sets.size(); ++i) {
    const auto add = [&](const ProgramPtr& program) {
      if (program == nullptr) return;
      for (int32_t slot : program->slots()) {
        if (const int set = owner(slot); set >= 0) depends_on[i].push_back(set);
      }
    };
    for (const Rule& rule : sets[i].rules) {
      add(rule.when);
      for (const ProgramPtr& value : rule.then) add(value);
    }
    for (const ProgramPtr& value : sets[i].defaults) add(value);
  }
  std::vector<int> cycle;
  bundle_->evaluation_order = DependencyOrder(depends_on, &cycle);
  if (!cycle.empty()) {
    AddIssue(issues_, names_[cycle.front()], "cycle",
             absl::StrCat("rule sets read each other's outputs: ",
                          absl::StrJoin(cycle, " -> ",
                                        [&](std::string* out, int i) { *out += sets[i].name; })));
  }
}

}  // namespace leadgrade::rules
