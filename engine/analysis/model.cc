#include "engine/analysis/model.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace leadgrade::analysis {

using rules::Aggregation;
using rules::HitPolicy;
using rules::RuleSet;

Model::World::World(const rules::Bundle& bundle_in)
    : World(bundle_in, std::make_shared<Space>(bundle_in.time_zone)) {}

Model::World::World(const rules::Bundle& bundle_in, std::shared_ptr<Space> space_in)
    : space(std::move(space_in)),
      bundle(bundle_in),
      terms(space->terms),
      calendar(space->calendar) {}

bool Model::World::IsLoose(Term term) {
  if (term->op == Op::kVariable) return loose.contains(term->id);
  if (term->is_constant()) return false;
  if (const auto it = is_loose_.find(term->id); it != is_loose_.end()) return it->second;
  const bool is_loose = std::any_of(term->operands.begin(), term->operands.end(),
                                    [this](Term operand) { return IsLoose(operand); });
  is_loose_[term->id] = is_loose;
  return is_loose;
}

Model::Model(World* world, const Inputs& inputs)
    : world_(*world),
      terms_(world->terms),
      inputs_(inputs),
      encoder_(&world->terms, &world->calendar, &slots_, inputs.now) {
  const rules::Bundle& bundle = world->bundle;
  slots_.resize(std::max(bundle.slot_count, bundle.env_slot_count));
  slots_[facts::kNowSlot] = encoder_.Known(inputs.now);
  for (size_t i = 0; i < bundle.schema.aggregates.size(); ++i) {
    slots_[bundle.schema.aggregates[i].slot] = inputs.aggregates[i];
  }
  for (size_t i = 0; i < bundle.schema.attributes.size(); ++i) {
    slots_[bundle.schema.attributes[i].slot] = inputs.attributes[i];
  }
  Derive();
  sets_.resize(bundle.rule_sets.size());
  for (const int index : bundle.evaluation_order) Run(index);
  NoteBeyond();
}

void Model::NoteBeyond() {
  for (const std::string& what : encoder_.beyond()) {
    auto& all = world_.beyond;
    if (std::find(all.begin(), all.end(), what) == all.end()) all.push_back(what);
  }
  for (const Term variable : encoder_.loose()) world_.loose.insert(variable->id);
}

Symbol Model::Encode(const cel::Expr& expr) {
  Symbol symbol = encoder_.Encode(expr);
  NoteBeyond();
  return symbol;
}

void Model::Derive() {
  const facts::Schema& schema = world_.bundle.schema;
  derivations_.resize(schema.facts.size());
  for (size_t i = 0; i < schema.facts.size(); ++i) {
    if (schema.facts[i].derivation != nullptr) continue;
    Symbol fact = inputs_.facts[i];
    fact.unknown = terms_.Not(inputs_.stated[i]);
    fact.null = terms_.And(inputs_.stated[i], fact.null);
    slots_[schema.facts[i].slot] = std::move(fact);
  }
  for (const int index : schema.derivation_order) {
    const facts::Fact& fact = schema.facts[index];
    derivations_[index] = encoder_.Encode(fact.derivation->expr());
    slots_[fact.slot] =
        encoder_.Choose(inputs_.stated[index], inputs_.facts[index], derivations_[index]);
  }
}

Symbol Model::Output(const RuleSet& set,
                     const std::vector<std::shared_ptr<const cel::Program>>& programs,
                     size_t output) {
  if (output < programs.size() && programs[output] != nullptr) {
    return encoder_.Encode(programs[output]->expr());
  }
  if (set.outputs[output].type.kind() == cel::TypeKind::kNullable) return encoder_.KnownNull();
  return Symbol();
}

void Model::Run(int rule_set) {
  const RuleSet& set = world_.bundle.rule_sets[rule_set];
  RuleSetModel& model = sets_[rule_set];
  std::vector<Term> matches, unknown;
  for (const rules::Rule& rule : set.rules) {
    RuleModel& encoded = model.rules.emplace_back();
    encoded.when =
        rule.when == nullptr ? encoder_.Known(terms_.True()) : encoder_.Encode(rule.when->expr());
    encoded.matches = encoder_.IsTrue(encoded.when);
    matches.push_back(encoded.matches);
    unknown.push_back(encoded.when.unknown);
    for (size_t k = 0; k < set.outputs.size(); ++k) {
      encoded.then.push_back(Output(set, rule.then, k));
    }
  }
  model.any_matches = terms_.Or(std::move(matches));
  model.any_unknown = terms_.Or(std::move(unknown));
  for (size_t k = 0; k < set.outputs.size(); ++k) {
    model.defaults.push_back(Output(set, set.defaults, k));
  }
  const bool many =
      set.hit_policy == HitPolicy::kCollect || set.hit_policy == HitPolicy::kRuleOrder;
  if (many) {
    Many(set, &model);
  } else {
    Single(set, &model);
  }
  for (size_t k = 0; k < set.outputs.size(); ++k) {
    slots_[set.outputs[k].slot] = model.outputs[k];
  }
}

