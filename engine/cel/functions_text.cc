// Functions of strings that the language definition has; for more see extension_strings.cc.
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/unicode.h"
#include "engine/cel/functions.h"
#include "re2/re2.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

Value Contains(EvalContext&, Arguments a) {
  return Value::Bool(FindText(a[0].text(), a[1].text()) != absl::string_view::npos);
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

}  // namespace

size_t FindText(absl::string_view text, absl::string_view part, size_t from) {
  if (from > text.size()) return absl::string_view::npos;
  if (part.empty()) return from;
  const void* const found =
      ::memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found == nullptr ? absl::string_view::npos
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

absl::string_view Shortened(absl::string_view text) {
  constexpr size_t kShown = 64;
  if (text.size() <= kShown) return text;
  text = text.substr(0, kShown);
  return text.substr(0, base::FirstInvalidUtf8(text));
}

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
  const auto add = [env](std::string name, std::vector<Type> parameters, const Type& result,
                         HostFunction function) {
    (void)env->AddFunction({std::move(name), true, std::move(parameters), result, function, false});
  };
  add("contains", {text, text}, boolean, Contains);
  add("startsWith", {text, text}, boolean, StartsWith);
  add("endsWith", {text, text}, boolean, EndsWith);
  add("matches", {text, text}, boolean, MatchesFunction);
  (void)env->AddFunction({"matches", false, {text, text}, boolean, MatchesFunction, false});
}

}  // namespace leadgrade::cel
