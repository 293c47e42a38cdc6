#include "service/convert/decision_proto.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "service/convert/time_range.h"

namespace leadgrade::convert {
namespace {

constexpr int64_t kExactIntegers = int64_t{1} << 53;

// In whole nanoseconds, within the years 1 to 9999.
absl::Time Writable(absl::Time time) {
  if (time < FirstTime()) return FirstTime();
  if (time > LastTime()) return LastTime();
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Nanoseconds(1));
}

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%E4Y-%m-%d%ET%H:%M:%E*SZ", Writable(time), absl::UTCTimeZone());
}

// "3.5s": whole seconds, and as many digits behind the point as there are, up to nanoseconds.
std::string Seconds(absl::Duration duration) {
  absl::Duration rest = absl::Floor(duration, absl::Nanoseconds(1));
  const bool negative = rest < absl::ZeroDuration();
  const int64_t seconds = absl::IDivDuration(rest, absl::Seconds(1), &rest);
  const int64_t nanos = std::abs(absl::ToInt64Nanoseconds(rest));
  std::string out = negative && seconds == 0 ? "-0" : absl::StrCat(seconds);
  if (nanos != 0) {
    std::string digits = absl::StrFormat("%09d", nanos);
    digits.erase(digits.find_last_not_of('0') + 1);
    absl::StrAppend(&out, ".", digits);
  }
  return out + "s";
}

struct ValueWriter {
  void operator()(std::monostate) const { out->set_null_value(google::protobuf::NULL_VALUE); }
  void operator()(bool value) const { out->set_bool_value(value); }
  void operator()(int64_t value) const {
    if (value <= kExactIntegers && value >= -kExactIntegers) {
      out->set_number_value(static_cast<double>(value));
    } else {
      out->set_string_value(absl::StrCat(value));
    }
  }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      out->set_number_value(value);
    } else {
      out->set_string_value(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
  }
  void operator()(const std::string& value) const { out->set_string_value(value); }
  void operator()(absl::Time value) const { out->set_string_value(Rfc3339(value)); }
  void operator()(absl::Duration value) const { out->set_string_value(Seconds(value)); }
  void operator()(const facts::FactList& value) const {
    auto* list = out->mutable_list_value();
    for (const facts::FactValue& element : value) ToProto(element, list->add_values());
  }

  google::protobuf::Value* out;
};

v1::Truth TruthProto(decision::Truth truth) {
  switch (truth) {
    case decision::Truth::kFalse:
      return v1::TRUTH_FALSE;
    case decision::Truth::kTrue:
      return v1::TRUTH_TRUE;
    case decision::Truth::kUnknown:
      return v1::TRUTH_UNKNOWN;
    case decision::Truth::kError:
      return v1::TRUTH_ERROR;
  }
  return v1::TRUTH_UNSPECIFIED;
}

v1::ActionPriority PriorityProto(rules::Priority priority) {
  switch (priority) {
    case rules::Priority::kLow:
      return v1::ACTION_PRIORITY_LOW;
    case rules::Priority::kNormal:
      return v1::ACTION_PRIORITY_NORMAL;
    case rules::Priority::kHigh:
      return v1::ACTION_PRIORITY_HIGH;
    case rules::Priority::kUrgent:
      return v1::ACTION_PRIORITY_URGENT;
  }
  return v1::ACTION_PRIORITY_UNSPECIFIED;
}

v1::ChangeCause CauseProto(facts::Cause cause) {
  switch (cause) {
    case facts::Cause::kEvent:
      return v1::CHANGE_CAUSE_EVENT;
    case facts::Cause::kFact:
      return v1::CHANGE_CAUSE_FACT;
    case facts::Cause::kTimer:
      return v1::CHANGE_CAUSE_TIMER;
    case facts::Cause::kBundle:
      return v1::CHANGE_CAUSE_BUNDLE;
    case facts::Cause::kImport:
      return v1::CHANGE_CAUSE_IMPORT;
    case facts::Cause::kOverride:
      return v1::CHANGE_CAUSE_OVERRIDE;
  }
  return v1::CHANGE_CAUSE_UNSPECIFIED;
}

v1::FactStatus StatusProto(facts::FactStatus status) {
  switch (status) {
    case facts::FactStatus::kConfirmed:
      return v1::FACT_STATUS_CONFIRMED;
    case facts::FactStatus::kClaimed:
      return v1::FACT_STATUS_CLAIMED;
    case facts::FactStatus::kUnknown:
      return v1::FACT_STATUS_UNKNOWN;
    case facts::FactStatus::kRefuted:
      return v1::FACT_STATUS_REFUTED;
  }
  return v1::FACT_STATUS_UNSPECIFIED;
}

