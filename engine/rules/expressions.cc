#include "engine/rules/expressions.h"

#include <algorithm>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/limits.h"

namespace leadgrade::rules {
namespace {

using cel::Type;
using cel::TypeKind;

// Conversions of literals that always fail. CEL has them fail when they are reached; in a rule they
// are mistakes.
void CheckLiterals(const cel::Expr& expr, std::vector<cel::ExprIssue>* issues) {
  const bool instant = expr.name == "timestamp";
  if (expr.kind == cel::ExprKind::kCall && (instant || expr.name == "duration") &&
      expr.operands.size() == 1 && expr.operands[0]->kind == cel::ExprKind::kConstant) {
    const cel::Expr& literal = *expr.operands[0];
    issues->push_back({"bad-value", literal.range,
                       absl::StrCat(cel::ToString(literal.constant), " is no ", expr.name),
                       instant ? "an instant with its offset, such as `2026-03-01T09:30:00+08:00`"
                               : "hours, minutes and seconds, such as `36h` or `1h30m`"});
  }
  for (const cel::ExprPtr& operand : expr.operands) CheckLiterals(*operand, issues);
  if (expr.comprehension == nullptr) return;
  const cel::Comprehension& fold = *expr.comprehension;
  for (const cel::ExprPtr* part :
       {&fold.range, &fold.init, &fold.condition, &fold.step, &fold.result}) {
    CheckLiterals(**part, issues);
  }
}

ProgramPtr CompileLocated(base::IssueList* issues, const Located& at, absl::string_view source,
                          const cel::Env& env, const Type& expected) {
  std::vector<cel::ExprIssue> expr_issues;
  ProgramPtr program = CompileText(source, env, expected, &expr_issues);
  AddExprIssues(issues, at, expr_issues);
  return program;
}

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// Operands of the outermost chain of &&, left to right.
void Conjuncts(const cel::Expr& expr, std::vector<cel::Range>* out) {
  if (expr.kind == cel::ExprKind::kCall && expr.name == "_&&_") {
    for (const cel::ExprPtr& operand : expr.operands) Conjuncts(*operand, out);
  } else {
    out->push_back(expr.range);
  }
}

class ConditionCompiler {
 public:
  ConditionCompiler(base::IssueList* issues, const cel::Env& env) : issues_(issues), env_(env) {}

  // The CEL that `at` stands for; "" with issues added on failure.
  std::string Compile(const Located& at, Term::Group group) {
    if (at->is_scalar()) return Leaf(at, group);
    if (at->is_sequence()) {
      AddIssue(issues_, at, "wrong-shape", "a list of conditions needs `all:`, `any:` or `none:`");
      return "";
    }
    if (IsOtherConnective(at)) return "";
    const MapReader reader(issues_, at, kConditionFormat);
    if (!reader.is_map()) return "";
    if (at->entries.size() != 1) {
      AddIssue(issues_, at, "bad-value", "a condition has one of `all`, `any` and `none`",
               "nest them: `all: [{any: […]}, {none: […]}]`");
      return "";
    }
    if (const auto all = reader.List("all")) return Join(at, *all, " && ", Term::Group::kAll, "");
    if (const auto any = reader.List("any")) return Join(at, *any, " || ", Term::Group::kAny, "");
    if (const auto none = reader.List("none")) {
      return Join(at, *none, " || ", Term::Group::kNone, "!");
    }
    return "";
  }

  std::vector<Term> TakeTerms() { return std::move(terms_); }

 private:
  // `and`, `or` and `not` resemble other connectives than those that are meant.
  bool IsOtherConnective(const Located& at) {
    for (const auto& [word, meant] :
         {std::pair("and", "all"), std::pair("or", "any"), std::pair("not", "none")}) {
      if (at->Find(word) == nullptr) continue;
      AddIssue(issues_, at, "unknown-key", absl::StrCat("unknown key `", word, "` in a condition"),
               absl::StrCat("write `", meant, "`"));
      return true;
    }
    return false;
  }

  std::string Leaf(const Located& at, Term::Group group) {
    ProgramPtr program = CompileAt(issues_, at, env_, Type(TypeKind::kBool));
    if (program == nullptr) return "";
    std::vector<cel::Range> parts;
    std::vector<cel::ExprIssue> unused;
    const cel::ExprPtr parsed = cel::Parse(at->text, &unused);
    if (parsed != nullptr && group == Term::Group::kAll) Conjuncts(*parsed, &parts);
    if (parts.size() < 2) {
      terms_.push_back({group,
                        std::string(absl::StripAsciiWhitespace(at->text)),
                        program,
                        at.Span(),
                        {0, static_cast<int>(at->text.size())}});
      return at->text;
    }
    for (const cel::Range& part : parts) {
      std::string source = at->text.substr(part.begin, part.end - part.begin);
      ProgramPtr term = cel::Compile(source, env_, Type(TypeKind::kBool), &unused);
      if (term == nullptr) continue;
      terms_.push_back({group, std::move(source), std::move(term),
                        at.file->SpanIn(*at.node, part.begin, part.end), part});
    }
    return at->text;
  }

  std::string Join(const Located& at, const std::vector<Located>& items,
                   absl::string_view connective, Term::Group group, absl::string_view prefix) {
    if (items.empty()) {
      AddIssue(issues_, at, "bad-value", "the list of conditions is empty");
      return "";
    }
    std::string out = absl::StrCat(prefix, "(");
    bool complete = true;
    for (size_t i = 0; i < items.size(); ++i) {
      absl::StrAppend(&out, i == 0 ? "" : connective, "(");
      const size_t first = terms_.size();
      const std::string source = Compile(items[i], group);
      if (source.empty()) complete = false;
      for (size_t term = first; term < terms_.size(); ++term) {
        terms_[term].range.begin += static_cast<int>(out.size());
        terms_[term].range.end += static_cast<int>(out.size());
      }
      absl::StrAppend(&out, source, ")");
    }
    return complete ? out + ")" : "";
  }