std::vector<Term> Model::Strengths(const RuleSet& set, const RuleSetModel& model) {
  const auto& order = set.outputs[0].priority;
  std::vector<Term> strengths;
  for (const RuleModel& rule : model.rules) {
    Term place = terms_.Int(static_cast<int64_t>(order.size()));
    for (size_t i = order.size(); i-- > 0 && rule.then[0].null != nullptr;) {
      cel::Expr constant;
      constant.constant = order[i];
      const Symbol same = encoder_.Equals(rule.then[0], encoder_.Encode(constant));
      place = terms_.If(encoder_.IsTrue(same), terms_.Int(static_cast<int64_t>(i)), place);
    }
    strengths.push_back(place);
  }
  return strengths;
}

std::vector<Term> Model::Winners(const RuleSet& set, const RuleSetModel& model) {
  std::vector<Term> winners;
  if (set.hit_policy != HitPolicy::kPriority) {
    // Of several that match the first counts; under UNIQUE and ANY that is a conflict besides.
    Term before = terms_.False();
    for (const RuleModel& rule : model.rules) {
      winners.push_back(terms_.And(rule.matches, terms_.Not(before)));
      before = terms_.Or(before, rule.matches);
    }
    return winners;
  }
  const std::vector<Term>& strength = model.strengths;
  for (size_t i = 0; i < model.rules.size(); ++i) {
    std::vector<Term> wins = {model.rules[i].matches};
    for (size_t j = 0; j < model.rules.size(); ++j) {
      if (i == j) continue;
      const Term stronger = j < i ? terms_.LessEqual(strength[j], strength[i])
                                  : terms_.Less(strength[j], strength[i]);
      wins.push_back(terms_.Not(terms_.And(model.rules[j].matches, stronger)));
    }
    winners.push_back(terms_.And(std::move(wins)));
  }
  return winners;
}

std::vector<Term> Model::PossibleByPriority(const RuleSet& set, const RuleSetModel& model) {
  const std::vector<Term>& weakest = model.strengths;
  std::vector<Term> possible;
  for (size_t i = 0; i < model.rules.size(); ++i) {
    const RuleModel& rule = model.rules[i];
    const bool gives = rule.then[0].null != nullptr;
    const Term strongest =
        gives ? terms_.If(rule.then[0].unknown, terms_.Int(0), weakest[i]) : weakest[i];
    // Whether it may still win from the one that matches for sure.
    std::vector<Term> beats = {terms_.Not(model.any_matches)};
    for (size_t j = 0; j < model.rules.size(); ++j) {
      if (j == i) continue;
      const Term stronger =
          i < j ? terms_.LessEqual(strongest, weakest[j]) : terms_.Less(strongest, weakest[j]);
      beats.push_back(terms_.And(model.winners[j], stronger));
    }
    possible.push_back(terms_.Or(
        model.winners[i],
        terms_.And(terms_.Or(rule.matches, rule.when.unknown), terms_.Or(std::move(beats)))));
  }
  possible.push_back(terms_.Not(model.any_matches));
  return possible;
}

std::vector<Term> Model::Possible(const RuleSet& set, const RuleSetModel& model) {
  if (set.hit_policy == HitPolicy::kPriority) return PossibleByPriority(set, model);
  std::vector<Term> possible;
  Term sure = terms_.False();
  for (size_t i = 0; i < model.rules.size(); ++i) {
    const RuleModel& rule = model.rules[i];
    // Where all are looked at another match would be a conflict: what is sure settles it.
    const Term open =
        set.hit_policy == HitPolicy::kFirst ? terms_.Not(sure) : terms_.Not(model.any_matches);
    possible.push_back(terms_.Or(model.winners[i], terms_.And(rule.when.unknown, open)));
    sure = terms_.Or(sure, rule.matches);
  }
  possible.push_back(terms_.Not(sure));
  return possible;
}

