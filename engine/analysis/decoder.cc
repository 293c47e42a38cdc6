#include "engine/analysis/decoder.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "engine/facts/aggregates.h"

namespace leadgrade::analysis {

using facts::Aggregate;
using facts::FactValue;
using facts::GradeChange;
using facts::Lead;
using facts::Provenance;
using facts::TimelineEvent;
using Take = Aggregate::Take;

namespace {

class Decoder {
 public:
  Decoder(const rules::Bundle& bundle, const Inputs& inputs, const Assignment& assignment)
      : bundle_(bundle), inputs_(inputs), values_(assignment) {
    witness_.now = TimeOf(inputs.now);
  }

  Witness Run() {
    StateFacts();
    for (size_t i = 0; i < inputs_.aggregates.size(); ++i) {
      const Aggregate& aggregate = bundle_.schema.aggregates[i];
      if (inputs_.aggregates[i].value == nullptr || IsNull(inputs_.aggregates[i])) continue;
      const bool instant = aggregate.value == Aggregate::Value::kTime &&
                           (aggregate.take == Take::kFirst || aggregate.take == Take::kLast);
      if (instant) times_.push_back(TimeOf(inputs_.aggregates[i].value));
    }
    std::sort(times_.begin(), times_.end());
    for (const Aggregate& aggregate : bundle_.schema.aggregates) {
      if (aggregate.within.has_value()) times_.push_back(JustOutside(*aggregate.within));
    }
    times_.push_back(witness_.now);
    PlaceEvents();
    PlaceChanges();
    return std::move(witness_);
  }

 private:
  bool Holds(Term term) { return values_.Holds(term); }
  absl::int128 IntOf(Term term) { return std::get<absl::int128>(values_.Of(term)); }
  absl::Time TimeOf(Term term) { return FromNanos(IntOf(term)); }
  bool IsNull(const Symbol& symbol) { return Holds(symbol.null); }

  // An instant that has left the window, but not one that is a little longer.
  absl::Time JustOutside(const Aggregate::Window& window) const {
    if (window.days == 0) return witness_.now - window.duration;
    const absl::CivilDay today = absl::ToCivilDay(witness_.now, bundle_.time_zone);
    return absl::FromCivil(today - (window.days - 1), bundle_.time_zone) - absl::Seconds(1);
  }

  cel::EvalContext Context() const {
    cel::EvalContext context;
    context.now = witness_.now;
    context.zone = bundle_.time_zone;
    return context;
  }

  FactValue ValueOf(const cel::Type& type, const Symbol& symbol) {
    if (symbol.value == nullptr || IsNull(symbol)) return {std::monostate()};
    const Constant& value = values_.Of(symbol.value);
    if (const bool* v = std::get_if<bool>(&value)) return {*v};
    if (const double* v = std::get_if<double>(&value)) return {*v};
    if (const auto* v = std::get_if<std::string>(&value)) return {*v};
    const absl::int128 number = std::get<absl::int128>(value);
    switch (type.WithoutNull().kind()) {
      case cel::TypeKind::kEnum:
        return {type.WithoutNull()
                    .enum_type()
                    ->values[static_cast<size_t>(static_cast<int64_t>(number))]};
      case cel::TypeKind::kTimestamp:
        return {FromNanos(number)};
      case cel::TypeKind::kDuration:
        return {absl::Nanoseconds(static_cast<int64_t>(number))};
      default:
        return {static_cast<int64_t>(number)};
    }
  }

  // Another value than `value`, for somebody to contradict it with.
  static std::optional<FactValue> Other(const cel::Type& type, const FactValue& value) {
    if (const bool* v = std::get_if<bool>(&value.value)) return FactValue{!*v};
    if (const auto* v = std::get_if<int64_t>(&value.value)) return FactValue{*v == 0 ? 1 : *v / 2};
    if (const auto* v = std::get_if<double>(&value.value)) return FactValue{*v == 0 ? 1. : 0.};
    const auto& named = type.WithoutNull().enum_type();
    const auto* text = std::get_if<std::string>(&value.value);
    if (text == nullptr) return std::nullopt;
    if (named == nullptr) return FactValue{absl::StrCat(*text, "?")};
    for (const std::string& each : named->values) {
      if (each != *text) return FactValue{each};
    }
    return std::nullopt;
  }