void WriteGrades(const decision::Decision& decision, v1::Decision* out) {
  out->set_grade(EffectiveGrade(decision));
  out->set_computed_grade(GradeName(decision, decision.grade));
  if (decision.grade_override.has_value()) {
    ToProto(*decision.grade_override, out->mutable_grade_override());
  }
  out->set_potential_grade(GradeName(decision, decision.potential_grade));
  out->set_provisional(decision.provisional);
  for (const int grade : decision.attainable) {
    out->add_attainable_grades(GradeName(decision, grade));
  }
  if (decision.score.has_value()) out->set_score(*decision.score);
  if (decision.potential_score.has_value()) out->set_potential_score(*decision.potential_score);
}

void WriteTexts(const decision::Decision& decision, base::Language language, v1::Decision* out) {
  for (const decision::MatchedRule& matched : decision.reasons) {
    v1::Reason* reason = out->add_reasons();
    reason->set_rule_set(matched.rule_set->name);
    reason->set_rule(matched.rule->id);
    reason->set_text(matched.rule->reason.In(language));
  }
  for (const decision::MissingFact& missing : decision.missing) {
    v1::MissingFact* fact = out->add_missing_facts();
    fact->set_fact(missing.fact->name);
    fact->set_title(missing.fact->title.In(language));
    fact->set_question(missing.fact->question.In(language));
    fact->set_status(missing.unconfirmed ? v1::FACT_STATUS_CLAIMED : v1::FACT_STATUS_UNKNOWN);
  }
  for (const decision::FactConflict& conflict : decision.conflicts) {
    v1::FactConflict* written = out->add_conflicts();
    written->set_fact(conflict.fact->name);
    written->set_title(conflict.fact->title.In(language));
    written->set_question(conflict.fact->question.In(language));
    for (const facts::StatedFact& statement : conflict.statements) {
      ToProto(statement, written->add_statements());
    }
  }
}

void WriteAction(const decision::NextAction& next, base::Language language, v1::NextAction* out) {
  out->set_code(next.action->code);
  out->set_title(next.action->title.In(language));
  out->set_text(next.action->text.In(language));
  out->set_channel(next.action->channel);
  out->set_priority(PriorityProto(next.action->priority));
  *out->mutable_proposed_time() = ToProto(next.proposed_time);
  if (next.due_time != absl::InfiniteFuture()) *out->mutable_due_time() = ToProto(next.due_time);
  for (const base::LocalizedText& item : next.action->checklist) {
    out->add_checklist(item.In(language));
  }
}

}  // namespace

void ToProto(const decision::Decision& decision, absl::string_view lead_id,
             absl::string_view language_code, v1::Decision* out) {
  const base::Language language = base::LanguageOf(language_code);
  if (!lead_id.empty()) out->set_lead(absl::StrCat("leads/", lead_id));
  *out->mutable_decision_time() = ToProto(decision.now);
  WriteGrades(decision, out);
  WriteTexts(decision, language, out);
  for (const decision::NextAction& action : decision.actions) {
    WriteAction(action, language, out->add_next_actions());
  }
  if (decision.valid_until != absl::InfiniteFuture()) {
    *out->mutable_valid_until() = ToProto(std::max(decision.valid_until, decision.now));
  }
  out->mutable_bundle()->set_name(decision.bundle->name);
  out->mutable_bundle()->set_digest(decision.bundle->digest);
  for (const decision::DecisionIssue& issue : decision.issues) {
    v1::DecisionIssue* written = out->add_issues();
    written->set_code(issue.code);
    written->set_rule_set(issue.rule_set);
    written->set_rule(issue.rule);
    written->set_message(issue.message);
  }
  for (const auto& [name, value] : decision.outputs) {
    ToProto(value, &(*out->mutable_outputs())[name]);
  }
}

namespace {

void WriteQuestion(const decision::Question& question, const rules::Bundle& bundle,
                   base::Language language, v1::Question* out) {
  out->set_fact(question.fact->name);
  out->set_title(question.fact->title.In(language));
  out->set_question(question.fact->question.In(language));
  out->set_status(question.unconfirmed ? v1::FACT_STATUS_CLAIMED : v1::FACT_STATUS_UNKNOWN);
  out->set_expected_change(question.expected_change);
  out->set_estimated(!question.exact);
  for (const decision::AnswerOutcome& answer : question.answers) {
    v1::AnswerOutcome* written = out->add_answers();
    if (answer.value.has_value()) ToProto(*answer.value, written->mutable_value());
    written->set_likelihood(answer.likelihood);
    written->set_grade(decision::GradeName(bundle, answer.grade));
    written->set_potential_grade(decision::GradeName(bundle, answer.potential_grade));
  }
}

void WriteImprovement(const decision::Improvement& improvement, const rules::Bundle& bundle,
                      base::Language language, v1::Improvement* out) {
  out->set_grade(decision::GradeName(bundle, improvement.grade));
  out->set_cost(improvement.cost);
  for (const decision::FactChange& change : improvement.changes) {
    v1::FactChange* written = out->add_changes();
    written->set_fact(change.fact->name);
    written->set_title(change.fact->title.In(language));
    if (change.from.has_value()) ToProto(*change.from, written->mutable_from_value());
    ToProto(change.to, written->mutable_to_value());
  }
}

}  // namespace

