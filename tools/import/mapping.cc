// Tested by tests/tools/import/mapping_test.cc.
#include "tools/import/mapping.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/cel/env.h"
#include "engine/facts/statements.h"
#include "engine/rules/expressions.h"
#include "engine/rules/load_context.h"
#include "engine/rules/yaml.h"
#include "tools/import/column_uses.h"
#include "tools/import/mapping_functions.h"

namespace leadgrade::tools {
namespace {

using cel::Type;
using cel::TypeKind;
using rules::AddIssue;
using rules::Located;
using rules::MapReader;

// An issue at that place, without a message.
base::Issue IssueAt(const Located& at) {
  base::Issue issue;
  issue.span = at.Span();
  issue.source_line = at.file->Line(issue.span.line);
  return issue;
}

// With `item` where there is a list to go through.
cel::Env MakeEnv(bool with_item) {
  cel::Env env;
  // Names and types are ours: a failure here is a bug that every test would show.
  (void)env.AddVariable("row", Type::Map(Type(TypeKind::kString), Type()), kRowSlot);
  (void)env.AddVariable("now", Type(TypeKind::kTimestamp), kNowSlot);
  if (with_item) (void)env.AddVariable("item", Type(), kItemSlot);
  for (const auto& [status, unused] : facts::kFactStatusNames) {
    (void)env.AddConstant(std::string(status), Type(TypeKind::kString), cel::Value::String(status));
  }
  AddMappingFunctions(&env);
  return env;
}

bool IsOneOf(const Type& type, std::initializer_list<TypeKind> kinds) {
  const TypeKind kind = type.WithoutNull().kind();
  return kind == TypeKind::kDyn || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

bool IsWord(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-';
  });
}

class Loader {
 public:
  explicit Loader(base::IssueList* issues) : issues_(issues) {}

  std::optional<Mapping> Load(const Located& root) {
    const MapReader reader(issues_, root, rules::kMappingFormat);
    if (!reader.is_map() || !CheckKind(reader)) return std::nullopt;
    ReadMetadata(reader);
    ReadTimeZone(reader);
    ReadLead(reader);
    mapping_.observed_time =
        Compile(reader.Find("observedTime"), Type::Nullable(Type(TypeKind::kTimestamp)));
    if (const auto facts = reader.Find("facts")) ReadFacts(*facts);
    for (const Located& item : reader.List("events").value_or(std::vector<Located>())) {
      ReadEvents(item);
    }
    DropAskedFor();
    return std::move(mapping_);
  }

 private:
  bool CheckKind(const MapReader& reader) {
    rules::CheckApiVersion(issues_, reader);
    const auto kind = reader.Require("kind");
    if (!kind.has_value() || (*kind)->text == "Mapping") return kind.has_value();
    AddIssue(issues_, *kind, "unknown-kind",
             absl::StrCat("expected a document of `kind: Mapping`, got `", (*kind)->text, "`"));
    return false;
  }

  void ReadMetadata(const MapReader& reader) {
    const auto at = reader.Require("metadata");
    if (!at.has_value()) return;
    const MapReader metadata(issues_, *at, rules::kMetadataFormat);
    const auto name = metadata.is_map() ? metadata.Require("name") : std::nullopt;
    if (!name.has_value()) return;
    mapping_.name = rules::ReadText(issues_, *name).value_or("");
    mapping_.description = metadata.Text("description").value_or("");
    if (!rules::IsKebabName(mapping_.name)) {
      AddIssue(issues_, *name, "invalid-name",
               absl::StrCat("`", mapping_.name, "` is no name: letters, digits, `-`, `_`, `.`"));
    }
  }

  void ReadTimeZone(const MapReader& reader) {
    mapping_.time_zone = absl::UTCTimeZone();
    const auto at = reader.Find("timeZone");
    const auto name = at.has_value() ? rules::ReadText(issues_, *at) : std::nullopt;
    if (!name.has_value() || absl::LoadTimeZone(*name, &mapping_.time_zone)) return;
    AddIssue(issues_, *at, "unknown-time-zone", absl::StrCat("unknown time zone `", *name, "`"),
             "an IANA name, such as `Asia/Shanghai` or `UTC`");
  }