  // Null where the rules do not ask for it.
  const Symbol* AttributeOf(int fact, Provenance what) const {
    for (size_t i = 0; i < inputs_.attributes.size(); ++i) {
      const facts::FactAttribute& attribute = bundle_.schema.attributes[i];
      if (attribute.fact == fact && attribute.what == what) return &inputs_.attributes[i];
    }
    return nullptr;
  }

  void StateFacts() {
    for (size_t i = 0; i < inputs_.facts.size(); ++i) {
      const facts::Fact& fact = bundle_.schema.facts[i];
      const int index = static_cast<int>(i);
      const Symbol* conflicted = AttributeOf(index, Provenance::kConflicted);
      const bool contradicted = conflicted != nullptr && Holds(conflicted->value);
      const bool stated = Holds(inputs_.stated[i]);
      if (!stated && !contradicted) continue;
      facts::Statements said = {Statement(index)};
      if (contradicted) {
        if (said[0].status == facts::FactStatus::kConfirmed) {
          said[0].observed_time = std::min(said[0].observed_time, witness_.now - absl::Seconds(1));
        }
        // Of two that have as much to say, and say different things, none counts.
        if (!stated) said[0].status = facts::FactStatus::kClaimed;
        if (!stated) said[0].role.clear();
        if (const auto other = Other(fact.type, said[0].value)) {
          facts::StatedFact claim;
          claim.value = *other;
          claim.status = facts::FactStatus::kClaimed;
          claim.source = "another";
          claim.observed_time = witness_.now;
          said.push_back(std::move(claim));
        }
      }
      witness_.lead.facts[fact.name] = std::move(said);
    }
  }

  facts::StatedFact Statement(int fact) {
    facts::StatedFact statement;
    statement.value = ValueOf(bundle_.schema.facts[fact].type, inputs_.facts[fact]);
    statement.observed_time = witness_.now;
    if (const Symbol* confirmed = AttributeOf(fact, Provenance::kConfirmed);
        confirmed != nullptr && !Holds(confirmed->value)) {
      statement.status = facts::FactStatus::kClaimed;
    }
    if (const Symbol* age = AttributeOf(fact, Provenance::kAge)) {
      statement.observed_time -= absl::Nanoseconds(static_cast<int64_t>(IntOf(age->value)));
    }
    if (const Symbol* role = AttributeOf(fact, Provenance::kSourceRole);
        role != nullptr && !IsNull(*role)) {
      const auto& roles = bundle_.schema.source_roles->values;
      statement.role = roles[static_cast<size_t>(static_cast<int64_t>(IntOf(role->value)))];
    }
    return statement;
  }

  // The value that an aggregate is to have; what it has by now.
  bool Agrees(size_t i) {
    const cel::Value has =
        facts::EvaluateAggregate(bundle_.schema.aggregates[i], witness_.lead, Context());
    const Symbol& symbol = inputs_.aggregates[i];
    if (Holds(symbol.null)) return has.is_null();
    switch (has.kind()) {
      case cel::Kind::kInt:
        return has.int_value() == IntOf(symbol.value);
      case cel::Kind::kDouble:
        return has.double_value() == std::get<double>(values_.Of(symbol.value));
      case cel::Kind::kTimestamp:
        return ToNanos(has.timestamp()) == IntOf(symbol.value);
      case cel::Kind::kEnum:
        return has.ordinal() == IntOf(symbol.value);
      default:
        return false;
    }
  }

  size_t Agreeing(Aggregate::Of of) {
    size_t count = 0;
    for (size_t i = 0; i < inputs_.aggregates.size(); ++i) {
      count += bundle_.schema.aggregates[i].of == of && Agrees(i);
    }
    return count;
  }

