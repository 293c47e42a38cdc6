#include "engine/facts/attributes.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace leadgrade::facts {
namespace {

using cel::Type;
using cel::TypeKind;

constexpr std::array<std::pair<Provenance, const char*>, 4> kNames = {{
    {Provenance::kConfirmed, "confirmed"},
    {Provenance::kConflicted, "conflicted"},
    {Provenance::kAge, "age"},
    {Provenance::kSourceRole, "source_role"},
}};

const char* NameOf(Provenance what) {
  return std::find_if(kNames.begin(), kNames.end(),
                      [what](const auto& entry) { return entry.first == what; })
      ->second;
}

}  // namespace

FactAttributes::FactAttributes(const Schema& schema, absl::flat_hash_set<int> derived,
                               int32_t next_slot)
    : roles_(schema.source_roles), next_slot_(next_slot) {
  for (size_t i = 0; i < schema.facts.size(); ++i) {
    facts_.push_back(
        {schema.facts[i].name, schema.facts[i].slot, derived.contains(static_cast<int>(i))});
  }
}

std::vector<std::string> FactAttributes::Names() const {
  std::vector<std::string> names;
  for (const auto& [what, name] : kNames) names.emplace_back(name);
  return names;
}

Type FactAttributes::TypeOf(Provenance what) const {
  switch (what) {
    case Provenance::kConfirmed:
    case Provenance::kConflicted:
      return Type(TypeKind::kBool);
    case Provenance::kAge:
      return Type(TypeKind::kDuration);
    case Provenance::kSourceRole:
      return roles_ == nullptr ? Type(TypeKind::kNull) : Type::Nullable(Type::Enum(roles_));
  }
  return Type();
}

int32_t FactAttributes::SlotFor(Provenance what, int fact) const {
  for (const FactAttribute& known : attributes_) {
    if (known.what == what && known.fact == fact) return known.slot;
  }
  attributes_.push_back({what, fact, TypeOf(what), next_slot_++});
  return attributes_.back().slot;
}

absl::StatusOr<cel::Variable> FactAttributes::Find(absl::string_view name,
                                                   const cel::Variable& variable) const {
  const auto named = std::find_if(kNames.begin(), kNames.end(),
                                  [name](const auto& entry) { return name == entry.second; });
  if (named == kNames.end()) return absl::NotFoundError("");
  const auto fact = std::find_if(facts_.begin(), facts_.end(), [&](const NamedFact& candidate) {
    return candidate.slot == variable.slot;
  });
  if (fact == facts_.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", name, "()` is of facts; `", variable.name, "` is none"));
  }
  if (fact->derived) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", name, "()` is of facts that somebody states; `", variable.name,
                     "` is derived: ask it of those it is derived from"));
  }
  const Provenance what = named->first;
  if (what == Provenance::kSourceRole && roles_ == nullptr) {
    return absl::InvalidArgumentError(
        "`source_role()` needs `sourceRoles` in the fact schema: the type whose values sources "
        "are");
  }
  const int index = static_cast<int>(fact - facts_.begin());
  // Whether an answer settles a conflict is told by whether it is confirmed.
  if (what == Provenance::kConflicted) SlotFor(Provenance::kConfirmed, index);
  return cel::Variable{absl::StrCat(name, "(", variable.name, ")"), TypeOf(what),
                       SlotFor(what, index)};
}

std::vector<FactAttribute> FactAttributes::Finish(int32_t* used) {
  *used = next_slot_;
  for (size_t i = 0; i < facts_.size(); ++i) {
    if (facts_[i].derived) continue;
    for (const auto& [what, name] : kNames) {
      if (what == Provenance::kSourceRole && roles_ == nullptr) continue;
      SlotFor(what, static_cast<int>(i));
    }
  }
  return attributes_;
}

std::string NameOf(const FactAttribute& attribute, const Schema& schema) {
  return absl::StrCat(NameOf(attribute.what), "(", schema.facts[attribute.fact].name, ")");
}

}  // namespace leadgrade::facts
