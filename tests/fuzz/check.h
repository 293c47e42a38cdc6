// What must hold for every input; what does not hold is a crash that the fuzzer reports.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace leadgrade::fuzz {

inline void Check(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what.c_str());
  std::abort();
}

}  // namespace leadgrade::fuzz
