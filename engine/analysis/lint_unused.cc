// What a bundle declares and nothing reads.
#include <algorithm>
#include <memory>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/analysis/lint.h"
#include "engine/analysis/lint_parts.h"

namespace leadgrade::analysis {

using cel::TypeKind;

namespace {

using Program = std::shared_ptr<const cel::Program>;

// All names that a bundle's expressions mention, as they are written: what is compiled no longer
// tells a parameter from its value.
class Mentions {
 public:
  explicit Mentions(const rules::Bundle& bundle) {
    for (const facts::Fact& fact : bundle.schema.facts) Add(fact.derivation);
    for (const rules::Parameter& parameter : bundle.parameters) Add(parameter.program);
    for (const rules::RuleSet& set : bundle.rule_sets) AddRuleSet(set);
    for (const rules::Property& property : bundle.properties) AddProperty(bundle, property);
    for (const rules::Relation& relation : bundle.relations) Add(relation.holds);
    for (const auto& [name, slot] : bundle.shown_slots) names_.insert(name);
  }

  bool Has(absl::string_view name) const { return names_.contains(name); }

 private:
  void AddRuleSet(const rules::RuleSet& set) {
    for (const rules::Output& output : set.outputs) {
      for (const Program& value : output.priority_programs) Add(value);
    }
    for (const rules::Rule& rule : set.rules) {
      Add(rule.when);
      for (const Program& value : rule.then) Add(value);
    }
    for (const Program& value : set.defaults) Add(value);
  }

  void AddProperty(const rules::Bundle& bundle, const rules::Property& property) {
    for (const Program& part : {property.given, property.left, property.right}) Add(part);
    if (property.fact >= 0) names_.insert(bundle.schema.facts[property.fact].name);
  }

  void Add(const Program& program) {
    if (program == nullptr) return;
    std::vector<cel::ExprIssue> unused;
    const cel::ExprPtr parsed = cel::Parse(program->source(), &unused);
    if (parsed != nullptr) Walk(*parsed);
  }

  void Walk(const cel::Expr& expr) {
    const absl::string_view name = expr.name;
    if (expr.kind == cel::ExprKind::kIdent)
      names_.insert(std::string(absl::StripPrefix(name, ".")));
    if (expr.kind == cel::ExprKind::kSelect) names_.insert(cel::QualifiedName(expr));
    for (const auto& operand : expr.operands) Walk(*operand);
    if (expr.comprehension == nullptr) return;
    const cel::Comprehension& fold = *expr.comprehension;
    for (const auto* part : {&fold.range, &fold.init, &fold.condition, &fold.step, &fold.result}) {
      Walk(**part);
    }
  }

  absl::flat_hash_set<std::string> names_;
};

void LintFacts(const Mentions& mentions, LintRun* run) {
  for (const facts::Fact& fact : run->bundle().schema.facts) {
    if (mentions.Has(fact.name)) continue;
    run->Report(kUnusedFact, fact.span,
                absl::StrCat("nothing reads the fact `", fact.name, "`: no rule, no derivation"),
                "read it, show it in `decision.outputs`, or take it out");
  }
  for (const facts::Aggregate& aggregate : run->bundle().schema.aggregates) {
    if (mentions.Has(aggregate.name)) continue;
    run->Report(kUnusedAggregate, aggregate.span,
                absl::StrCat("nothing reads the aggregate `", aggregate.name, "`"),
                "read it, or take it out");
  }
}

void LintActions(const Mentions& mentions, LintRun* run) {
  for (const rules::Action& action : run->bundle().actions) {
    if (mentions.Has(action.code) || mentions.Has(absl::StrCat("Action.", action.code))) continue;
    run->Report(kUnusedAction, action.span,
                absl::StrCat("no rule proposes the action `", action.code, "`"),
                "propose it by a rule, or take it out of the catalog");
  }
}

void LintParameters(const Mentions& mentions, LintRun* run) {
  for (const rules::Parameter& parameter : run->bundle().parameters) {
    if (mentions.Has(parameter.name)) continue;
    run->Report(kUnusedParameter, parameter.span,
                absl::StrCat("nothing reads the parameter `", parameter.name,
                             "`: to change it changes nothing"),
                "read it where its value stands, or take it out");
  }
}

void LintEvents(LintRun* run) {
  const facts::Schema& schema = run->bundle().schema;
  const auto counts = [](const facts::Aggregate& aggregate, const std::string& event) {
    if (aggregate.of != facts::Aggregate::Of::kEvents) return false;
    const auto& types = aggregate.event_types;
    return types.empty() || std::find(types.begin(), types.end(), event) != types.end();
  };
  for (size_t i = 0; i < schema.event_types.size(); ++i) {
    const std::string& event = schema.event_types[i];
    const bool read =
        std::any_of(schema.aggregates.begin(), schema.aggregates.end(),
                    [&](const facts::Aggregate& aggregate) { return counts(aggregate, event); });
    if (read) continue;
    run->Report(kUnusedEvent, schema.event_type_spans[i],
                absl::StrCat("no aggregate reads events of the type `", event, "`"),
                "read them by an aggregate, or take the type out");
  }
}

bool IsOf(const cel::Type& type, const cel::EnumType* wanted) {
  const cel::Type plain = type.WithoutNull();
  if (plain.kind() == TypeKind::kList) return IsOf(plain.parameter(0), wanted);
  return plain.kind() == TypeKind::kEnum && plain.enum_type().get() == wanted;
}

bool IsTypeUsed(const rules::Bundle& bundle, const cel::EnumType* type) {
  if (bundle.schema.source_roles.get() == type) return true;
  const auto is = [type](const auto& declared) { return IsOf(declared.type, type); };
  const auto any = [&](const auto& all) { return std::any_of(all.begin(), all.end(), is); };
  return any(bundle.schema.facts) || any(bundle.parameters) ||
         std::any_of(bundle.rule_sets.begin(), bundle.rule_sets.end(),
                     [&](const rules::RuleSet& set) { return any(set.outputs); });
}

void LintTypes(const Mentions& mentions, LintRun* run) {
  const facts::Schema& schema = run->bundle().schema;
  for (size_t i = 0; i < schema.enums.size(); ++i) {
    const cel::EnumType& type = *schema.enums[i];
    if (mentions.Has(type.name) || IsTypeUsed(run->bundle(), &type)) continue;
    run->Report(kUnusedType, schema.enum_spans[i],
                absl::StrCat("nothing is of the type `", type.name, "`"),
                "give it to a fact or an output, or take it out");
  }
}

}  // namespace

void LintUnused(LintRun* run) {
  const Mentions mentions(run->bundle());
  LintFacts(mentions, run);
  LintActions(mentions, run);
  LintParameters(mentions, run);
  LintEvents(run);
  LintTypes(mentions, run);
}

}  // namespace leadgrade::analysis