  void ReadLead(const MapReader& reader) {
    const auto at = reader.Require("lead");
    if (!at.has_value()) return;
    const MapReader lead(issues_, *at, rules::kMappedLeadFormat);
    if (!lead.is_map()) return;
    mapping_.id = CompileId(lead.Require("id"));
    mapping_.display_name = CompileText(lead.Find("displayName"));
    mapping_.owner = CompileText(lead.Find("owner"));
  }

  void ReadFacts(const Located& at) {
    if (!at->is_map()) {
      AddIssue(issues_, at, "wrong-shape", "expected a map of fact names to CEL");
      return;
    }
    std::set<std::string> names;
    for (const auto& [key, value] : at->entries) {
      const std::optional<std::string> name = rules::ReadIdentifier(issues_, at.At(key));
      if (!name.has_value()) continue;
      if (!names.insert(*name).second) {
        AddIssue(issues_, at.At(key), "duplicate-key",
                 absl::StrCat("the fact `", *name, "` is given twice"));
      } else {
        ReadStatements(at.At(key), at.At(value));
      }
    }
  }

  // What one source says, or a list of what several do.
  void ReadStatements(const Located& key, const Located& at) {
    if (!at->is_sequence()) return ReadFact(key, at);
    if (at->items.empty()) {
      AddIssue(issues_, at, "bad-value", "the list of statements is empty");
    }
    for (const rules::YamlNode& item : at->items) ReadFact(key, at.At(item));
  }

  void ReadFact(const Located& key, const Located& at) {
    MappedFact& fact = mapping_.facts.emplace_back();
    fact.name = key->text;
    fact.at = IssueAt(key);
    if (at->is_null()) {
      AddIssue(issues_, key, "missing-key",
               absl::StrCat("the fact `", fact.name, "` has no value"));
      return;
    }
    if (!at->is_map()) {
      fact.value = CompileFactValue(at);
      return;
    }
    const MapReader reader(issues_, at, rules::kMappedFactFormat);
    fact.value = CompileFactValue(reader.Require("value"));
    fact.status = CompileText(reader.Find("status"));
    fact.source = CompileText(reader.Find("source"));
    fact.source_role = CompileText(reader.Find("sourceRole"));
    fact.when = Compile(reader.Find("when"), Type(TypeKind::kBool));
    fact.observed_time =
        Compile(reader.Find("observedTime"), Type::Nullable(Type(TypeKind::kTimestamp)));
    fact.expire_time =
        Compile(reader.Find("expireTime"), Type::Nullable(Type(TypeKind::kTimestamp)));
  }

  void ReadEvents(const Located& at) {
    const MapReader reader(issues_, at, rules::kMappedEventsFormat);
    if (!reader.is_map()) return;
    MappedEvents& events = mapping_.events.emplace_back();
    events.for_each = CompileKinds(reader.Find("forEach"), {TypeKind::kList}, "a list");
    env_ = reader.Find("forEach").has_value() ? &item_env_ : &row_env_;
    events.when = Compile(reader.Find("when"), Type(TypeKind::kBool));
    events.id = CompileId(reader.Require("id"));
    events.type = CompileText(reader.Require("type"));
    events.time = Compile(reader.Require("time"), Type(TypeKind::kTimestamp));
    events.due = Compile(reader.Find("due"), Type::Nullable(Type(TypeKind::kTimestamp)));
    events.amount = CompileKinds(reader.Find("amount"),
                                 {TypeKind::kInt, TypeKind::kUint, TypeKind::kDouble}, "a number");
    events.note = CompileText(reader.Find("note"));
    env_ = &row_env_;
  }

  MappedValue CompileFactValue(const std::optional<Located>& at) {
    return CompileKinds(
        at,
        {TypeKind::kNull, TypeKind::kBool, TypeKind::kInt, TypeKind::kUint, TypeKind::kDouble,
         TypeKind::kString, TypeKind::kTimestamp, TypeKind::kDuration, TypeKind::kList},
        "a value that a fact can have");
  }

  MappedValue CompileId(const std::optional<Located>& at) {
    return CompileKinds(at, {TypeKind::kString, TypeKind::kInt, TypeKind::kUint},
                        "a text or a whole number");
  }

  MappedValue CompileText(const std::optional<Located>& at) {
    return Compile(at, Type::Nullable(Type(TypeKind::kString)));
  }