  base::IssueList* issues_;
  const cel::Env& env_;
  std::vector<Term> terms_;
};

std::optional<Type> TypeByName(absl::string_view name,
                               const std::vector<std::shared_ptr<const cel::EnumType>>& enums) {
  if (name == "bool") return Type(TypeKind::kBool);
  if (name == "int") return Type(TypeKind::kInt);
  if (name == "double") return Type(TypeKind::kDouble);
  if (name == "string") return Type(TypeKind::kString);
  if (name == "timestamp") return Type(TypeKind::kTimestamp);
  if (name == "duration") return Type(TypeKind::kDuration);
  for (const auto& type : enums) {
    if (type->name == name) return Type::Enum(type);
  }
  return std::nullopt;
}

}  // namespace

ProgramPtr CompileText(absl::string_view source, const cel::Env& env, const Type& expected,
                       std::vector<cel::ExprIssue>* issues) {
  const size_t before = issues->size();
  ProgramPtr program = cel::Compile(source, env, expected, issues);
  if (program != nullptr) CheckLiterals(program->expr(), issues);
  return issues->size() == before ? program : nullptr;
}

ProgramPtr CompileAt(base::IssueList* issues, const Located& at, const cel::Env& env,
                     const Type& expected) {
  const std::optional<std::string> text = ReadText(issues, at);
  if (!text.has_value()) return nullptr;
  return CompileLocated(issues, at, *text, env, expected);
}

ProgramPtr CompileValue(base::IssueList* issues, const Located& at, const cel::Env& env,
                        const Type& expected) {
  std::optional<std::string> text = ReadText(issues, at);
  if (!text.has_value()) return nullptr;
  const TypeKind kind = expected.WithoutNull().kind();
  absl::Time time;
  if (kind == TypeKind::kTimestamp && absl::ParseTime(absl::RFC3339_full, *text, &time, nullptr)) {
    AddIssue(issues, at, "type-mismatch", "an instant in CEL is made by `timestamp(…)`",
             absl::StrCat("write `timestamp(\"", *text, "\")`"));
    return nullptr;
  }
  int64_t whole = 0;
  if (kind == TypeKind::kString) {
    text = Quoted(*text);
  } else if (kind == TypeKind::kDouble && absl::SimpleAtoi(*text, &whole)) {
    absl::StrAppend(&*text, ".0");
  }
  return CompileLocated(issues, at, *text, env, expected);
}

Condition CompileCondition(base::IssueList* issues, const Located& at, const cel::Env& env) {
  Condition condition;
  ConditionCompiler compiler(issues, env);
  const std::string source = compiler.Compile(at, Term::Group::kAll);
  if (source.empty()) return condition;
  condition.terms = compiler.TakeTerms();
  std::vector<cel::ExprIssue> expr_issues;
  condition.when = cel::Compile(source, env, Type(TypeKind::kBool), &expr_issues);
  // Each part compiled; the whole can only be too long or too deep.
  for (const cel::ExprIssue& issue : expr_issues) {
    AddIssue(issues, at, issue.code, issue.message, issue.hint);
  }
  return condition;
}

std::optional<Type> ReadType(base::IssueList* issues, const Located& at,
                             const std::vector<std::shared_ptr<const cel::EnumType>>& enums) {
  const std::optional<std::string> text = ReadText(issues, at);
  if (!text.has_value()) return std::nullopt;
  absl::string_view name = *text;
  const bool list = absl::ConsumePrefix(&name, "list(") && absl::ConsumeSuffix(&name, ")");
  std::optional<Type> type = TypeByName(list ? name : absl::string_view(*text), enums);
  if (!type.has_value()) {
    std::vector<std::string> names = {"bool", "int", "double", "string", "timestamp", "duration"};
    for (const auto& known : enums) names.push_back(known->name);
    std::string hint = base::DidYouMeanOrAll(list ? name : absl::string_view(*text), names);
    if (*text == "Action") hint = "its values are declared in a document of `kind: ActionCatalog`";
    if (list && absl::StartsWith(name, "list(")) hint = "the elements of a list are single values";
    AddIssue(issues, at, "unknown-type", absl::StrCat("unknown type `", *text, "`"),
             std::move(hint));
    return std::nullopt;
  }
  return list ? Type::List(*type) : type;
}

std::vector<int> DependencyOrder(const std::vector<std::vector<int>>& depends_on,
                                 std::vector<int>* cycle) {
  enum class State : uint8_t { kNew, kOpen, kDone };
  std::vector<State> state(depends_on.size(), State::kNew);
  std::vector<int> order;
  std::vector<int> path;
  // Depth is bounded by the number of nodes, which limits.h bounds.
  const std::function<bool(int)> visit = [&](int node) {
    if (state[node] == State::kDone) return true;
    path.push_back(node);
    if (state[node] == State::kOpen) {
      cycle->assign(std::find(path.begin(), path.end(), node), path.end());
      return false;
    }
    state[node] = State::kOpen;
    for (int next : depends_on[node]) {
      if (!visit(next)) return false;
    }
    state[node] = State::kDone;
    path.pop_back();
    order.push_back(node);
    return true;
  };
  for (size_t i = 0; i < depends_on.size(); ++i) {
    if (!visit(static_cast<int>(i))) break;
  }
  return order;
}

}  // namespace leadgrade::rules
