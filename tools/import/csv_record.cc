#include "tools/import/csv_record.h"

#include <algorithm>

namespace leadgrade::tools {
namespace {

constexpr size_t kNone = absl::string_view::npos;

class Scanner {
 public:
  Scanner(absl::string_view bytes, bool at_end, CsvRecord* record)
      : bytes_(bytes), at_end_(at_end), record_(*record) {}

  void Scan() {
    record_.fault = CsvFault::kNone;
    record_.cells.clear();
    while (Cell()) {
    }
    if (record_.fault == CsvFault::kIncomplete) return;
    if (record_.fault != CsvFault::kNone && !SkipLine()) return;
    record_.bytes = at_;
    record_.line_ends = std::count(bytes_.begin(), bytes_.begin() + at_, '\n');
  }

 private:
  // Takes a cell and what ends it; true where a comma does.
  bool Cell() {
    const bool quoted = at_ < bytes_.size() && bytes_[at_] == '"';
    return quoted ? Quoted() : Plain();
  }

  bool Plain() {
    const size_t end = bytes_.find_first_of(",\"\n\r", at_);
    if (end == kNone && !at_end_) return Fault(CsvFault::kIncomplete);
    record_.cells.push_back({bytes_.substr(at_, end == kNone ? end : end - at_), false});
    at_ = std::min(end, bytes_.size());
    if (at_ < bytes_.size() && bytes_[at_] == '"') return Fault(CsvFault::kQuoteInCell);
    return Separator(CsvFault::kCarriageReturn);
  }

  bool Quoted() {
    const size_t begin = at_ + 1;
    bool escaped = false;
    size_t quote = begin;
    while (true) {
      quote = bytes_.find('"', quote);
      if (quote == kNone)
        return Fault(at_end_ ? CsvFault::kNotClosed : CsvFault::kIncomplete, true);
      if (quote + 1 == bytes_.size() && !at_end_) return Fault(CsvFault::kIncomplete);
      if (quote + 1 == bytes_.size() || bytes_[quote + 1] != '"') break;
      escaped = true;
      quote += 2;
    }
    record_.cells.push_back({bytes_.substr(begin, quote - begin), escaped});
    at_ = quote + 1;
    return Separator(CsvFault::kTextAfterQuote);
  }

  // At the end of a cell: a comma, a line end, the end of the file, or `otherwise`.
  bool Separator(CsvFault otherwise) {
    if (at_ == bytes_.size()) return at_end_ ? false : Fault(CsvFault::kIncomplete);
    const char c = bytes_[at_];
    if (c == '\r' && at_ + 1 == bytes_.size() && !at_end_) return Fault(CsvFault::kIncomplete);
    if (c == '\r' && at_ + 1 < bytes_.size() && bytes_[at_ + 1] == '\n') {
      at_ += 2;
      return false;
    }
    if (c != ',' && c != '\n') return Fault(otherwise);
    ++at_;
    return c == ',';
  }

  bool Fault(CsvFault fault, bool to_end = false) {
    record_.fault = fault;
    if (to_end) at_ = bytes_.size();
    return false;
  }

  // False where the end of the line is not there yet.
  bool SkipLine() {
    const size_t end = bytes_.find('\n', at_);
    if (end == kNone && !at_end_) return Fault(CsvFault::kIncomplete);
    at_ = end == kNone ? bytes_.size() : end + 1;
    return true;
  }

  const absl::string_view bytes_;
  const bool at_end_;
  CsvRecord& record_;
  size_t at_ = 0;
};

}  // namespace

void ScanCsvRecord(absl::string_view bytes, bool at_end, CsvRecord* record) {
  Scanner(bytes, at_end, record).Scan();
}

}  // namespace leadgrade::tools
