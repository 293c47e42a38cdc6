#include "tests/conformance/deviations.h"

#include <fnmatch.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace leadgrade::cel {

absl::StatusOr<Deviations> Deviations::Read(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  Deviations out;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(text);
    if (stripped.empty() || stripped[0] == '#') continue;
    const size_t colon = stripped.find(": ");
    if (colon == absl::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", line, ": no reason given"));
    }
    out.all_.push_back(
        {std::string(stripped.substr(0, colon)), std::string(stripped.substr(colon + 2)), line});
  }
  return out;
}

const Deviation* Deviations::Find(const std::string& key) const {
  for (const Deviation& deviation : all_) {
    if (fnmatch(deviation.pattern.c_str(), key.c_str(), 0) == 0) return &deviation;
  }
  return nullptr;
}

}  // namespace leadgrade::cel
