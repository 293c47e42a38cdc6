#include "engine/rules/property_loader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/limits.h"
#include "engine/rules/expressions.h"

namespace leadgrade::rules {
namespace {

using cel::Type;
using cel::TypeKind;

// Types whose values have an order.
bool IsOrdered(const Type& type) {
  switch (type.WithoutNull().kind()) {
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kDouble:
    case TypeKind::kEnum:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
      return true;
    default:
      return false;
  }
}

class PropertyReader {
 public:
  PropertyReader(base::IssueList* issues, Bundle* bundle) : issues_(issues), bundle_(*bundle) {}

  void Read(const Located& at) {
    const MapReader reader(issues_, at, kPropertyFormat);
    if (!reader.is_map()) return;
    Property property;
    property.span = at.Span();
    if (const auto id = reader.Require("id")) {
      property.id = ReadText(issues_, *id).value_or("");
      property.span = id->Span();
      if (!IsKebabName(property.id)) {
        AddIssue(issues_, *id, "invalid-name",
                 absl::StrCat("`", property.id, "` is no name: letters, digits, `-`, `_`, `.`"));
      }
      const auto same = [&](const Property& other) { return other.id == property.id; };
      if (std::any_of(bundle_.properties.begin(), bundle_.properties.end(), same)) {
        AddIssue(issues_, *id, "duplicate-name",
                 absl::StrCat("there is a property `", property.id, "` already"));
      }
    }
    property.description = reader.Text("description").value_or("");
    if (const auto given = reader.Find("given")) property.given = Condition(*given);
    if (ReadClaim(reader, &property)) bundle_.properties.push_back(std::move(property));
  }

 private:
  std::shared_ptr<const cel::Program> Condition(const Located& at) {
    return CompileAt(issues_, at, *bundle_.env, Type(TypeKind::kBool));
  }

  // One of always, never, implies, equivalent and monotone. False where there is an issue.
  bool ReadClaim(const MapReader& reader, Property* property) {
    static constexpr absl::string_view kClaims[] = {"always", "never", "implies", "equivalent",
                                                    "monotone"};
    const auto given = std::count_if(std::begin(kClaims), std::end(kClaims),
                                     [&](auto claim) { return reader.Find(claim).has_value(); });
    if (given != 1) {
      AddIssue(issues_, reader.at(), "missing-key",
               "a property needs one of `always`, `never`, `implies`, `equivalent` and `monotone`");
      return false;
    }
    if (const auto always = reader.Find("always")) {
      property->claim = Property::Claim::kAlways;
      property->left = Condition(*always);
      return property->left != nullptr;
    }
    if (const auto never = reader.Find("never")) {
      property->claim = Property::Claim::kNever;
      property->left = Condition(*never);
      return property->left != nullptr;
    }
    if (const auto implies = reader.Find("implies")) {
      property->claim = Property::Claim::kImplies;
      const MapReader sides(issues_, *implies, kImplicationFormat);
      const auto left = sides.Require("if");
      const auto right = sides.Require("then");
      if (left.has_value()) property->left = Condition(*left);
      if (right.has_value()) property->right = Condition(*right);
      return property->left != nullptr && property->right != nullptr;
    }
    if (const auto equivalent = reader.List("equivalent")) {
      property->claim = Property::Claim::kEquivalent;
      if (equivalent->size() != 2) {
        AddIssue(issues_, *reader.Find("equivalent"), "wrong-shape", "expected two conditions");
        return false;
      }
      property->left = Condition((*equivalent)[0]);
      property->right = Condition((*equivalent)[1]);
      return property->left != nullptr && property->right != nullptr;
    }
    const auto monotone = reader.Find("monotone");
    return monotone.has_value() && monotone->node->is_map() ? ReadMonotone(*monotone, property)
                                                            : WrongMonotone(monotone);
  }

  bool WrongMonotone(const std::optional<Located>& at) {
    if (at.has_value()) {
      AddIssue(issues_, *at, "wrong-shape", "expected `{ fact: …, output: ruleSet.output }`");
    }
    return false;
  }

  bool ReadMonotone(const Located& at, Property* property) {
    property->claim = Property::Claim::kMonotone;
    const MapReader reader(issues_, at, kMonotoneFormat);
    property->falling = reader.Bool("falling").value_or(false);
    const auto fact = reader.Require("fact");
    const auto output = reader.Require("output");
    return fact.has_value() && output.has_value() && FindFact(*fact, property) &&
           FindOutput(*output, property);
  }

  bool FindFact(const Located& at, Property* property) {
    const auto name = ReadText(issues_, at);
    if (!name.has_value()) return false;
    const auto& facts = bundle_.schema.facts;
    const auto it = bundle_.schema.fact_index.find(*name);
    if (it == bundle_.schema.fact_index.end()) {
      std::vector<std::string> names;
      for (const facts::Fact& fact : facts) names.push_back(fact.name);
      AddIssue(issues_, at, "unknown-name", absl::StrCat("there is no fact `", *name, "`"),
               base::DidYouMean(*name, names));
      return false;
    }
    property->fact = it->second;
    if (IsOrdered(facts[it->second].type)) return true;
    AddIssue(issues_, at, "type-mismatch",
             absl::StrCat("values of `", *name, "`, a `", facts[it->second].type.ToString(),
                          "`, have no order"));
    return false;
  }

  bool FindOutput(const Located& at, Property* property) {
    const auto name = ReadText(issues_, at);
    if (!name.has_value()) return false;
    std::vector<std::string> names;
    for (size_t i = 0; i < bundle_.rule_sets.size(); ++i) {
      const RuleSet& set = bundle_.rule_sets[i];
      for (size_t k = 0; k < set.outputs.size(); ++k) {
        names.push_back(absl::StrCat(set.name, ".", set.outputs[k].name));
        if (names.back() != *name) continue;
        property->output = {static_cast<int>(i), static_cast<int>(k)};
        const bool list =
            set.aggregation == Aggregation::kNone &&
            (set.hit_policy == HitPolicy::kCollect || set.hit_policy == HitPolicy::kRuleOrder);
        if (!list && IsOrdered(set.outputs[k].type)) return true;
        AddIssue(issues_, at, "type-mismatch",
                 absl::StrCat("values of `", *name, "` have no order"));
        return false;
      }
    }
    AddIssue(issues_, at, "unknown-name", absl::StrCat("there is no output `", *name, "`"),
             base::DidYouMeanOrAll(*name, names));
    return false;
  }

  base::IssueList* issues_;
  Bundle& bundle_;
};

}  // namespace

void ReadProperties(base::IssueList* issues, const MapReader& document, Bundle* bundle) {
  if (document.Find("relations").has_value()) {
    for (const Located& at : document.Texts("relations")) {
      auto program = CompileAt(issues, at, *bundle->env, Type(TypeKind::kBool));
      if (program != nullptr) bundle->relations.push_back({at.Span(), std::move(program)});
    }
  }
  const auto properties = document.List("properties");
  if (!properties.has_value()) return;
  if (properties->size() > base::kMaxProperties) {
    AddIssue(issues, *document.Find("properties"), "limit",
             absl::StrCat("more than ", base::kMaxProperties, " properties"));
    return;
  }
  PropertyReader reader(issues, bundle);
  for (const Located& at : *properties) reader.Read(at);
}

}  // namespace leadgrade::rules
