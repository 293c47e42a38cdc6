#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/limits.h"
#include "engine/rules/action_loader.h"
#include "engine/rules/answers.h"
#include "engine/rules/bundle.h"
#include "engine/rules/digest.h"
#include "engine/rules/expressions.h"
#include "engine/rules/fact_loader.h"
#include "engine/rules/load_context.h"
#include "engine/rules/property_loader.h"
#include "engine/rules/rule_set_loader.h"
#include "engine/rules/timing.h"

namespace leadgrade::rules {
namespace {

using cel::Type;
using cel::TypeKind;

constexpr absl::string_view kDefaultTimeZone = "Asia/Shanghai";

bool IsYaml(absl::string_view path) {
  return absl::EndsWith(path, ".yaml") || absl::EndsWith(path, ".yml");
}

bool IsSuite(absl::string_view path) {
  return absl::EndsWith(path, "_test.yaml") || absl::EndsWith(path, "_test.yml");
}

std::string Directory(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

struct Document {
  MapReader reader;
  std::string name;  // metadata.name
  Located name_at;
  std::optional<MapReader> metadata;
};

// Reads one bundle's files. Each step adds issues and goes on with what it has, so that an author
// sees all mistakes at once; steps that would only echo earlier ones are left out.
class BundleLoader {
 public:
  BundleLoader(const BundleFiles& files, base::IssueList* issues)
      : files_(files),
        issues_(issues),
        bundle_(std::make_shared<Bundle>()),
        facts_(issues, &bundle_->schema),
        rule_sets_(issues, bundle_.get()),
        env_(std::make_shared<cel::Env>()) {}

  std::shared_ptr<const Bundle> Load() {
    ParseFiles();
    // What stands in a file that can't be read would be missing everywhere else.
    if (unreadable_) return nullptr;
    if (bundles_.empty() && !issues_->has_errors()) {
      AddFileIssue("no-bundle", "none of the files has a document of `kind: Bundle`");
    }
    if (bundles_.empty()) return nullptr;
    for (size_t i = 1; i < bundles_.size(); ++i) {
      AddIssue(issues_, bundles_[i].name_at, "duplicate-name",
               "a bundle has one document of `kind: Bundle`");
    }
    ReadBundleDocument(bundles_.front());
    ReadEverything();
    if (issues_->has_errors()) return nullptr;
    FindAnswers(bundle_.get());
    FindTimed(bundle_.get());
    return bundle_;
  }

 private:
  void AddFileIssue(std::string code, std::string message) {
    base::Issue issue;
    issue.code = std::move(code);
    issue.span.file = files_.empty() ? "." : files_.begin()->first;
    issue.message = std::move(message);
    issues_->Add(std::move(issue));
  }

  void ParseFiles() {
    size_t bytes = 0;
    for (const auto& [path, text] : files_) {
      if (!IsYaml(path) || IsSuite(path)) continue;
      bytes += text.size();
      if (bytes > base::kMaxBundleBytes) {
        AddFileIssue("limit",
                     absl::StrCat("the bundle is larger than ", base::kMaxBundleBytes, " bytes"));
        return;
      }
      std::optional<YamlFile> file = YamlFile::Parse(path, text, issues_);
      if (!file.has_value()) {
        unreadable_ = true;
        continue;
      }
      parsed_.push_back(std::make_unique<YamlFile>(*std::move(file)));
      for (const YamlNode& root : parsed_.back()->documents()) {
        ReadDocument({parsed_.back().get(), &root});
      }
    }
  }

  void ReadDocument(const Located& root) {
    if (root->is_null()) return;
    if (!root->is_map()) {
      AddIssue(issues_, root, "wrong-shape", "expected a document with `apiVersion` and `kind`");
      unreadable_ = true;
      return;
    }
    const YamlNode* kind = root->Find("kind");
    const YamlNode* version = root->Find("apiVersion");
    if (kind == nullptr || !kind->is_scalar()) {
      AddIssue(issues_, root, "missing-key", "the document needs `kind`");
      unreadable_ = true;
      return;
    }
    const KindFormat* format = FindKind(kind->text);
    if (format == nullptr) {
      std::vector<std::string> known;
      for (const KindFormat& other : Kinds()) known.emplace_back(other.kind);
      AddIssue(issues_, root.At(*kind), "unknown-kind",
               absl::StrCat("unknown kind `", kind->text, "`"),
               base::DidYouMeanOrAll(kind->text, known));
      unreadable_ = true;
      return;
    }
    if (version == nullptr || !version->is_scalar()) {
      AddIssue(issues_, root, "missing-key", "the document needs `apiVersion: leadgrade/v1`");
    } else if (version->text != kApiVersion) {
      AddIssue(issues_, root.At(*version), "unsupported-api-version",
               absl::StrCat("unsupported apiVersion `", version->text, "`"),
               absl::StrCat("this program reads `", kApiVersion, "`"));
    }
    if (format->companion) return;
    if (kind->text != "Properties") deciding_[root.file->path()] = &files_.at(root.file->path());
    Add(DocumentsOf(kind->text), MapReader(issues_, root, *format->document));
  }

  std::vector<Document>* DocumentsOf(absl::string_view kind) {
    if (kind == "Bundle") return &bundles_;
    if (kind == "FactSchema") return &schemas_;
    if (kind == "ActionCatalog") return &catalogs_;
    return kind == "Properties" ? &properties_ : &sets_;
  }

  void Add(std::vector<Document>* documents, MapReader reader) {
    Document document{std::move(reader), "", {}, std::nullopt};
    document.name_at = document.reader.at();
    if (const auto metadata = document.reader.Require("metadata")) {
      document.metadata.emplace(issues_, *metadata, kMetadataFormat);
      if (const auto name = document.metadata->Require("name")) {
        document.name = ReadText(issues_, *name).value_or("");
        document.name_at = *name;
        if (!IsKebabName(document.name)) {
          AddIssue(
              issues_, *name, "invalid-name",
              absl::StrCat("`", document.name, "` is no name: letters, digits, `-`, `_`, `.`"));
        }
      }
    }
    documents->push_back(std::move(document));
  }

  void ReadBundleDocument(const Document& document) {
    bundle_->name = document.name;
    if (document.metadata.has_value()) {
      bundle_->title = document.metadata->Localized("title").value_or(base::LocalizedText());
      bundle_->description = document.metadata->Text("description").value_or("");
    }
    bundle_->time_zone_name =
        document.reader.Text("timeZone").value_or(std::string(kDefaultTimeZone));
    if (!absl::LoadTimeZone(bundle_->time_zone_name, &bundle_->time_zone)) {
      AddIssue(issues_, document.reader.Find("timeZone").value_or(document.name_at), "bad-value",
               absl::StrCat("unknown time zone `", bundle_->time_zone_name, "`"),
               "an IANA name such as `Asia/Shanghai` or `Europe/Berlin`");
    }
    const std::string root = Directory(document.reader.at().file->path());
    for (const auto& [path, text] : deciding_) {
      bundle_->files.emplace(absl::StartsWith(path, root) ? path.substr(root.size()) : path, *text);
    }
    bundle_->digest = DigestFiles(bundle_->files);
  }

  void ReadEverything() {
    facts::Schema& schema = bundle_->schema;
    for (const Document& document : schemas_) facts_.ReadTypes(document.reader);
    for (const Document& document : catalogs_) {
      ReadActions(issues_, document.reader, &bundle_->actions);
    }
    MakeActionEnum();
    auto output_enums = schema.enums;
    if (bundle_->action_enum != nullptr) output_enums.push_back(bundle_->action_enum);
    for (const Document& document : sets_) {
      if (cel::IsIdentifier(document.name)) {
        rule_sets_.ReadHeader(document.reader, document.name, document.name_at,
                              document.metadata->Text("description").value_or(""), output_enums);
      } else if (!document.name.empty()) {
        AddIssue(issues_, document.name_at, "invalid-name",
                 absl::StrCat("`", document.name, "` can't name a rule set, for rules read it"),
                 "use letters, digits and `_`");
      }
    }
    for (const Document& document : schemas_) facts_.ReadSourceRoles(document.reader);
    if (!NamesLost()) ReadDecisionGrade();
    for (const Document& document : schemas_) {
      facts_.ReadAggregates(document.reader, bundle_->grade_enum);
      facts_.ReadFacts(document.reader);
    }
    DeclareAll(output_enums);
    ReadParameters();
    const int32_t first_free = rule_sets_.Declare(env_.get(), facts_.next_slot());
    if (NamesLost()) return;
    const auto attributes = facts_.MakeAttributes(first_free);
    env_->SetAttributes(attributes);
    facts_.CompileDerivations(*env_, first_free);
    rule_sets_.CompileRules(*env_);
    CheckRuleNames();
    ReadDecisionRest();
    schema.attributes = attributes->Finish(&bundle_->slot_count);
    bundle_->env_slot_count = first_free + static_cast<int32_t>(schema.attributes.size());
    bundle_->env = env_;
    for (const Document& document : properties_) {
      ReadProperties(issues_, document.reader, bundle_.get());
    }
  }

  // Whether declarations have mistakes for which a name may be missing, or be another's: what reads
  // names would only echo them.
  bool NamesLost() const {
    const auto& issues = issues_->Sorted();
    return std::any_of(issues.begin(), issues.end(), [](const base::Issue& issue) {
      return issue.code == "wrong-shape" || issue.code == "missing-key" ||
             issue.code == "unknown-key" || issue.code == "invalid-name" ||
             issue.code == "unknown-type" || issue.code == "duplicate-name";
    });
  }

  void MakeActionEnum() {
    if (catalogs_.empty()) return;
    auto type = std::make_shared<cel::EnumType>();
    type->name = "Action";
    for (const Action& action : bundle_->actions) type->values.push_back(action.code);
    bundle_->action_enum = std::move(type);
  }

  void DeclareAll(const std::vector<std::shared_ptr<const cel::EnumType>>& enums) {
    const absl::Status now = env_->AddVariable("now", Type(TypeKind::kTimestamp), facts::kNowSlot);
    for (const auto& type : enums) {
      if (absl::Status status = env_->AddEnum(type); now.ok() && !status.ok()) {
        AddIssue(issues_, schemas_.empty() ? bundles_.front().name_at : schemas_.front().name_at,
                 "duplicate-name", std::string(status.message()));
      }
    }
    facts_.Declare(env_.get());
  }

  void ReadParameters() {
    const auto parameters = bundles_.front().reader.Find("parameters");
    if (!parameters.has_value()) return;
    if (!(*parameters)->is_map()) {
      AddIssue(issues_, *parameters, "wrong-shape", "expected a map of names to parameters");
      return;
    }
    for (const auto& [key, value] : (*parameters)->entries) {
      ReadParameter(parameters->At(key), parameters->At(value));
    }
  }

  void ReadParameter(const Located& name_at, const Located& at) {
    const MapReader reader(issues_, at, kParameterFormat);
    const std::optional<std::string> name = ReadIdentifier(issues_, name_at);
    if (!name.has_value()) return;
    Parameter parameter;
    parameter.name = *name;
    parameter.span = name_at.Span();
    parameter.description = reader.Text("description").value_or("");
    const auto type_at = reader.Require("type");
    const auto value_at = reader.Require("value");
    if (type_at.has_value() && value_at.has_value()) {
      if (const auto type = ReadType(issues_, *type_at, bundle_->schema.enums)) {
        parameter.type = *type;
        parameter.program = CompileValue(issues_, *value_at, *env_, *type);
      }
    }
    if (parameter.program != nullptr) {
      if (parameter.program->expr().kind != cel::ExprKind::kConstant) {
        const bool varies = !parameter.program->slots().empty() || parameter.program->reads_clock();
        AddIssue(issues_, *value_at, "bad-value", "a parameter is a constant",
                 varies ? "what depends on a lead or on the clock is a derived fact" : "");
      }
      parameter.value = parameter.program->expr().constant;
    }
    // A parameter whose value is wrong stays in scope, so that its uses are not reported as well.
    const absl::Status status = env_->AddConstant(*name, parameter.type, parameter.value);
    if (!status.ok()) AddIssue(issues_, name_at, "duplicate-name", std::string(status.message()));
    bundle_->parameters.push_back(std::move(parameter));
  }

  void CheckRuleNames() {
    std::vector<std::string> ids;
    for (const RuleSet& set : bundle_->rule_sets) {
      for (const Rule& rule : set.rules) ids.push_back(rule.id);
    }
    facts_.CheckRuleNames(ids);
  }

  // `ruleSet.output`; an empty reference with an issue where there is none.
  OutputRef FindOutput(const Located& at) {
    const std::optional<std::string> text = ReadText(issues_, at);
    if (!text.has_value()) return {};
    std::vector<std::string> known;
    for (size_t i = 0; i < bundle_->rule_sets.size(); ++i) {
      const RuleSet& set = bundle_->rule_sets[i];
      for (size_t k = 0; k < set.outputs.size(); ++k) {
        known.push_back(absl::StrCat(set.name, ".", set.outputs[k].name));
        if (known.back() == *text) return {static_cast<int>(i), static_cast<int>(k)};
      }
    }
    AddIssue(issues_, at, "unknown-name", absl::StrCat("no rule set has the output `", *text, "`"),
             base::DidYouMeanOrAll(*text, known));
    return {};
  }

  const Output& At(const OutputRef& ref) const {
    return bundle_->rule_sets[ref.rule_set].outputs[ref.output];
  }

  Type TypeOf(const OutputRef& ref) const {
    return ReadAs(bundle_->rule_sets[ref.rule_set], At(ref).type);
  }

  void ReadDecisionGrade() {
    const auto at = bundles_.front().reader.Require("decision");
    if (!at.has_value()) return;
    const MapReader decision(issues_, *at, kDecisionFormat);
    const auto grade = decision.Require("grade");
    if (!grade.has_value()) return;
    bundle_->grade = FindOutput(*grade);
    if (!bundle_->grade) return;
    const Type type = TypeOf(bundle_->grade);
    if (type.kind() == TypeKind::kDyn) return;  // reported where it is declared
    if (type.kind() != TypeKind::kEnum) {
      AddIssue(
          issues_, *grade, "type-mismatch",
          absl::StrCat("the grade is one value of an enumeration, got `", type.ToString(), "`"));
      return;
    }
    if (type.enum_type()->values.size() > base::kMaxGrades) {
      AddIssue(issues_, *grade, "limit",
               absl::StrCat("there are at most ", base::kMaxGrades, " grades"));
      return;
    }
    bundle_->grade_enum = type.enum_type();
  }

  void ReadDecisionRest() {
    const auto at = bundles_.front().reader.Find("decision");
    if (!at.has_value() || !(*at)->is_map()) return;
    base::IssueList reported_already;
    const MapReader keys(&reported_already, *at, kDecisionFormat);
    if (const auto score = keys.Find("score")) {
      bundle_->score = FindOutput(*score);
      if (bundle_->score) {
        const TypeKind kind = TypeOf(bundle_->score).kind();
        if (kind != TypeKind::kInt && kind != TypeKind::kDouble) {
          AddIssue(issues_, *score, "type-mismatch",
                   absl::StrCat("the score is an `int` or a `double`, got `",
                                TypeOf(bundle_->score).ToString(), "`"));
        }
      }
    }
    if (const auto actions = keys.Find("actions")) {
      bundle_->actions_output = FindOutput(*actions);
      const Type type =
          bundle_->actions_output ? At(bundle_->actions_output).type.WithoutNull() : Type();
      if (type.kind() != TypeKind::kDyn &&
          (type.kind() != TypeKind::kEnum || type.enum_type() != bundle_->action_enum)) {
        AddIssue(issues_, *actions, "type-mismatch",
                 absl::StrCat("the actions are of type `Action`, got `", type.ToString(), "`"));
      }
    }
    const auto outputs = keys.Find("outputs");
    if (!outputs.has_value()) return;
    if (!(*outputs)->is_sequence()) {
      AddIssue(issues_, *outputs, "wrong-shape", "expected a list of facts and outputs");
      return;
    }
    for (const YamlNode& item : (*outputs)->items) ReadShown(outputs->At(item));
  }

  void ReadShown(const Located& at) {
    const std::optional<std::string> name = ReadText(issues_, at);
    if (!name.has_value()) return;
    const cel::Variable* variable = env_->FindVariable(*name);
    if (variable == nullptr) {
      AddIssue(issues_, at, "unknown-name",
               absl::StrCat("no fact and no output is called `", *name, "`"),
               base::DidYouMean(*name, env_->NamesInScope()));
      return;
    }
    bundle_->shown_slots.emplace_back(*name, variable->slot);
  }

  const BundleFiles& files_;
  base::IssueList* issues_;
  std::shared_ptr<Bundle> bundle_;
  FactLoader facts_;
  RuleSetLoader rule_sets_;
  std::shared_ptr<cel::Env> env_;
  bool unreadable_ = false;
  std::vector<std::unique_ptr<YamlFile>> parsed_;
  std::map<std::string, const std::string*> deciding_;
  std::vector<Document> bundles_, schemas_, catalogs_, properties_, sets_;
};

}  // namespace

std::shared_ptr<const Bundle> LoadBundle(const BundleFiles& files, base::IssueList* issues) {
  // Of its own, so that errors of other bundles in the caller's list do not count here.
  base::IssueList own;
  std::shared_ptr<const Bundle> bundle = BundleLoader(files, &own).Load();
  issues->Append(own);
  return bundle;
}

}  // namespace leadgrade::rules