  static bool Counts(const std::vector<std::string>& filter, const std::string& name) {
    return filter.empty() || std::find(filter.begin(), filter.end(), name) != filter.end();
  }

  std::vector<std::string> EventTypes() const {
    std::vector<std::string> types = bundle_.schema.event_types;
    for (const Aggregate& aggregate : bundle_.schema.aggregates) {
      for (const std::string& type : aggregate.event_types) {
        if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
      }
    }
    if (types.empty()) types.push_back("event");
    return types;
  }

  void Insert(TimelineEvent event) {
    auto& timeline = witness_.lead.timeline;
    const auto after =
        std::upper_bound(timeline.begin(), timeline.end(), event.time,
                         [](absl::Time time, const auto& each) { return time < each.time; });
    timeline.insert(after, std::move(event));
  }

  void PlaceEvents() {
    const std::vector<std::string> types = EventTypes();
    for (size_t i = 0; i < inputs_.aggregates.size(); ++i) {
      const Aggregate& aggregate = bundle_.schema.aggregates[i];
      if (aggregate.of != Aggregate::Of::kEvents) continue;
      for (int added = 0; added < kMaxWitnessEvents && !Agrees(i); ++added) {
        if (!AddEventFor(i, types)) break;
      }
    }
  }

  // Of the events that bring the aggregate nearer, the one with which most others agree.
  bool AddEventFor(size_t index, const std::vector<std::string>& types) {
    const Aggregate& aggregate = bundle_.schema.aggregates[index];
    const Symbol& wanted = inputs_.aggregates[index];
    if (IsNull(wanted)) return false;
    std::optional<TimelineEvent> best;
    int best_score = -1;
    for (const std::string& type : types) {
      if (!Counts(aggregate.event_types, type)) continue;
      for (const absl::Time time : times_) {
        if (!facts::IsInWindow(aggregate, time, Context())) continue;
        TimelineEvent event{time, type, std::nullopt};
        if (aggregate.take == Take::kFirst || aggregate.take == Take::kLast) {
          const absl::Time value = TimeOf(wanted.value);
          if (aggregate.value == Aggregate::Value::kDue) {
            event.due = value;
            event.time = std::min(time, value);
          } else if (time != value) {
            continue;
          }
        } else if (aggregate.take == Take::kSum) {
          event.amount = std::get<double>(values_.Of(wanted.value)) - SumOf(aggregate);
        }
        // Harm is not made good by anything; among harmless ones the one that does most is best.
        constexpr int kMostAggregates = 1000;
        const int score = Harmless(event, index) * kMostAggregates + AgreeingWith(event);
        if (score > best_score) {
          best = event;
          best_score = score;
        }
      }
    }
    if (!best.has_value()) return false;
    Insert(*std::move(best));
    return true;
  }

  int AgreeingWith(const TimelineEvent& event) {
    const std::vector<TimelineEvent> before = witness_.lead.timeline;
    Insert(event);
    const auto agreeing = static_cast<int>(Agreeing(Aggregate::Of::kEvents));
    witness_.lead.timeline = before;
    return agreeing;
  }

  double SumOf(const Aggregate& aggregate) const {
    return facts::EvaluateAggregate(aggregate, witness_.lead, Context()).double_value();
  }

