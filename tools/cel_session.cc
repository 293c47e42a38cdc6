#include "tools/cel_session.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/unicode.h"
#include "engine/facts/fact_row.h"

namespace leadgrade::tools {
namespace {

int CodePoints(absl::string_view text) {
  int count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(base::FirstCharacter(text).bytes);
  return count;
}

base::Issue IssueAt(absl::string_view file, absl::string_view source, const cel::ExprIssue& found) {
  const size_t begin = std::min<size_t>(found.range.begin, source.size());
  const size_t before = begin == 0 ? absl::string_view::npos : source.rfind('\n', begin - 1);
  const size_t line_begin = before == absl::string_view::npos ? 0 : before + 1;
  const absl::string_view line =
      source.substr(line_begin, source.find('\n', line_begin) - line_begin);
  const size_t from = std::min(begin - line_begin, line.size());
  const size_t to = std::clamp<size_t>(found.range.end - line_begin, from, line.size());
  base::Issue issue;
  issue.code = found.code;
  issue.message = found.message;
  issue.hint = found.hint;
  issue.span.file = std::string(file);
  issue.span.line = 1 + static_cast<int>(std::count(source.begin(), source.begin() + begin, '\n'));
  issue.span.column = CodePoints(line.substr(0, from)) + 1;
  issue.span.length = std::max(1, CodePoints(line.substr(from, to - from)));
  issue.source_line = std::string(line);
  return issue;
}

bool IsDottedName(absl::string_view name) {
  for (size_t dot = name.find('.'); dot != absl::string_view::npos; dot = name.find('.')) {
    if (!cel::IsIdentifier(name.substr(0, dot))) return false;
    name.remove_prefix(dot + 1);
  }
  return cel::IsIdentifier(name);
}

bool PointsSomewhere(const cel::Value& value) {
  switch (value.kind()) {
    case cel::Kind::kNull:
    case cel::Kind::kBool:
    case cel::Kind::kInt:
    case cel::Kind::kUint:
    case cel::Kind::kDouble:
    case cel::Kind::kTimestamp:
    case cel::Kind::kDuration:
    case cel::Kind::kEnum:  // whose type is the bundle's
      return false;
    default:
      return true;
  }
}

}  // namespace

CelSession::CelSession(CelSettings settings)
    : settings_(std::move(settings)),
      messages_(google::protobuf::DescriptorPool::generated_pool()) {
  plain_.SetTypes(&messages_);
  Rebuild();
}

const cel::Env& CelSession::BundleEnv() const {
  return settings_.bundle == nullptr ? plain_ : *settings_.bundle->env;
}

cel::EvalContext CelSession::Context() const {
  cel::EvalContext context;
  context.slots = slots_;
  context.now = settings_.now;
  context.zone = settings_.zone;
  // `now` of a bundle is a variable like others, and the clock for what reads that.
  if (settings_.bundle != nullptr && !slots_.empty() &&
      slots_[facts::kNowSlot].kind() == cel::Kind::kTimestamp) {
    context.now = slots_[facts::kNowSlot].timestamp();
  }
  return context;
}

void CelSession::Add(absl::string_view file, absl::string_view source,
                     const std::vector<cel::ExprIssue>& found, base::IssueList* issues) const {
  for (const cel::ExprIssue& issue : found) issues->Add(IssueAt(file, source, issue));
}

std::unique_ptr<const cel::Program> CelSession::Compiled(
    absl::string_view source, const std::optional<cel::Type>& expected,
    std::vector<cel::ExprIssue>* issues) const {
  return settings_.checked ? cel::Compile(source, env_, expected, issues)
                           : cel::CompileUnchecked(source, env_, issues);
}

CelSession::Outcome CelSession::Compile(absl::string_view file, absl::string_view source) const {
  Outcome outcome;
  std::vector<cel::ExprIssue> found;
  outcome.program = Compiled(source, std::nullopt, &found);
  Add(file, source, found, &outcome.issues);
  return outcome;
}

CelSession::Outcome CelSession::Evaluate(absl::string_view file, absl::string_view source) const {
  Outcome outcome = Compile(file, source);
  if (outcome.program == nullptr) return outcome;
  outcome.arena = std::make_unique<cel::Arena>();
  cel::EvalContext context = Context();
  context.arena = outcome.arena.get();
  outcome.value = outcome.program->Eval(context);
  return outcome;
}

std::optional<cel::Explanation> CelSession::Explain(absl::string_view file,
                                                    absl::string_view source,
                                                    base::IssueList* issues) const {
  std::vector<cel::ExprIssue> found;
  auto explanation = cel::Explain(source, env_, settings_.checked, Context(), &found);
  Add(file, source, found, issues);
  return explanation;
}

std::string CelSession::Ast(absl::string_view file, absl::string_view source,
                            base::IssueList* issues) const {
  std::vector<cel::ExprIssue> found;
  const cel::ExprPtr tree = cel::Parse(source, &found);
  if (tree != nullptr && settings_.checked) cel::Check(*tree, env_, std::nullopt, &found);
  Add(file, source, found, issues);
  return found.empty() ? cel::DumpAst(*tree) : "";
}

bool CelSession::EndsTooEarly(absl::string_view source) {
  std::vector<cel::ExprIssue> found;
  return cel::Parse(source, &found) == nullptr && found.size() == 1 &&
         absl::StartsWith(found[0].message, "the expression ends too early");
}

std::string CelSession::Refusal(const std::string& name) const {
  if (!IsDottedName(name)) return absl::StrCat("`", name, "` can't be a name");
  if (BundleEnv().FindConstant(name) != nullptr) {
    return absl::StrCat("`", name, "` is a parameter of the bundle");
  }
  if (BundleEnv().FindVariable(name) == nullptr) {
    for (const auto& type : BundleEnv().enums()) {
      if (type->name == name) return absl::StrCat("`", name, "` is a type of the bundle");
    }
  }
  if (assigned_.size() >= kMaxVariables || programs_.size() >= kMaxKept ||
      kept_bytes_ >= kMaxKeptBytes) {
    return absl::StrCat("a session takes ", kMaxVariables, " variables, and ", kMaxKept,
                        " texts, lists and maps of ", kMaxKeptBytes >> 20, " MiB together");
  }
  return "";
}

CelSession::AssignOutcome CelSession::Assign(const std::string& name, absl::string_view source) {
  AssignOutcome outcome;
  if (std::string refusal = Refusal(name); !refusal.empty()) {
    base::Issue issue;
    issue.code = "bad-variable";
    issue.span.file = name;
    issue.message = std::move(refusal);
    outcome.issues.Add(std::move(issue));
    return outcome;
  }
  const cel::Variable* declared = BundleEnv().FindVariable(name);
  std::optional<cel::Type> type;
  if (declared != nullptr) type = declared->type;
  std::vector<cel::ExprIssue> found;
  auto program = Compiled(source, type, &found);
  Add(name, source, found, &outcome.issues);
  if (program == nullptr) return outcome;
  auto arena = std::make_unique<cel::Arena>();
  cel::EvalContext context = Context();
  context.arena = arena.get();
  const cel::Value value = program->Eval(context);
  if (value.is_error()) {
    outcome.error = std::string(value.error().message);
    return outcome;
  }
  assigned_[name] = {type.value_or(program->type()), value};
  if (PointsSomewhere(value)) {
    programs_.push_back(std::move(program));
    Keep(std::move(arena));
    // It may be a derived fact's.
    Keep(std::move(row_arena_));
  }
  Rebuild();
  return outcome;
}

void CelSession::Keep(std::unique_ptr<const cel::Arena> arena) {
  kept_bytes_ += arena->used();
  arenas_.push_back(std::move(arena));
}

bool CelSession::Forget(const std::string& name) {
  if (assigned_.erase(name) == 0) return false;
  Rebuild();
  return true;
}

void CelSession::Rebuild() {
  env_ = BundleEnv();
  env_.SetContainer(settings_.container);
  int32_t slot = settings_.bundle == nullptr ? 0 : settings_.bundle->env_slot_count;
  for (const auto& [name, assignment] : assigned_) {
    // A name of the bundle's is declared with its slot already.
    if (env_.AddVariable(name, assignment.type, slot).ok()) ++slot;
  }
  slot_names_.assign(slot, "");
  for (const std::string& name : env_.NamesInScope()) {
    if (const cel::Variable* variable = env_.FindVariable(name)) slot_names_[variable->slot] = name;
  }
  FillSlots();
}

void CelSession::FillSlots() {
  auto arena = std::make_unique<cel::Arena>();
  slots_.resize(slot_names_.size());
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    slots_[slot] = arena->MakeUnknown({static_cast<int32_t>(slot)});
  }
  if (settings_.bundle != nullptr) slots_[facts::kNowSlot] = cel::Value::Timestamp(settings_.now);
  const auto assign = [this] {
    for (const auto& [name, assignment] : assigned_) {
      slots_[env_.FindVariable(name)->slot] = assignment.value;
    }
  };
  assign();
  if (settings_.bundle != nullptr) {
    const facts::Schema& schema = settings_.bundle->schema;
    cel::EvalContext context = Context();
    context.arena = arena.get();
    facts::StatedMask stated = facts::FillRow(schema, {}, context, absl::MakeSpan(slots_), nullptr);
    assign();
    for (const auto& [name, assignment] : assigned_) {
      const auto fact = schema.fact_index.find(name);
      if (fact != schema.fact_index.end()) stated[fact->second] = true;
    }
    facts::Rederive(schema, stated, context, absl::MakeSpan(slots_));
  }
  row_arena_ = std::move(arena);
}

