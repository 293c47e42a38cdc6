// JUnit XML, as CI systems read it.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadgrade::tools {

struct JunitCase {
  std::string class_name;
  std::string name;
  std::string file;
  int line = 0;         // 0: none
  std::string failure;  // what failed, its first line the summary; empty: passed
  std::string output;   // what is to be said all the same; may be empty
};

struct JunitSuite {
  std::string name;
  std::vector<JunitCase> cases;
};

std::string ToJunit(const std::vector<JunitSuite>& suites);

// For XML text and attributes alike. What XML cannot hold becomes U+FFFD.
std::string XmlEscape(absl::string_view text);

}  // namespace leadgrade::tools