void Model::Single(const RuleSet& set, RuleSetModel* model) {
  if (set.hit_policy == HitPolicy::kPriority) model->strengths = Strengths(set, *model);
  model->winners = Winners(set, *model);
  const std::vector<Term> possible = Possible(set, *model);
  for (size_t k = 0; k < set.outputs.size(); ++k) {
    const auto given = [&](size_t i) {
      const Symbol& symbol = i < model->rules.size() ? model->rules[i].then[k] : model->defaults[k];
      return symbol.null != nullptr ? symbol : encoder_.Failed();
    };
    Symbol out = given(possible.size() - 1);
    for (size_t i = possible.size() - 1; i-- > 0;) {
      out = encoder_.Choose(possible[i], given(i), out);
    }
    // Where more than one may come out, and they do not agree.
    std::vector<Term> several, differ;
    Term before = terms_.False();
    for (size_t i = 0; i < possible.size(); ++i) {
      several.push_back(terms_.And(possible[i], before));
      before = terms_.Or(before, possible[i]);
      differ.push_back(terms_.And(possible[i], terms_.Not(SameValue(given(i), out))));
    }
    const Term open = terms_.And(terms_.Or(std::move(several)), terms_.Or(std::move(differ)));
    out.unknown = terms_.Or(open, out.unknown);
    out.error = terms_.And(terms_.Not(open), out.error);
    out.null = terms_.And(terms_.Not(open), out.null);
    model->outputs.push_back(std::move(out));
  }
}

Symbol Model::Aggregated(const RuleSet& set, const RuleSetModel& model, size_t output) {
  const cel::Type& type = set.outputs[output].type;
  if (set.aggregation == Aggregation::kCount) {
    Term count = terms_.Int(0);
    for (const RuleModel& rule : model.rules) {
      count =
          terms_.Apply(Op::kAdd, {count, terms_.If(rule.matches, terms_.Int(1), terms_.Int(0))});
    }
    return encoder_.Known(count);
  }
  const bool whole = type.WithoutNull().kind() != cel::TypeKind::kDouble;
  const Symbol zero = encoder_.Known(whole ? terms_.Int(0) : terms_.Double(0));
  Term some = terms_.False();
  Symbol total = zero;
  for (const RuleModel& rule : model.rules) {
    const Symbol& each = rule.then[output];
    if (each.null == nullptr || each.value == nullptr) continue;
    // The first that fails or is unknown is what comes out.
    const Term takes = terms_.And({rule.matches, terms_.Not(each.null), encoder_.IsSettled(total)});
    Symbol next;
    if (set.aggregation == Aggregation::kSum) {
      next = encoder_.Add(type, total, each);
    } else {
      const bool least = set.aggregation == Aggregation::kMin;
      const Term better =
          least ? terms_.Less(each.value, total.value) : terms_.Less(total.value, each.value);
      next = encoder_.Choose(terms_.Or(better, terms_.Not(encoder_.IsSettled(each))), each, total);
    }
    total = encoder_.Choose(takes, encoder_.Choose(some, next, each), total);
    some = terms_.Or(some, takes);
  }
  Symbol none = model.defaults[output];
  if (none.null == nullptr && set.aggregation == Aggregation::kSum) none = zero;
  if (none.null == nullptr) {
    none = encoder_.Failed();
    none.unknown = model.any_unknown;
    none.error = terms_.Not(model.any_unknown);
  }
  return encoder_.Choose(some, total, none);
}

void Model::Many(const RuleSet& set, RuleSetModel* model) {
  for (size_t k = 0; k < set.outputs.size(); ++k) {
    if (set.aggregation != Aggregation::kNone) {
      Symbol out = Aggregated(set, *model, k);
      const Term open = terms_.And(model->any_unknown, terms_.Not(out.error));
      out.unknown = terms_.Or(open, out.unknown);
      out.null = terms_.And(terms_.Not(open), out.null);
      model->outputs.push_back(std::move(out));
      continue;
    }
    auto elements = std::make_shared<std::vector<Element>>();
    std::vector<Term> unknown = {model->any_unknown};
    const auto add = [&](const Symbol& symbol, Term there) {
      if (symbol.null == nullptr) return;
      unknown.push_back(terms_.And(there, symbol.unknown));
      elements->push_back(
          {terms_.And({there, encoder_.IsSettled(symbol), terms_.Not(symbol.null)}), symbol});
    };
    for (const RuleModel& rule : model->rules) add(rule.then[k], rule.matches);
    add(model->defaults[k], terms_.Not(model->any_matches));
    Symbol list = encoder_.Known(nullptr);
    list.unknown = terms_.Or(std::move(unknown));
    list.elements = std::move(elements);
    model->outputs.push_back(std::move(list));
  }
}

}  // namespace leadgrade::analysis
