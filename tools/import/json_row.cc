#include "tools/import/json_row.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/import/row_source.h"

namespace leadgrade::tools {
namespace {

using cel::Value;
using nlohmann::json;

// With fewer keys, comparing each with each is quicker than hashing.
constexpr size_t kFewKeys = 16;
constexpr size_t kMaxShownBytes = 80;

// Takes the parser's events; what is open lies on a stack of values.
class Builder : public nlohmann::json_sax<json> {
 public:
  explicit Builder(cel::Arena* arena) : arena_(arena) {}

  absl::StatusOr<Value> Build(absl::string_view text) {
    const char* const begin = text.data();
    if (!json::sax_parse(begin, begin + text.size(), this))
      return absl::InvalidArgumentError(error_);
    return values_.front();
  }

  bool null() override { return Push(Value::Null()); }
  bool boolean(bool value) override { return Push(Value::Bool(value)); }
  bool number_integer(json::number_integer_t value) override { return Push(Value::Int(value)); }
  bool number_unsigned(json::number_unsigned_t value) override {
    return Push(value > INT64_MAX ? Value::Uint(value) : Value::Int(static_cast<int64_t>(value)));
  }
  bool number_float(json::number_float_t value, const std::string&) override {
    return Push(Value::Double(value));
  }
  bool string(std::string& value) override { return Push(arena_->MakeString(value)); }
  bool binary(json::binary_t&) override { return Refuse("there are binary data"); }

  bool start_object(size_t) override { return Open(); }
  bool start_array(size_t) override { return Open(); }
  bool key(std::string& name) override { return Push(arena_->MakeString(name)); }

  bool end_object() override {
    const absl::Span<const Value> entries = Top();
    if (const Value* twice = DuplicateKey(entries)) {
      return Refuse(absl::StrCat("the key `", Shown(twice->text()), "` is given twice"));
    }
    return Close(arena_->MakeMap(entries));
  }
  bool end_array() override { return Close(arena_->MakeList(Top())); }

  bool parse_error(size_t position, const std::string&, const json::exception& error) override {
    return Refuse(absl::StrCat("no JSON at byte ", position, ": ", Words(error.what())));
  }

 private:
  bool Open() {
    if (open_.size() >= kMaxJsonDepth) {
      return Refuse(absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
    }
    open_.push_back(values_.size());
    return true;
  }

  // The values of what was opened last.
  absl::Span<const Value> Top() const { return absl::MakeConstSpan(values_).subspan(open_.back()); }

  bool Close(Value value) {
    values_.resize(open_.back());
    open_.pop_back();
    return Push(value);
  }

  bool Push(Value value) {
    if (value.is_error()) return Refuse("the row needs too much memory");
    if (open_.empty() && value.kind() != cel::Kind::kMap) {
      return Refuse("a row is a JSON object: {\"key\": value, …}");
    }
    values_.push_back(value);
    return true;
  }

  static const Value* DuplicateKey(absl::Span<const Value> entries) {
    if (entries.size() / 2 > kFewKeys) {
      absl::flat_hash_set<absl::string_view> seen;
      for (size_t i = 0; i < entries.size(); i += 2) {
        if (!seen.insert(entries[i].text()).second) return &entries[i];
      }
      return nullptr;
    }
    for (size_t i = 0; i < entries.size(); i += 2) {
      for (size_t k = 0; k < i; k += 2) {
        if (entries[i].text() == entries[k].text()) return &entries[i];
      }
    }
    return nullptr;
  }

  bool Refuse(std::string why) {
    error_ = std::move(why);
    return false;
  }

  static absl::string_view Shown(absl::string_view text) { return text.substr(0, kMaxShownBytes); }

  // The parser's message without its own prefix and without the text it read, which may be long.
  static absl::string_view Words(absl::string_view what) {
    for (const absl::string_view prefix : {"] ", "syntax error "}) {
      const size_t at = what.find(prefix);
      if (at != absl::string_view::npos) what.remove_prefix(at + prefix.size());
    }
    return what.substr(0, std::min(what.find("; last read: "), 2 * kMaxShownBytes));
  }

  cel::Arena* arena_;
  std::vector<Value> values_;
  std::vector<size_t> open_;  // where the values of each open object or array begin
  std::string error_;
};

}  // namespace

absl::StatusOr<Value> ParseJsonRow(absl::string_view text, cel::Arena* arena) {
  return Builder(arena).Build(text);
}

}  // namespace leadgrade::tools
