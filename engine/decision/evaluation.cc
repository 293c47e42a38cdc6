#include "engine/decision/evaluation.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace leadgrade::decision {
namespace {

using cel::Value;
using rules::Aggregation;
using rules::HitPolicy;
using rules::RuleSet;

void Report(std::vector<DecisionIssue>* issues, const char* code, const RuleSet& set,
            absl::string_view rule, std::string message) {
  if (issues != nullptr) {
    issues->push_back({code, set.name, std::string(rule), std::move(message)});
  }
}

bool Same(const Value& a, const Value& b) {
  if (a.is_error() || b.is_error() || a.is_unknown() || b.is_unknown()) return false;
  return a.kind() == b.kind() && cel::Equal(a, b);
}

double Number(const Value& value) {
  return value.kind() == cel::Kind::kInt ? static_cast<double>(value.int_value())
                                         : value.double_value();
}

bool IsNumber(const Value& value) {
  return value.kind() == cel::Kind::kInt || value.kind() == cel::Kind::kDouble;
}

}  // namespace

Evaluation::Evaluation(const rules::Bundle& bundle, const facts::Lead& lead, absl::Time now)
    : bundle_(bundle), lead_(lead), slots_(bundle.slot_count) {
  context_.slots = slots_;
  context_.now = now;
  context_.zone = bundle.time_zone;
  context_.arena = &arena_;
  stated_ = facts::FillRow(bundle.schema, lead, context_, absl::MakeSpan(slots_), &notes_);
}

void Evaluation::BeginTrial() {
  if (saved_.empty()) {
    saved_ = slots_;
    before_trials_ = arena_.Here();
  } else {
    std::copy(saved_.begin(), saved_.end(), slots_.begin());
    arena_.Rewind(before_trials_);
  }
}

void Evaluation::EndTrial() {
  std::copy(saved_.begin(), saved_.end(), slots_.begin());
  saved_.clear();
  arena_.Rewind(before_trials_);
}

Evaluation::Match Evaluation::Matches(const RuleSet& set, const rules::Rule& rule,
                                      std::vector<DecisionIssue>* issues) {
  if (rule.when == nullptr) return Match::kYes;
  const Value value = rule.when->Eval(context_);
  if (value.is_true()) return Match::kYes;
  if (value.is_unknown()) {
    unknown_ = unknown_.is_unknown() ? context_.arena->MergeUnknown(unknown_, value) : value;
    return Match::kUnknown;
  }
  if (value.is_error()) {
    Report(issues, "evaluation-error", set, rule.id, std::string(value.error().message));
  }
  return Match::kNo;
}

Outcome Evaluation::Run(int rule_set, std::vector<DecisionIssue>* issues,
                        const Outcome* less_known) {
  const RuleSet& set = bundle_.rule_sets[rule_set];
  unknown_ = Value();
  const bool many =
      set.hit_policy == HitPolicy::kCollect || set.hit_policy == HitPolicy::kRuleOrder;
  return many ? RunMany(set, issues) : RunSingle(set, issues, less_known);
}

std::optional<Value> Evaluation::OutputOf(const RuleSet& set, int rule, int output) {
  const auto& values = rule == kDefault ? set.defaults : set.rules[rule].then;
  if (static_cast<size_t>(output) >= values.size() || values[output] == nullptr) {
    if (set.outputs[output].type.kind() == cel::TypeKind::kNullable) return Value::Null();
    return std::nullopt;
  }
  return values[output]->Eval(context_);
}

Outcome Evaluation::RunSingle(const RuleSet& set, std::vector<DecisionIssue>* issues,
                              const Outcome* less_known) {
  Outcome outcome;
  if (set.hit_policy == HitPolicy::kFirst && less_known != nullptr) {
    SettleFirst(set, *less_known, &outcome);
  } else if (set.hit_policy == HitPolicy::kFirst) {
    SettleFirst(set, &outcome, issues);
  } else {
    SettleAll(set, &outcome, issues);
  }
  WriteSingle(set, outcome, issues);
  return outcome;
}

