// Small random bundles and leads for property tests. The same seed gives the same, anywhere.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/cel/value.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::testing {

// How many times a property is tried: `usual`, or what LEADGRADE_PROPERTY_COUNT says.
int PropertyCount(int usual);
// Where to start: 1, or what LEADGRADE_PROPERTY_SEED says. A failure prints its own.
uint32_t PropertySeed();

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint32_t>(n)); }
  bool Percent(int percent) { return Below(100) < percent; }
  template <typename T>
  const T& Of(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(Below(static_cast<int>(choices.size())))];
  }

 private:
  std::mt19937 engine_;
};

// The text of a bundle without time: 2 to 4 facts of few values each, up to two derived ones, up to
// two rule sets of any hit policy and the grade's, which may read each other. `steady`: nothing
// that the engine follows only by a safe estimate (arithmetic on facts).
std::string RandomBundleText(Random& random, bool steady);

// The text of one whose conditions move with the clock: days since events and facts, windows,
// instants compared with `now`, the grade's own history. In `zone`. `restful`: no rule that asks
// for the instant at which the grade was entered, and may give another grade the instant after.
std::string RandomTimedBundleText(Random& random, const std::string& zone, bool restful);

// Every value that can be told from another by the rules of a random bundle. Text is static.
std::vector<cel::Value> DomainOf(const facts::Fact& fact);

}  // namespace leadgrade::testing
