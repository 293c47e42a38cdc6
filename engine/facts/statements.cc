#include "engine/facts/statements.h"

#include <algorithm>

namespace leadgrade::facts {
namespace {

const FactValue& BoolValue(bool value) {
  static const auto* const kTrue = new FactValue{true};
  static const auto* const kFalse = new FactValue{false};
  return value ? *kTrue : *kFalse;
}

class Resolver {
 public:
  Resolver(const Statements& statements, const cel::EnumType* roles, absl::Time now)
      : statements_(statements), roles_(roles), now_(now) {}

  Belief Resolve() {
    Belief belief;
    const StatedFact* confirmed = Latest(FactStatus::kConfirmed);
    const StatedFact* refuted = Latest(FactStatus::kRefuted);
    if (confirmed != nullptr) {
      belief.value = &confirmed->value;
      belief.status = FactStatus::kConfirmed;
      belief.by = confirmed;
    } else if (refuted != nullptr && std::holds_alternative<bool>(refuted->value.value)) {
      belief.value = &BoolValue(!std::get<bool>(refuted->value.value));
      belief.status = FactStatus::kConfirmed;
      belief.by = refuted;
    } else {
      TakeClaims(&belief);
    }
    if (belief.by != nullptr && belief.status == FactStatus::kConfirmed) {
      belief.conflicted = IsContradicted(*belief.value, *belief.by);
    } else if (refuted != nullptr) {
      // Struck out, and said again since.
      belief.conflicted |= HasClaimOf(refuted->value, refuted->observed_time);
    }
    return belief;
  }

 private:
  bool IsLive(const StatedFact& statement) const { return statement.expire_time > now_; }

  // Whether a later refutation strikes it out.
  bool IsStruck(const StatedFact& statement) const {
    if (statement.status == FactStatus::kRefuted) return false;
    return std::any_of(statements_.begin(), statements_.end(), [&](const StatedFact& other) {
      return other.status == FactStatus::kRefuted && IsLive(other) &&
             other.observed_time >= statement.observed_time && other.value == statement.value;
    });
  }

  bool Counts(const StatedFact& statement, FactStatus status) const {
    return statement.status == status && IsLive(statement) && !IsStruck(statement);
  }

  const StatedFact* Latest(FactStatus status) const {
    const StatedFact* latest = nullptr;
    for (const StatedFact& statement : statements_) {
      if (!Counts(statement, status)) continue;
      if (latest == nullptr || statement.observed_time >= latest->observed_time) {
        latest = &statement;
      }
    }
    return latest;
  }

  int RankOf(const StatedFact& statement) const {
    return roles_ == nullptr ? -1 : roles_->OrdinalOf(statement.role).value_or(-1);
  }

  void TakeClaims(Belief* belief) const {
    bool even = true;  // no two with the most say differ
    for (const StatedFact& claim : statements_) {
      if (!Counts(claim, FactStatus::kClaimed)) continue;
      const int more = belief->by == nullptr ? 1 : RankOf(claim) - RankOf(*belief->by);
      const bool differs = belief->by != nullptr && !(claim.value == belief->by->value);
      belief->conflicted |= differs;
      if (more > 0) even = true;
      if (more == 0 && differs) even = false;
      if (more > 0 || (more == 0 && claim.observed_time >= belief->by->observed_time)) {
        belief->by = &claim;
      }
    }
    if (!even) belief->by = nullptr;
    if (belief->by == nullptr) return;
    belief->value = &belief->by->value;
    belief->status = FactStatus::kClaimed;
  }

  // Whether another source has claimed something else since.
  bool IsContradicted(const FactValue& value, const StatedFact& by) const {
    return std::any_of(statements_.begin(), statements_.end(), [&](const StatedFact& claim) {
      return Counts(claim, FactStatus::kClaimed) && claim.observed_time > by.observed_time &&
             !(claim.value == value);
    });
  }

  bool HasClaimOf(const FactValue& value, absl::Time after) const {
    return std::any_of(statements_.begin(), statements_.end(), [&](const StatedFact& claim) {
      return Counts(claim, FactStatus::kClaimed) && claim.observed_time > after &&
             claim.value == value;
    });
  }

  const Statements& statements_;
  const cel::EnumType* const roles_;
  const absl::Time now_;
};

}  // namespace

Belief Resolve(const Statements& statements, const cel::EnumType* roles, absl::Time now) {
  // As almost all are.
  if (statements.size() == 1) {
    const StatedFact& only = statements.front();
    const bool stands =
        only.status == FactStatus::kConfirmed || only.status == FactStatus::kClaimed;
    if (stands && only.expire_time > now) return {&only.value, only.status, &only, false};
  }
  return Resolver(statements, roles, now).Resolve();
}

void State(Lead& lead, const std::string& fact, StatedFact statement) {
  Statements& all = lead.facts[fact];
  const auto same = std::find_if(all.begin(), all.end(), [&](const StatedFact& other) {
    return other.source == statement.source;
  });
  if (same != all.end()) all.erase(same);
  all.push_back(std::move(statement));
}

absl::Time NextExpiry(const Lead& lead, absl::Time now) {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [name, statements] : lead.facts) {
    for (const StatedFact& statement : statements) {
      if (statement.expire_time > now) next = std::min(next, statement.expire_time);
    }
  }
  return next;
}

Belief BeliefIn(const Lead& lead, absl::string_view fact, const cel::EnumType* roles,
                absl::Time now) {
  const auto it = lead.facts.find(fact);
  return it == lead.facts.end() ? Belief() : Resolve(it->second, roles, now);
}

}  // namespace leadgrade::facts
