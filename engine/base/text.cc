#include "engine/base/text.h"

#include "absl/strings/match.h"

namespace leadgrade::base {

const std::string& LocalizedText::In(absl::string_view language) const {
  const absl::string_view subtag = language.substr(0, language.find_first_of("-_"));
  const bool chinese = absl::EqualsIgnoreCase(subtag, "zh");
  const std::string& wanted = chinese ? zh : en;
  if (!wanted.empty()) return wanted;
  return chinese ? en : zh;
}

}  // namespace leadgrade::base