void Evaluation::SettleFirst(const RuleSet& set, Outcome* outcome,
                             std::vector<DecisionIssue>* issues) {
  bool sure = false;
  for (size_t i = 0; i < set.rules.size() && !sure; ++i) {
    const Match match = Matches(set, set.rules[i], issues);
    if (match == Match::kNo) continue;
    outcome->possible.push_back(static_cast<int>(i));
    sure = match == Match::kYes;
  }
  if (!sure) outcome->possible.push_back(kDefault);
  if (sure && outcome->possible.size() == 1) outcome->matched = outcome->possible;
}

void Evaluation::SettleFirst(const RuleSet& set, const Outcome& less_known, Outcome* outcome) {
  bool sure = false;
  for (size_t i = 0; i < less_known.possible.size() && !sure; ++i) {
    const int rule = less_known.possible[i];
    // The last one holds, or is the default.
    const bool last = i + 1 == less_known.possible.size();
    const Match match = last ? Match::kYes : Matches(set, set.rules[rule], nullptr);
    if (match == Match::kNo) continue;
    outcome->possible.push_back(rule);
    sure = match == Match::kYes;
  }
  if (outcome->possible.size() == 1 && outcome->possible[0] != kDefault) {
    outcome->matched = outcome->possible;
  }
}

Evaluation::Strength Evaluation::StrengthOf(const RuleSet& set, int rule) {
  constexpr int kNone = std::numeric_limits<int>::max();
  const auto& order = set.outputs[0].priority;
  const std::optional<Value> value = OutputOf(set, rule, 0);
  if (value.has_value() && value->is_unknown()) return {0, kNone};
  for (int i = 0; value.has_value() && i < static_cast<int>(order.size()); ++i) {
    if (Same(*value, order[i])) return {i, i};
  }
  return {kNone, kNone};
}

void Evaluation::SettlePriority(const RuleSet& set, const Rules& sure, const Rules& maybe,
                                Outcome* outcome) {
  // Of those that match for sure, the strongest even where its outcome is the weakest it may be.
  int strongest = kDefault;
  Strength floor{std::numeric_limits<int>::max(), std::numeric_limits<int>::max()};
  for (int rule : sure) {
    const Strength strength = StrengthOf(set, rule);
    if (strongest == kDefault || strength.least < floor.least) {
      strongest = rule;
      floor = strength;
    }
  }
  const auto may_win = [&](int rule) {
    if (strongest == kDefault) return true;
    const int most = StrengthOf(set, rule).most;
    return most < floor.least || (most == floor.least && rule < strongest);
  };
  for (const Rules* rules : {&maybe, &sure}) {
    for (int rule : *rules) {
      if (rule != strongest && may_win(rule)) outcome->possible.push_back(rule);
    }
  }
  outcome->possible.push_back(strongest);
  if (strongest != kDefault && outcome->possible.size() == 1) outcome->matched = outcome->possible;
}

// UNIQUE, ANY and PRIORITY look at all rules.
void Evaluation::SettleAll(const RuleSet& set, Outcome* outcome,
                           std::vector<DecisionIssue>* issues) {
  Rules sure, maybe;
  for (size_t i = 0; i < set.rules.size(); ++i) {
    const Match match = Matches(set, set.rules[i], issues);
    if (match == Match::kYes) sure.push_back(static_cast<int>(i));
    if (match == Match::kUnknown) maybe.push_back(static_cast<int>(i));
  }
  if (set.hit_policy == HitPolicy::kPriority) return SettlePriority(set, sure, maybe, outcome);
  for (size_t i = 1; i < sure.size(); ++i) {
    bool agree = set.hit_policy == HitPolicy::kAny;
    for (size_t k = 0; agree && k < set.outputs.size(); ++k) {
      const auto a = OutputOf(set, sure[0], static_cast<int>(k));
      const auto b = OutputOf(set, sure[i], static_cast<int>(k));
      agree = a.has_value() == b.has_value() && (!a.has_value() || Same(*a, *b));
    }
    if (agree) continue;
    Report(
        issues, "hit-policy-conflict", set, set.rules[sure[i]].id,
        absl::StrCat("`", set.rules[sure[0]].id, "` and `", set.rules[sure[i]].id, "` both match"));
  }
  // Sound rule sets have no second match: what is sure settles it.
  if (sure.empty()) outcome->possible = maybe;
  if (!sure.empty()) sure.resize(1);
  if (!sure.empty() && outcome->possible.empty()) {
    outcome->matched = sure;
    outcome->possible = sure;
  } else {
    outcome->possible.push_back(sure.empty() ? kDefault : sure[0]);
  }
}

