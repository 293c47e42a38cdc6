#include "engine/base/text.h"

#include "absl/strings/match.h"

namespace leadgrade::base {

Language LanguageOf(absl::string_view tag) {
  const absl::string_view subtag = tag.substr(0, tag.find_first_of("-_"));
  return absl::EqualsIgnoreCase(subtag, "zh") ? Language::kChinese : Language::kEnglish;
}

const std::string& LocalizedText::In(Language language) const {
  const bool chinese = language == Language::kChinese;
  const std::string& wanted = chinese ? zh : en;
  if (!wanted.empty()) return wanted;
  return chinese ? en : zh;
}

}  // namespace leadgrade::base
