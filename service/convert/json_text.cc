#include "service/convert/json_text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "service/convert/fact_checks.h"

namespace leadgrade::convert {
namespace {

using nlohmann::json;

constexpr size_t kMaxParserMessageBytes = 200;

// `LINE:COLUMN` of a byte.
std::string PlaceOf(absl::string_view text, size_t offset) {
  const absl::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t start = before.rfind('\n');
  const absl::string_view in_line =
      start == absl::string_view::npos ? before : before.substr(start + 1);
  const auto column = 1 + std::count_if(in_line.begin(), in_line.end(), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                      });
  return absl::StrCat(line, ":", column);
}

// Walks the text and tells how far the parser has read, which its callbacks do not.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    *furthest_ = at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

// Looks at a text without building anything of it.
class Checker : public nlohmann::json_sax<json> {
 public:
  Checker(absl::string_view text, int max_depth)
      : text_(text), max_depth_(max_depth), furthest_(text.data()) {}

  absl::Status Check() {
    const char* const end = text_.data() + text_.size();
    json::sax_parse(CountingIterator(text_.data(), &furthest_), CountingIterator(end, &furthest_),
                    this);
    return std::move(status_);
  }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(json::number_integer_t) override { return true; }
  bool number_unsigned(json::number_unsigned_t) override { return true; }
  bool number_float(json::number_float_t, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(json::binary_t&) override { return true; }

  bool start_object(size_t) override { return Enter(); }
  bool start_array(size_t) override { return Enter(); }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }

  bool key(std::string& name) override {
    if (open_.back().insert(name).second) return true;
    return Refuse(KeyOffset(), absl::StrCat("the key ", Shown(name), " is given twice"));
  }

  // `position` counts the characters read, the one that was wrong among them.
  bool parse_error(size_t position, const std::string&, const json::exception& error) override {
    return Refuse(position == 0 ? 0 : position - 1, Words(error.what()));
  }

 private:
  bool Enter() {
    if (static_cast<int>(open_.size()) >= max_depth_) {
      return Refuse(Offset() - 1, absl::StrCat("nested deeper than ", max_depth_, " levels"));
    }
    open_.emplace_back();
    return true;
  }

  bool Leave() {
    open_.pop_back();
    return true;
  }

  bool Refuse(size_t offset, absl::string_view what) {
    status_ = absl::InvalidArgumentError(absl::StrCat(PlaceOf(text_, offset), ": ", what));
    return false;
  }

  size_t Offset() const { return furthest_ - text_.data(); }

  // Where the key starts whose closing quote was read last.
  size_t KeyOffset() const {
    size_t quote = Offset() - 1;
    while (quote > 0) {
      --quote;
      if (text_[quote] != '"') continue;
      size_t escapes = 0;
      while (escapes < quote && text_[quote - 1 - escapes] == '\\') ++escapes;
      if (escapes % 2 == 0) break;
    }
    return quote;
  }

  // The parser's message without its own prefix and without the text it read, which may be long.
  static std::string Words(absl::string_view what) {
    for (const absl::string_view prefix : {"] ", "syntax error "}) {
      const size_t at = what.find(prefix);
      if (at != absl::string_view::npos) what.remove_prefix(at + prefix.size());
    }
    what = what.substr(0, what.find("; last read: "));
    return absl::StrCat("no JSON: ", what.substr(0, kMaxParserMessageBytes));
  }

  absl::string_view text_;
  int max_depth_;
  const char* furthest_;
  std::vector<absl::flat_hash_set<std::string>> open_;  // keys seen; stays empty for an array
  absl::Status status_;
};

}  // namespace

absl::StatusOr<json> ParseJson(absl::string_view text, size_t max_bytes, int max_depth) {
  if (text.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", text.size(), " bytes; at most ", max_bytes));
  }
  if (absl::Status status = Checker(text, max_depth).Check(); !status.ok()) return status;
  return json::parse(text.begin(), text.end(), /*cb=*/nullptr, /*allow_exceptions=*/false);
}

}  // namespace leadgrade::convert
