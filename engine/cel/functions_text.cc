// Functions of strings: those of the language definition, and of the strings extension what rule
// authors ask for first.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "engine/base/limits.h"
#include "engine/cel/functions.h"
#include "re2/re2.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

Value Contains(EvalContext&, Arguments a) {
  return Value::Bool(absl::StrContains(a[0].text(), a[1].text()));
}
Value StartsWith(EvalContext&, Arguments a) {
  return Value::Bool(absl::StartsWith(a[0].text(), a[1].text()));
}
Value EndsWith(EvalContext&, Arguments a) {
  return Value::Bool(absl::EndsWith(a[0].text(), a[1].text()));
}
Value MatchesFunction(EvalContext& context, Arguments a) {
  return Matches(context, a[0].text(), a[1].text());
}
Value LowerAscii(EvalContext& context, Arguments a) {
  return context.arena->MakeString(absl::AsciiStrToLower(a[0].text()));
}
Value UpperAscii(EvalContext& context, Arguments a) {
  return context.arena->MakeString(absl::AsciiStrToUpper(a[0].text()));
}
Value Trim(EvalContext&, Arguments a) {
  return Value::String(absl::StripAsciiWhitespace(a[0].text()));
}

Value Replace(EvalContext& context, Arguments a) {
  if (a[1].text().empty()) return context.arena->MakeError("cannot replace an empty string");
  const size_t worst = a[0].text().size() / a[1].text().size() * a[2].text().size();
  if (worst + a[0].text().size() > base::kMaxEvaluationBytes) {
    return context.arena->MakeError("evaluation needs too much memory");
  }
  return context.arena->MakeString(absl::StrReplaceAll(a[0].text(), {{a[1].text(), a[2].text()}}));
}

Value Split(EvalContext& context, Arguments a) {
  std::vector<Value> parts;
  if (a[1].text().empty()) return context.arena->MakeError("cannot split at an empty string");
  for (absl::string_view part : absl::StrSplit(a[0].text(), a[1].text())) {
    parts.push_back(Value::String(part));
  }
  return context.arena->MakeList(parts);
}

Value Join(EvalContext& context, Arguments a) {
  const absl::string_view separator = a.size() == 2 ? a[1].text() : absl::string_view();
  size_t bytes = 0;
  for (const Value& part : a[0].elements()) {
    if (part.kind() != Kind::kString) return NoOverload(context);
    bytes += part.text().size() + separator.size();
  }
  if (bytes > base::kMaxEvaluationBytes) {
    return context.arena->MakeError("evaluation needs too much memory");
  }
  return context.arena->MakeString(absl::StrJoin(
      a[0].elements(), separator,
      [](std::string* out, const Value& part) { absl::StrAppend(out, part.text()); }));
}

}  // namespace

Value Matches(EvalContext& context, absl::string_view text, absl::string_view pattern) {
  if (pattern.size() > base::kMaxRegexBytes) {
    return context.arena->MakeError("the pattern is too long");
  }
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(base::kMaxRegexMemoryBytes);
  const RE2 regex(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex.ok()) return context.arena->MakeError(absl::StrCat("bad pattern: ", regex.error()));
  return Value::Bool(RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex));
}

void AddTextFunctions(Env* env) {
  const Type text(TypeKind::kString), boolean(TypeKind::kBool);
  const Type texts = Type::List(text);
  const auto add = [env](std::string name, std::vector<Type> parameters, const Type& result,
                         HostFunction function) {
    (void)env->AddFunction({std::move(name), true, std::move(parameters), result, function, false});
  };
  add("contains", {text, text}, boolean, Contains);
  add("startsWith", {text, text}, boolean, StartsWith);
  add("endsWith", {text, text}, boolean, EndsWith);
  add("matches", {text, text}, boolean, MatchesFunction);
  (void)env->AddFunction({"matches", false, {text, text}, boolean, MatchesFunction, false});
  add("lowerAscii", {text}, text, LowerAscii);
  add("upperAscii", {text}, text, UpperAscii);
  add("trim", {text}, text, Trim);
  add("replace", {text, text, text}, text, Replace);
  add("split", {text, text}, texts, Split);
  add("join", {texts}, text, Join);
  add("join", {texts, text}, text, Join);
}

}  // namespace leadgrade::cel
