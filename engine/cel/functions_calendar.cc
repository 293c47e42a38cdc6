#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "engine/base/zone_name.h"
#include "engine/cel/functions.h"
#include "engine/cel/operators.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

enum class Part {
  kFullYear,
  kMonth,
  kDayOfYear,
  kDayOfMonth,
  kDate,
  kDayOfWeek,
  kHours,
  kMinutes,
  kSeconds,
  kMilliseconds
};

// Fixed offsets "+08:00", "-08:00", "08:00", or IANA names.
bool FindZone(absl::string_view name, absl::TimeZone* zone) {
  absl::string_view offset = name;
  const bool west = absl::ConsumePrefix(&offset, "-");
  if (!west) absl::ConsumePrefix(&offset, "+");
  if (offset.size() == 5 && offset[2] == ':') {
    const auto digit = [&](int i) { return offset[i] - '0'; };
    for (const int i : {0, 1, 3, 4}) {
      if (digit(i) < 0 || digit(i) > 9) return false;
    }
    const int minutes = (digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4);
    *zone = absl::FixedTimeZone((west ? -60 : 60) * minutes);
    return minutes < 24 * 60;
  }
  return base::IsZoneName(name) && absl::LoadTimeZone(name, zone);
}

template <Part part>
Value Get(EvalContext& context, Arguments a) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (a.size() == 2 && !FindZone(a[1].text(), &zone)) {
    return context.arena->MakeError(absl::StrCat("unknown time zone ", Shortened(a[1].text())));
  }
  const absl::TimeZone::CivilInfo info = zone.At(a[0].timestamp());
  const absl::CivilDay day(info.cs);
  switch (part) {
    case Part::kFullYear:
      return Value::Int(info.cs.year());
    case Part::kMonth:
      return Value::Int(info.cs.month() - 1);
    case Part::kDayOfYear:
      return Value::Int(absl::GetYearDay(day) - 1);
    case Part::kDayOfMonth:
      return Value::Int(info.cs.day() - 1);
    case Part::kDate:
      return Value::Int(info.cs.day());
    case Part::kDayOfWeek:
      return Value::Int((static_cast<int>(absl::GetWeekday(day)) + 1) % 7);  // Sunday is 0
    case Part::kHours:
      return Value::Int(info.cs.hour());
    case Part::kMinutes:
      return Value::Int(info.cs.minute());
    case Part::kSeconds:
      return Value::Int(info.cs.second());
    case Part::kMilliseconds:
      return Value::Int(absl::ToInt64Milliseconds(info.subsecond));
  }
  return NoOverload(context);
}

template <int64_t seconds>
Value Whole(EvalContext&, Arguments a) {
  return Value::Int(absl::ToInt64Seconds(a[0].duration()) / seconds);
}
Value DurationMilliseconds(EvalContext&, Arguments a) {
  return Value::Int(absl::ToInt64Milliseconds(a[0].duration() % absl::Seconds(1)));
}

Value DaysSince(EvalContext& context, Arguments a) {
  return Value::Int(absl::ToCivilDay(context.now, context.zone) -
                    absl::ToCivilDay(a[0].timestamp(), context.zone));
}
Value DaysBetween(EvalContext& context, Arguments a) {
  return Value::Int(absl::ToCivilDay(a[1].timestamp(), context.zone) -
                    absl::ToCivilDay(a[0].timestamp(), context.zone));
}
Value StartOfDay(EvalContext& context, Arguments a) {
  return CheckedTime(
      context, absl::FromCivil(absl::ToCivilDay(a[0].timestamp(), context.zone), context.zone));
}
Value StartOfDayAfter(EvalContext& context, Arguments a) {
  // Well past all timestamps there are, and far from overflow.
  constexpr int64_t kMaxDays = 4000000;
  const int64_t days = a[1].int_value();
  if (days < -kMaxDays || days > kMaxDays)
    return context.arena->MakeError("timestamp out of range");
  return CheckedTime(
      context,
      absl::FromCivil(absl::ToCivilDay(a[0].timestamp(), context.zone) + days, context.zone));
}

}  // namespace

void AddCalendarFunctions(Env* env) {
  const Type time(TypeKind::kTimestamp), integer(TypeKind::kInt), text(TypeKind::kString);
  const Type duration(TypeKind::kDuration);
  const auto accessor = [&](const char* name, HostFunction function) {
    (void)env->AddFunction({name, true, {time}, integer, function, false});
    (void)env->AddFunction({name, true, {time, text}, integer, function, false});
  };
  accessor("getFullYear", Get<Part::kFullYear>);
  accessor("getMonth", Get<Part::kMonth>);
  accessor("getDayOfYear", Get<Part::kDayOfYear>);
  accessor("getDayOfMonth", Get<Part::kDayOfMonth>);
  accessor("getDate", Get<Part::kDate>);
  accessor("getDayOfWeek", Get<Part::kDayOfWeek>);
  accessor("getHours", Get<Part::kHours>);
  accessor("getMinutes", Get<Part::kMinutes>);
  accessor("getSeconds", Get<Part::kSeconds>);
  accessor("getMilliseconds", Get<Part::kMilliseconds>);
  (void)env->AddFunction({"getHours", true, {duration}, integer, Whole<3600>, false});
  (void)env->AddFunction({"getMinutes", true, {duration}, integer, Whole<60>, false});
  (void)env->AddFunction({"getSeconds", true, {duration}, integer, Whole<1>, false});
  (void)env->AddFunction(
      {"getMilliseconds", true, {duration}, integer, DurationMilliseconds, false});
  (void)env->AddFunction({"days_since", false, {time}, integer, DaysSince, true});
  (void)env->AddFunction({"days_between", false, {time, time}, integer, DaysBetween, false});
  (void)env->AddFunction({"start_of_day", false, {time}, time, StartOfDay, false});
  (void)env->AddFunction({"start_of_day", false, {time, integer}, time, StartOfDayAfter, false});
}

}  // namespace leadgrade::cel
