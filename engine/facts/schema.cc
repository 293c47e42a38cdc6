#include "engine/facts/schema.h"

namespace leadgrade::facts {

const Fact* Schema::Find(absl::string_view name) const {
  const auto it = fact_index.find(name);
  return it == fact_index.end() ? nullptr : &facts[it->second];
}

}  // namespace leadgrade::facts
