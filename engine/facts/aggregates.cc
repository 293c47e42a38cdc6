#include "engine/facts/aggregates.h"

#include <algorithm>

#include "absl/time/civil_time.h"

namespace leadgrade::facts {
namespace {

using Take = Aggregate::Take;

template <typename T>
bool IsAnyOf(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool Counts(const Aggregate& aggregate, const TimelineEvent& event) {
  return IsAnyOf(aggregate.event_types, event.type) &&
         (aggregate.value != Aggregate::Value::kDue || event.due.has_value());
}

bool Counts(const Aggregate& aggregate, const GradeChange& change) {
  return change.cause != Cause::kOverride && IsAnyOf(aggregate.rules, change.rule) &&
         IsAnyOf(aggregate.grades, change.to);
}

double Amount(const TimelineEvent& event) { return event.amount.value_or(0); }
double Amount(const GradeChange&) { return 0; }

// The first instant at which an entry counts no more.
absl::Time LeavesAt(const Aggregate::Window& window, absl::Time time, absl::TimeZone zone) {
  if (window.days > 0) {
    return absl::FromCivil(absl::ToCivilDay(time, zone) + window.days, zone);
  }
  return time + window.duration;
}

cel::Value ValueOf(const Aggregate& aggregate, const TimelineEvent& event) {
  // Those without a due time are left out before.
  return cel::Value::Timestamp(aggregate.value == Aggregate::Value::kDue ? *event.due : event.time);
}

cel::Value ValueOf(const Aggregate& aggregate, const GradeChange& change) {
  if (aggregate.value == Aggregate::Value::kTime) return cel::Value::Timestamp(change.time);
  const cel::EnumType* grades = aggregate.type.WithoutNull().enum_type().get();
  const int ordinal = grades->OrdinalOf(change.to).value_or(-1);
  // A grade that the bundle no longer has counts as none.
  return ordinal < 0 ? cel::Value::Null() : cel::Value::Enum(grades, ordinal);
}

template <typename Entry>
cel::Value Evaluate(const Aggregate& aggregate, const std::vector<Entry>& entries,
                    const cel::EvalContext& context) {
  const auto counts = [&](const Entry& entry) {
    return Counts(aggregate, entry) && IsInWindow(aggregate, entry.time, context);
  };
  switch (aggregate.take) {
    case Take::kCount:
      return cel::Value::Int(std::count_if(entries.begin(), entries.end(), counts));
    case Take::kSum: {
      double sum = 0;
      for (const Entry& entry : entries) {
        if (counts(entry)) sum += Amount(entry);
      }
      return cel::Value::Double(sum);
    }
    case Take::kFirst: {
      const auto it = std::find_if(entries.begin(), entries.end(), counts);
      return it == entries.end() ? cel::Value::Null() : ValueOf(aggregate, *it);
    }
    case Take::kLast: {
      const auto it = std::find_if(entries.rbegin(), entries.rend(), counts);
      return it == entries.rend() ? cel::Value::Null() : ValueOf(aggregate, *it);
    }
  }
  return cel::Value::Null();
}

template <typename Entry>
absl::Time NextChange(const Aggregate& aggregate, const std::vector<Entry>& entries,
                      const cel::EvalContext& context) {
  absl::Time next = absl::InfiniteFuture();
  for (const Entry& entry : entries) {
    if (!Counts(aggregate, entry)) continue;
    if (entry.time > context.now) {
      next = std::min(next, entry.time);
    } else if (aggregate.within.has_value()) {
      const absl::Time leaves = LeavesAt(*aggregate.within, entry.time, context.zone);
      if (leaves > context.now) next = std::min(next, leaves);
    }
  }
  return next;
}

}  // namespace

bool IsInWindow(const Aggregate& aggregate, absl::Time time, const cel::EvalContext& context) {
  return time <= context.now && (!aggregate.within.has_value() ||
                                 context.now < LeavesAt(*aggregate.within, time, context.zone));
}

cel::Value EvaluateAggregate(const Aggregate& aggregate, const Lead& lead,
                             const cel::EvalContext& context) {
  return aggregate.of == Aggregate::Of::kEvents ? Evaluate(aggregate, lead.timeline, context)
                                                : Evaluate(aggregate, lead.grade_history, context);
}

absl::Time NextAggregateChange(const Aggregate& aggregate, const Lead& lead,
                               const cel::EvalContext& context) {
  return aggregate.of == Aggregate::Of::kEvents
             ? NextChange(aggregate, lead.timeline, context)
             : NextChange(aggregate, lead.grade_history, context);
}

}  // namespace leadgrade::facts