void Evaluation::WriteSingle(const RuleSet& set, const Outcome& outcome,
                             std::vector<DecisionIssue>* issues) {
  for (size_t k = 0; k < set.outputs.size(); ++k) {
    std::optional<Value> common;
    Value pending = PendingUnknown();
    bool settled = true, nothing = false;
    for (int rule : outcome.possible) {
      const std::optional<Value> value = OutputOf(set, rule, static_cast<int>(k));
      if (value.has_value() && value->is_unknown()) {
        pending = context_.arena->MergeUnknown(pending, *value);
      }
      if (!value.has_value()) {
        nothing = true;
        settled = settled && outcome.possible.size() == 1;
      } else if (!common.has_value()) {
        common = value;
      } else if (!Same(*common, *value)) {
        settled = false;
      }
    }
    Value& slot = slots_[set.outputs[k].slot];
    if (settled && common.has_value() && !nothing) {
      slot = *common;
      if (slot.is_error()) {
        Report(issues, "evaluation-error", set,
               outcome.possible[0] == kDefault ? "" : set.rules[outcome.possible[0]].id,
               std::string(slot.error().message));
      }
    } else if (!settled || common.has_value()) {
      slot = pending;
    } else {
      slot = context_.arena->MakeError(absl::StrCat("no rule of `", set.name, "` matches"));
      Report(issues, "no-outcome", set, "", "no rule matches and there is no default");
    }
  }
}

Value Evaluation::PendingUnknown() {
  return unknown_.is_unknown() ? unknown_ : context_.arena->MakeUnknown({});
}

Outcome Evaluation::RunMany(const RuleSet& set, std::vector<DecisionIssue>* issues) {
  Outcome outcome;
  Rules maybe;
  for (size_t i = 0; i < set.rules.size(); ++i) {
    const Match match = Matches(set, set.rules[i], issues);
    if (match == Match::kYes) outcome.matched.push_back(static_cast<int>(i));
    if (match == Match::kUnknown) maybe.push_back(static_cast<int>(i));
  }
  if (set.aggregation == Aggregation::kNone) {
    WriteList(set, outcome, maybe.empty(), issues);
  } else {
    WriteAggregates(set, maybe, &outcome, issues);
  }
  return outcome;
}

void Evaluation::WriteList(const RuleSet& set, const Outcome& outcome, bool complete,
                           std::vector<DecisionIssue>* issues) {
  const Rules rules = outcome.matched.empty() && complete ? Rules{kDefault} : outcome.matched;
  for (size_t k = 0; k < set.outputs.size(); ++k) {
    std::vector<Value> values;
    Value& slot = slots_[set.outputs[k].slot];
    slot = complete ? Value() : PendingUnknown();
    for (int rule : rules) {
      const auto value = OutputOf(set, rule, static_cast<int>(k));
      if (!value.has_value() || value->is_null()) continue;
      if (value->is_error()) {
        Report(issues, "evaluation-error", set, rule == kDefault ? "" : set.rules[rule].id,
               std::string(value->error().message));
      } else if (value->is_unknown()) {
        slot = slot.is_unknown() ? context_.arena->MergeUnknown(slot, *value) : *value;
      } else {
        values.push_back(*value);
      }
    }
    if (!slot.is_unknown()) slot = context_.arena->MakeList(values);
  }
}

std::optional<Value> Evaluation::Aggregate(const RuleSet& set, const Outcome& outcome, int output) {
  if (set.aggregation == Aggregation::kCount) {
    return Value::Int(static_cast<int64_t>(outcome.matched.size()));
  }
  std::optional<Value> total;
  for (int rule : outcome.matched) {
    const auto value = OutputOf(set, rule, output);
    if (!value.has_value() || value->is_null()) continue;
    if (value->is_error() || value->is_unknown()) return value;
    if (!total.has_value()) {
      total = value;
    } else if (set.aggregation == Aggregation::kSum) {
      total = cel::Calculate(context_, cel::Arithmetic::kAdd, *total, *value);
      if (total->is_error()) return total;
    } else if (cel::Compare(*value, *total) == (set.aggregation == Aggregation::kMin ? -1 : 1)) {
      total = value;
    }
  }
  if (!total.has_value()) total = OutputOf(set, kDefault, output);
  if (!total.has_value() && set.aggregation == Aggregation::kSum) {
    const bool whole = set.outputs[output].type.WithoutNull().kind() == cel::TypeKind::kInt;
    return whole ? Value::Int(0) : Value::Double(0);
  }
  return total;
}