  MappedValue CompileKinds(const std::optional<Located>& at, std::initializer_list<TypeKind> kinds,
                           absl::string_view what) {
    MappedValue program = Compile(at, Type());
    if (program == nullptr || IsOneOf(program->type(), kinds)) return program;
    AddIssue(issues_, *at, "type-mismatch",
             absl::StrCat("expected ", what, ", but this is `", program->type().ToString(), "`"));
    return nullptr;
  }

  // Null where there is nothing, or with issues added.
  MappedValue Compile(const std::optional<Located>& at, const Type& expected) {
    if (!at.has_value()) return nullptr;
    base::IssueList found;
    MappedValue program = rules::CompileAt(&found, *at, *env_, expected);
    for (base::Issue issue : found.Sorted()) {
      // A text without its own quotes is the first thing that everybody tries.
      if (issue.code == "unknown-name" && issue.hint.empty() && IsWord((*at)->text)) {
        issue.hint = absl::StrCat("a column is `row.", (*at)->text, "`, a text is `'\"",
                                  (*at)->text, "\"'`");
      }
      issues_->Add(std::move(issue));
    }
    if (program != nullptr) NoteColumns(*at, program->expr());
    return program;
  }

  void NoteColumns(const Located& at, const cel::Expr& expr) {
    KeyUses uses;
    FindKeyUses(expr, "row", &uses);
    for (const KeyUse& use : uses.taken) {
      base::Issue issue = IssueAt(at);
      issue.span = at.file->SpanIn(*at.node, use.range.begin, use.range.end);
      issue.source_line = at.file->Line(issue.span.line);
      mapping_.columns.push_back({use.key, std::move(issue)});
    }
    asked_for_.merge(uses.asked_for);
  }

  void DropAskedFor() {
    auto& columns = mapping_.columns;
    columns.erase(
        std::remove_if(columns.begin(), columns.end(),
                       [this](const auto& use) { return asked_for_.count(use.column) > 0; }),
        columns.end());
  }

  base::IssueList* issues_;
  const cel::Env row_env_ = MakeEnv(false);
  const cel::Env item_env_ = MakeEnv(true);
  const cel::Env* env_ = &row_env_;
  Mapping mapping_;
  std::set<std::string> asked_for_;
};

}  // namespace

std::optional<Mapping> LoadMapping(const std::string& path, const std::string& text,
                                   base::IssueList* issues) {
  base::IssueList found;
  std::optional<Mapping> mapping;
  const auto file = rules::YamlFile::Parse(path, text, &found);
  if (file.has_value() && file->documents().size() == 1) {
    mapping = Loader(&found).Load({&*file, &file->documents().front()});
  } else if (file.has_value()) {
    base::Issue issue;
    issue.code = "wrong-shape";
    issue.span.file = path;
    issue.message =
        absl::StrCat("expected one document of `kind: Mapping`, got ", file->documents().size());
    found.Add(std::move(issue));
  }
  issues->Append(found);
  if (found.has_errors()) return std::nullopt;
  return mapping;
}

void CheckColumns(const Mapping& mapping, const std::vector<std::string>& columns,
                  base::IssueList* issues) {
  for (const Mapping::ColumnUse& use : mapping.columns) {
    if (std::find(columns.begin(), columns.end(), use.column) != columns.end()) continue;
    base::Issue issue = use.at;
    issue.code = "unknown-column";
    issue.message = absl::StrCat("the file has no column `", use.column, "`");
    issue.hint = base::DidYouMeanOrAll(use.column, columns);
    issues->Add(std::move(issue));
  }
}

void CheckFactNames(const Mapping& mapping, absl::string_view bundle,
                    const std::vector<std::string>& names, base::IssueList* issues) {
  for (const MappedFact& fact : mapping.facts) {
    if (std::find(names.begin(), names.end(), fact.name) != names.end()) continue;
    base::Issue issue = fact.at;
    issue.code = "unknown-fact";
    issue.message = absl::StrCat("the bundle `", bundle, "` has no fact `", fact.name, "`");
    issue.hint = base::DidYouMeanOrAll(fact.name, names);
    issues->Add(std::move(issue));
  }
}

}  // namespace leadgrade::tools
