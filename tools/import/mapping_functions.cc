#include "tools/import/mapping_functions.h"

#include <cmath>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/cel/operators.h"
#include "tools/import/shown.h"

namespace leadgrade::tools {
namespace {

using cel::EvalContext;
using cel::Kind;
using cel::Type;
using cel::TypeKind;
using cel::Value;
using Arguments = absl::Span<const Value>;

// A year of two digits read as one of four is a wrong format, not a customer of Nero's.
constexpr int kFirstYear = 1000;

Value Date(EvalContext& context, Arguments a) {
  if (a[0].kind() != Kind::kString) {
    return context.arena->MakeError(absl::StrCat("date() reads a text, not ", Shown(a[0])));
  }
  const absl::string_view text = absl::StripAsciiWhitespace(a[0].text());
  const auto fail = [&](absl::string_view why) {
    return context.arena->MakeError(
        absl::StrCat("cannot read ", Shown(a[0]), " as a date of the form ", Shown(a[1]), why));
  };
  absl::Time time;
  std::string why;
  if (!absl::ParseTime(a[1].text(), text, context.zone, &time, &why) ||
      time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return fail("");
  }
  const int64_t year = absl::ToCivilYear(time, context.zone).year();
  if (year < kFirstYear || year > 9999) return fail(absl::StrCat(": that is the year ", year));
  return Value::Timestamp(time);
}

Value Number(EvalContext& context, Arguments a) {
  const Value& v = a[0];
  if (v.kind() == Kind::kDouble) return v;
  if (v.kind() == Kind::kInt) return Value::Double(static_cast<double>(v.int_value()));
  if (v.kind() == Kind::kUint) return Value::Double(static_cast<double>(v.uint_value()));
  if (v.kind() == Kind::kString) {
    const absl::string_view text = absl::StripAsciiWhitespace(v.text());
    double number = 0;
    if (text.find_first_not_of("+-.0123456789eE") == absl::string_view::npos &&
        absl::SimpleAtod(text, &number) && std::isfinite(number)) {
      return Value::Double(number);
    }
    if (absl::StrContains(text, ",")) {
      return context.arena->MakeError(absl::StrCat("cannot read ", Shown(v),
                                                   " as a number: write it without separators of "
                                                   "thousands, and with a decimal point"));
    }
  }
  return context.arena->MakeError(absl::StrCat("cannot read ", Shown(v), " as a number"));
}

Value Get(EvalContext& context, Arguments a) {
  const Value fallback = a.size() > 2 ? a[2] : Value::Null();
  if (a[0].kind() != Kind::kMap || !cel::Has(context, a[0], a[1].text()).is_true()) return fallback;
  return cel::Select(context, a[0], a[1].text());
}

}  // namespace

void AddMappingFunctions(cel::Env* env) {
  const Type dyn, text(TypeKind::kString);
  const auto add = [env](std::string name, std::vector<Type> parameters, Type result,
                         cel::HostFunction function) {
    // Names and types are ours: a failure here is a bug that every test would show.
    (void)env->AddFunction(
        {std::move(name), false, std::move(parameters), std::move(result), function, false});
  };
  add("date", {dyn, text}, Type(TypeKind::kTimestamp), Date);
  add("number", {dyn}, Type(TypeKind::kDouble), Number);
  add("get", {dyn, text}, dyn, Get);
  add("get", {dyn, text, dyn}, dyn, Get);
}

}  // namespace leadgrade::tools