// The numbers that rules give to an output; false where one of them is unknown.
bool Evaluation::Numbers(const RuleSet& set, const Rules& rules, int output,
                         std::vector<double>* numbers) {
  for (int rule : rules) {
    const auto value = OutputOf(set, rule, output);
    if (value.has_value() && value->is_unknown()) return false;
    if (value.has_value() && IsNumber(*value)) numbers->push_back(Number(*value));
  }
  return true;
}

// Bounds of an aggregate when any of the rules in `maybe` may match as well.
void Evaluation::Bound(const RuleSet& set, const Rules& maybe, int output, Outcome* outcome) {
  const auto add = [&](double low, double high) {
    outcome->lowest = std::min(outcome->lowest.value_or(low), low);
    outcome->highest = std::max(outcome->highest.value_or(high), high);
  };
  if (set.aggregation == Aggregation::kCount) {
    const auto sure = static_cast<double>(outcome->matched.size());
    return add(sure, sure + static_cast<double>(maybe.size()));
  }
  std::vector<double> sure, open;
  if (!Numbers(set, outcome->matched, output, &sure) || !Numbers(set, maybe, output, &open)) return;
  if (sure.empty()) {
    // It may be that none counts.
    std::vector<double> none;
    if (!Numbers(set, {kDefault}, output, &none)) return;
    if (none.empty() && set.aggregation == Aggregation::kSum) none.push_back(0);
    for (double number : none) add(number, number);
    if (open.empty()) return;
  }
  const double least = open.empty() ? 0 : *std::min_element(open.begin(), open.end());
  const double most = open.empty() ? 0 : *std::max_element(open.begin(), open.end());
  double low = 0, high = 0;
  switch (set.aggregation) {
    case Aggregation::kSum:
      low = high = std::accumulate(sure.begin(), sure.end(), 0.0);
      for (double number : open) (number < 0 ? low : high) += number;
      // Where nothing counts for sure, one of those that may counts.
      if (sure.empty() && least > 0) low = least;
      if (sure.empty() && most < 0) high = most;
      break;
    case Aggregation::kMin:
      high = sure.empty() ? most : *std::min_element(sure.begin(), sure.end());
      low = open.empty() ? high : std::min(high, least);
      break;
    default:
      low = sure.empty() ? least : *std::max_element(sure.begin(), sure.end());
      high = open.empty() ? low : std::max(low, most);
      break;
  }
  add(low, high);
}

void Evaluation::WriteAggregates(const RuleSet& set, const Rules& maybe, Outcome* outcome,
                                 std::vector<DecisionIssue>* issues) {
  for (size_t k = 0; k < set.outputs.size(); ++k) {
    const int output = static_cast<int>(k);
    const std::optional<Value> total = Aggregate(set, *outcome, output);
    const rules::OutputRef& score = bundle_.score;
    if (score && &set == &bundle_.rule_sets[score.rule_set] && output == score.output) {
      if (!maybe.empty()) {
        Bound(set, maybe, output, outcome);
      } else if (total.has_value() && IsNumber(*total)) {
        outcome->lowest = outcome->highest = Number(*total);
      }
    }
    Value& slot = slots_[set.outputs[k].slot];
    if (total.has_value() && total->is_error()) {
      slot = *total;
      Report(issues, "evaluation-error", set, "", std::string(total->error().message));
    } else if (!maybe.empty()) {
      slot = PendingUnknown();
    } else if (total.has_value()) {
      slot = *total;
    } else {
      slot = context_.arena->MakeError(absl::StrCat("no rule of `", set.name, "` matches"));
      Report(issues, "no-outcome", set, "", "no rule matches and there is no default");
    }
  }
}

}  // namespace leadgrade::decision
