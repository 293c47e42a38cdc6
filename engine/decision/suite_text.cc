#include "engine/decision/suite_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace leadgrade::decision {
namespace {

// Reads as text without quotes: a word, or words.
bool IsPlain(absl::string_view text) {
  double number = 0;
  if (text.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(text.front())) ||
      text.back() == ' ' || absl::SimpleAtod(text, &number)) {
    return false;
  }
  for (absl::string_view word : {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}) {
    if (absl::EqualsIgnoreCase(text, word)) return false;
  }
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.' || c == ' ' || c == '/';
  });
}

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else if (c < 0x20 || c == 0x7F) {
      absl::StrAppendFormat(&out, "\\x%02X", c);
    } else {
      out.push_back(static_cast<char>(c));
    }
  }
  out.push_back('"');
  return out;
}

// The shortest text that reads as this very number, and not as a whole one.
std::string DoubleText(double number) {
  std::string text = absl::StrFormat("%.15g", number);
  double read = 0;
  if (!absl::SimpleAtod(text, &read) || read != number) text = absl::StrFormat("%.17g", number);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

}  // namespace

std::string YamlText(absl::string_view text) {
  return IsPlain(text) ? std::string(text) : Quoted(text);
}

std::string YamlList(const std::vector<std::string>& texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(YamlText(text));
  return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
}

std::string InstantText(absl::Time time, absl::TimeZone zone) {
  return time == absl::InfiniteFuture() ? "never"
                                        : absl::FormatTime(absl::RFC3339_full, time, zone);
}

std::string YamlValue(const facts::FactValue& value, absl::TimeZone zone) {
  if (const bool* truth = std::get_if<bool>(&value.value)) return *truth ? "true" : "false";
  if (const int64_t* whole = std::get_if<int64_t>(&value.value)) return absl::StrCat(*whole);
  if (const double* real = std::get_if<double>(&value.value)) return DoubleText(*real);
  if (const std::string* text = std::get_if<std::string>(&value.value)) return YamlText(*text);
  if (const absl::Time* time = std::get_if<absl::Time>(&value.value)) {
    return InstantText(*time, zone);
  }
  if (const absl::Duration* span = std::get_if<absl::Duration>(&value.value)) {
    return Quoted(absl::FormatDuration(*span));
  }
  const facts::FactList* list = std::get_if<facts::FactList>(&value.value);
  if (list == nullptr) return "null";
  std::vector<std::string> items;
  for (const facts::FactValue& item : *list) items.push_back(YamlValue(item, zone));
  return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
}

}  // namespace leadgrade::decision