std::vector<CelSession::Variable> CelSession::Variables() const {
  std::vector<Variable> variables;
  for (const std::string& name : env_.NamesInScope()) {
    if (const cel::Variable* variable = env_.FindVariable(name)) {
      variables.push_back({name, variable->type.ToString(), slots_[variable->slot]});
    } else if (const cel::Env::Constant* constant = env_.FindConstant(name)) {
      variables.push_back({name, constant->type.ToString(), constant->value});
    }
  }
  return variables;
}

std::vector<std::string> CelSession::Complete(absl::string_view prefix) const {
  std::vector<std::string> found = env_.NamesInScope();
  const std::vector<std::string> functions = env_.FunctionNames();
  found.insert(found.end(), functions.begin(), functions.end());
  std::erase_if(found, [&](const std::string& name) { return !absl::StartsWith(name, prefix); });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<std::string> CelSession::UnknownNames(const cel::Value& unknown) const {
  std::vector<std::string> names;
  for (const int32_t slot : unknown.unknown_slots()) names.push_back(slot_names_[slot]);
  std::sort(names.begin(), names.end());
  return names;
}

std::string CelSession::ToText(const cel::Value& value) const {
  return value.is_unknown() ? absl::StrCat("unknown: ", absl::StrJoin(UnknownNames(value), ", "))
                            : cel::ToString(value);
}

}  // namespace leadgrade::tools
