#include "engine/cel/env.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/cel/functions.h"

namespace leadgrade::cel {
namespace {

constexpr std::array<absl::string_view, 24> kReserved = {
    "true", "false",  "null",     "in",    "as",     "break", "const",     "continue",
    "else", "for",    "function", "if",    "import", "let",   "loop",      "package",
    "var",  "return", "void",     "while", "has",    "known", "namespace", "dyn"};

absl::Status CheckName(absl::string_view name) {
  for (absl::string_view part : absl::StrSplit(name, '.')) {
    if (!IsIdentifier(part)) {
      return absl::InvalidArgumentError(absl::StrCat("`", name, "` can't be a name"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool IsIdentifier(absl::string_view word) {
  if (word.empty() || absl::ascii_isdigit(word[0])) return false;
  if (std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end()) return false;
  return std::all_of(word.begin(), word.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

bool TakesCount(const Overload& overload, size_t arguments) {
  const size_t parameters = overload.parameters.size();
  return overload.variadic ? arguments >= parameters : arguments == parameters;
}

Env::Env() { AddStandardFunctions(this); }

bool Env::Taken(absl::string_view name) const {
  return variables_.contains(name) || constants_.contains(name) ||
         std::any_of(enums_.begin(), enums_.end(),
                     [&](const auto& type) { return type->name == name; });
}

absl::Status Env::AddVariable(std::string name, Type type, int32_t slot) {
  if (absl::Status status = CheckName(name); !status.ok()) return status;
  if (Taken(name)) return absl::AlreadyExistsError(absl::StrCat("`", name, "` is declared twice"));
  Variable variable{name, std::move(type), slot};
  variables_.emplace(std::move(name), std::move(variable));
  return absl::OkStatus();
}

absl::Status Env::AddConstant(std::string name, Type type, Value value) {
  if (absl::Status status = CheckName(name); !status.ok()) return status;
  if (Taken(name)) return absl::AlreadyExistsError(absl::StrCat("`", name, "` is declared twice"));
  constants_.emplace(std::move(name), Constant{std::move(type), value});
  return absl::OkStatus();
}

absl::Status Env::AddEnum(std::shared_ptr<const EnumType> type) {
  if (absl::Status status = CheckName(type->name); !status.ok()) return status;
  for (const std::string& value : type->values) {
    if (absl::Status status = CheckName(value); !status.ok()) return status;
  }
  if (Taken(type->name)) {
    return absl::AlreadyExistsError(absl::StrCat("`", type->name, "` is declared twice"));
  }
  enums_.push_back(std::move(type));
  return absl::OkStatus();
}

absl::Status Env::AddFunction(Overload overload) {
  // `dyn` is a function's name, though no variable may have it. A leading `@` makes one that no
  // author can write: what a macro calls.
  const absl::string_view name = absl::StripPrefix(overload.name, "@");
  if (absl::Status status = CheckName(name); !status.ok() && name != "dyn") return status;
  functions_[overload.name].push_back(std::move(overload));
  return absl::OkStatus();
}

absl::Status Env::AddType(std::string name, Type type) {
  if (absl::Status status = CheckName(name); !status.ok()) return status;
  if (!type_names_.emplace(name, std::move(type)).second) {
    return absl::AlreadyExistsError(absl::StrCat("`", name, "` is declared twice"));
  }
  return absl::OkStatus();
}

std::optional<Type> Env::FindType(absl::string_view name) const {
  if (const auto it = type_names_.find(name); it != type_names_.end()) return it->second;
  return types_ == nullptr ? std::nullopt : types_->FindType(name);
}

std::vector<std::string> Env::CandidatesFor(absl::string_view name) const {
  if (absl::ConsumePrefix(&name, ".")) return {std::string(name)};
  std::vector<std::string> candidates;
  for (absl::string_view prefix = container_; !prefix.empty();) {
    candidates.push_back(absl::StrCat(prefix, ".", name));
    const size_t dot = prefix.rfind('.');
    prefix = dot == absl::string_view::npos ? "" : prefix.substr(0, dot);
  }
  candidates.emplace_back(name);
  return candidates;
}

const Variable* Env::FindVariable(absl::string_view name) const {
  const auto it = variables_.find(name);
  return it == variables_.end() ? nullptr : &it->second;
}

const Env::Constant* Env::FindConstant(absl::string_view name) const {
  const auto it = constants_.find(name);
  return it == constants_.end() ? nullptr : &it->second;
}

absl::Span<const Overload> Env::FindFunction(absl::string_view name) const {
  const auto it = functions_.find(name);
  return it == functions_.end() ? absl::Span<const Overload>() : absl::MakeConstSpan(it->second);
}

std::vector<std::string> Env::NamesInScope() const {
  std::vector<std::string> names;
  for (const auto& [name, unused] : variables_) names.push_back(name);
  for (const auto& [name, unused] : constants_) names.push_back(name);
  for (const auto& type : enums_) {
    names.push_back(type->name);
    names.insert(names.end(), type->values.begin(), type->values.end());
  }
  // Hash order would make hints differ from run to run.
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Env::FunctionNames() const {
  std::vector<std::string> names;
  for (const auto& [name, unused] : functions_) {
    if (name[0] != '@') names.push_back(name);
  }
  for (const char* macro : {"has", "known", "all", "exists", "exists_one", "map", "filter"}) {
    names.push_back(macro);
  }
  if (attributes_ != nullptr) {
    for (std::string& name : attributes_->Names()) names.push_back(std::move(name));
    names.push_back("claimed");
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace leadgrade::cel