  // Of the other aggregates that count such an event, those that may have it: their last or first
  // is not before or after it, their count is not full.
  int Harmless(const TimelineEvent& event, size_t index) {
    int score = 0;
    for (size_t i = 0; i < inputs_.aggregates.size(); ++i) {
      const Aggregate& other = bundle_.schema.aggregates[i];
      const Symbol& wanted = inputs_.aggregates[i];
      if (i == index || other.of != Aggregate::Of::kEvents) continue;
      const bool counts = Counts(other.event_types, event.type) &&
                          facts::IsInWindow(other, event.time, Context()) &&
                          (other.value != Aggregate::Value::kDue || event.due.has_value());
      bool harmless = !counts;
      if (counts) {
        switch (other.take) {
          case Take::kCount:
            harmless = IntOf(wanted.value) > 0 && !Agrees(i);
            break;
          case Take::kSum:
            harmless = !event.amount.has_value() || !Agrees(i);
            break;
          case Take::kFirst:
            harmless = !IsNull(wanted) && (other.value == Aggregate::Value::kDue ||
                                           event.time >= TimeOf(wanted.value));
            break;
          case Take::kLast:
            harmless = !IsNull(wanted) && (other.value == Aggregate::Value::kDue ||
                                           event.time <= TimeOf(wanted.value));
            break;
        }
      }
      score += harmless;
    }
    return score;
  }

  // Which changes of grade there are follows from the instants asked for; which rule made each, and
  // to which grade, is tried, the last of them first.
  void PlaceChanges() {
    std::vector<absl::Time> times;
    int count = 0;
    for (size_t i = 0; i < inputs_.aggregates.size(); ++i) {
      const Aggregate& aggregate = bundle_.schema.aggregates[i];
      const Symbol& wanted = inputs_.aggregates[i];
      if (aggregate.of != Aggregate::Of::kGradeHistory || IsNull(wanted)) continue;
      if (aggregate.take == Take::kCount) {
        count = std::max(count, static_cast<int>(std::min<absl::int128>(
                                    IntOf(wanted.value), absl::int128(kMaxWitnessEvents))));
      } else if (aggregate.value == Aggregate::Value::kTime && aggregate.take != Take::kSum) {
        times.push_back(TimeOf(wanted.value));
      } else if (aggregate.value == Aggregate::Value::kGrade) {
        count = std::max(count, 1);
      }
    }
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    while (static_cast<int>(times.size()) < count) {
      times.push_back(times.empty() ? witness_.now : times.back());
    }
    auto& history = witness_.lead.grade_history;
    for (const absl::Time time : times) {
      GradeChange& change = history.emplace_back();
      change.time = time;
      change.to = bundle_.grade_enum->values.front();
    }
    std::vector<std::string> rules = {""};
    for (const Aggregate& aggregate : bundle_.schema.aggregates) {
      rules.insert(rules.end(), aggregate.rules.begin(), aggregate.rules.end());
    }
    for (size_t i = history.size(); i-- > 0;) Settle(&history[i], rules);
    for (size_t i = 0; i < history.size(); ++i) {
      history[i].from = i == 0 ? "" : history[i - 1].to;
    }
  }

  void Settle(GradeChange* change, const std::vector<std::string>& rules) {
    GradeChange best = *change;
    size_t most = 0;
    for (const std::string& rule : rules) {
      for (const std::string& grade : bundle_.grade_enum->values) {
        change->rule = rule;
        change->to = grade;
        const size_t agreeing = Agreeing(Aggregate::Of::kGradeHistory) + 1;
        if (agreeing > most) {
          most = agreeing;
          best = *change;
        }
      }
    }
    *change = best;
  }

  const rules::Bundle& bundle_;
  const Inputs& inputs_;
  TermValues values_;
  Witness witness_;
  std::vector<absl::Time> times_;  // that some aggregate is to have, or is not to; and the clock's
};

}  // namespace

Witness Decode(const rules::Bundle& bundle, const Inputs& inputs, const Assignment& values) {
  return Decoder(bundle, inputs, values).Run();
}

Term IsSmall(Model::World* world, const Inputs& inputs) {
  std::vector<Term> small;
  for (size_t i = 0; i < inputs.aggregates.size(); ++i) {
    if (world->bundle.schema.aggregates[i].take != Take::kCount) continue;
    small.push_back(
        world->terms.LessEqual(inputs.aggregates[i].value, world->terms.Int(kMaxWitnessEvents)));
  }
  return world->terms.And(std::move(small));
}

}  // namespace leadgrade::analysis