void ToProto(const decision::Explanation& explanation, absl::string_view lead_id,
             absl::string_view language, v1::Explanation* out) {
  ToProto(explanation.decision, lead_id, language, out->mutable_decision());
  for (const decision::RuleTrace& trace : explanation.rules) {
    v1::RuleTrace* rule = out->add_rules();
    rule->set_rule_set(trace.rule_set->name);
    rule->set_rule(trace.rule->id);
    rule->set_text(trace.rule->reason.In(language));
    rule->set_truth(TruthProto(trace.truth));
    rule->set_settles(trace.settles);
    rule->set_almost(trace.almost);
    for (const rules::Rule* before : trace.blocked_by) rule->add_blocked_by(before->id);
    for (const decision::TermTrace& term : trace.terms) {
      v1::TermTrace* written = rule->add_terms();
      written->set_source(term.source);
      written->set_truth(TruthProto(term.truth));
      for (const std::string& fact : term.facts) written->add_facts(fact);
    }
  }
  const rules::Bundle& bundle = *explanation.decision.bundle;
  const base::Language texts = base::LanguageOf(language);
  for (const decision::Question& question : explanation.questions) {
    WriteQuestion(question, bundle, texts, out->add_questions());
  }
  for (const decision::Improvement& improvement : explanation.improvements.sets) {
    WriteImprovement(improvement, bundle, texts, out->add_improvements());
  }
  out->set_improvements_truncated(!explanation.improvements.complete);
  for (const auto& [name, value] : explanation.decision.fact_values) {
    v1::FactTrace* fact = out->add_facts();
    fact->set_fact(name);
    fact->set_value(value);
  }
}

void ToProto(const decision::Forecast& forecast, v1::Forecast* out) {
  for (const decision::ForecastStep& step : forecast.steps) {
    v1::ForecastStep* written = out->add_steps();
    *written->mutable_start_time() = ToProto(step.time);
    written->set_grade(step.grade);
    written->set_potential_grade(step.potential_grade);
    written->set_rule(step.rule);
  }
  if (forecast.until != absl::InfiniteFuture()) {
    *out->mutable_until_time() = ToProto(forecast.until);
  }
}

void ToProto(const facts::GradeChange& change, v1::GradeChange* out) {
  *out->mutable_change_time() = ToProto(change.time);
  out->set_from_grade(change.from);
  out->set_to_grade(change.to);
  out->set_rule(change.rule);
  out->set_cause(CauseProto(change.cause));
  out->set_bundle_digest(change.bundle_digest);
  out->set_overridden(change.overridden);
}

void ToProto(const facts::GradeOverride& set, v1::GradeOverride* out) {
  out->set_grade(set.grade);
  out->set_reason(set.reason);
  out->set_author(set.author);
  *out->mutable_start_time() = ToProto(set.start_time);
  *out->mutable_expire_time() = ToProto(set.expire_time);
}

void ToProto(const facts::StatedFact& fact, v1::FactStatement* out) {
  if (fact.status != facts::FactStatus::kUnknown) ToProto(fact.value, out->mutable_value());
  out->set_status(StatusProto(fact.status));
  out->set_source(fact.source);
  out->set_source_role(fact.role);
  if (fact.observed_time != absl::InfinitePast()) {
    *out->mutable_observed_time() = ToProto(fact.observed_time);
  }
  if (fact.expire_time != absl::InfiniteFuture()) {
    *out->mutable_expire_time() = ToProto(fact.expire_time);
  }
}

void ToProto(const facts::FactValue& value, google::protobuf::Value* out) {
  std::visit(ValueWriter{out}, value.value);
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  const absl::Time writable = Writable(time);
  google::protobuf::Timestamp out;
  out.set_seconds(absl::ToUnixSeconds(writable));
  out.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(writable - absl::FromUnixSeconds(out.seconds()))));
  return out;
}

}  // namespace leadgrade::convert
