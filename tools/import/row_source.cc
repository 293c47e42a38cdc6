// Tested by tests/tools/import/csv_source_test.cc and jsonl_source_test.cc.
#include "tools/import/row_source.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/base/unicode.h"
#include "engine/cel/arena.h"
#include "tools/import/csv_record.h"
#include "tools/import/json_row.h"

namespace leadgrade::tools {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr char kNotUtf8[] = "is not UTF-8";

std::string TooLong(absl::string_view what) {
  return absl::StrCat(what, " is longer than ", kMaxRowBytes, " bytes");
}

bool IsUtf8(absl::string_view text) {
  return base::FirstInvalidUtf8(text) == absl::string_view::npos;
}

bool IsEmptyLine(absl::string_view text) { return text == "\n" || text == "\r\n"; }

// The parts of a row that is too long to be given whole, up to its line end.
class LongRow {
 public:
  bool is_open() const { return open_; }

  // Takes the row's first part: all that is there.
  void Begin(const InputBuffer& input, Row* row) { Take(input.rest(), row); }

  // The next part; false where there was none.
  bool Next(InputBuffer& input, Row* row) {
    if (input.rest().empty() && !input.Grow()) return open_ = false;
    Take(input.rest(), row);
    row->is_rest = true;
    return true;
  }

 private:
  void Take(absl::string_view rest, Row* row) {
    const size_t end = rest.find('\n');
    open_ = end == absl::string_view::npos;
    row->text = rest.substr(0, open_ ? end : end + 1);
  }

  bool open_ = false;
};

std::string FaultText(CsvFault fault) {
  switch (fault) {
    case CsvFault::kQuoteInCell:
      return "there is a quote in a cell that is not in quotes: put the cell in quotes and write "
             "the quote twice";
    case CsvFault::kTextAfterQuote:
      return "there is text behind a closing quote: a quote inside a cell is written twice";
    case CsvFault::kCarriageReturn:
      return "there is a carriage return in a cell that is not in quotes";
    case CsvFault::kNotClosed:
      return "a cell's closing quote is missing";
    case CsvFault::kNone:
    case CsvFault::kIncomplete:
      break;
  }
  return "";
}

class CsvReader : public CsvSource {
 public:
  explicit CsvReader(std::unique_ptr<InputBuffer> input) : CsvSource(std::move(input)) {}

  const std::vector<std::string>& columns() const override { return columns_; }
  const std::string& header() const override { return header_; }

  absl::Status ReadHeader() {
    while (input_->rest().size() < kByteOrderMark.size() && input_->Grow()) {
    }
    const size_t mark =
        absl::StartsWith(input_->rest(), kByteOrderMark) ? kByteOrderMark.size() : 0;
    header_ = std::string(input_->rest().substr(0, mark));
    input_->Consume(mark);
    Row row;
    const bool found = NextRecord(&row);
    if (!input_->status().ok()) return input_->status();
    if (!found)
      return absl::InvalidArgumentError("1: error: there is no header: the file is empty");
    const auto fail = [&](absl::string_view what) {
      return absl::InvalidArgumentError(absl::StrCat(row.line, ": error: the header ", what));
    };
    if (!row.error.empty()) return fail(absl::StrCat("cannot be read: ", row.error));
    if (!IsUtf8(row.text)) {
      return fail(
          "is not UTF-8: save the file as UTF-8 (`iconv -f GB18030 -t UTF-8` does it for "
          "Chinese text of a spreadsheet)");
    }
    absl::StrAppend(&header_, row.text);
    absl::flat_hash_map<std::string, size_t> places;
    for (size_t i = 0; i < record_.cells.size(); ++i) {
      columns_.emplace_back(absl::StripAsciiWhitespace(Unescaped(record_.cells[i])));
      if (columns_.back().empty()) continue;
      const auto [it, fresh] = places.try_emplace(columns_.back(), i);
      if (!fresh) {
        return fail(absl::StrCat("has `", columns_.back(), "` twice, as columns ", it->second + 1,
                                 " and ", i + 1));
      }
    }
    if (places.empty()) return fail("names no column");
    for (const std::string& column : columns_) {
      if (!column.empty()) entries_.push_back(cel::Value::String(column));
      if (!column.empty()) entries_.push_back(cel::Value());
    }
    return absl::OkStatus();
  }

  bool Next(Row* row) override {
    if (!NextRecord(row)) return false;
    if (row->is_rest || !row->error.empty()) return true;
    if (!IsUtf8(row->text)) {
      row->error = absl::StrCat("the row ", kNotUtf8);
    } else if (record_.cells.size() != columns_.size()) {
      row->error = absl::StrCat("the row has ", record_.cells.size(), " cells, the header has ",
                                columns_.size());
    } else {
      Fill(row);
    }
    return true;
  }

 private:
  // The next record that is not an empty line, into record_ and *row.
  bool NextRecord(Row* row) {
    do {
      input_->Consume(taken_);
      line_ += taken_lines_;
      taken_ = taken_lines_ = 0;
      *row = Row();
      row->line = line_;
      if (!Scan(row)) return false;
      taken_ = row->text.size();
      taken_lines_ = std::count(row->text.begin(), row->text.end(), '\n');
    } while (!row->is_rest && IsEmptyLine(row->text));
    return true;
  }

  bool Scan(Row* row) {
    if (long_row_.is_open()) {
      if (long_row_.Next(*input_, row)) return true;
    }
    if (input_->rest().empty() && !input_->Grow()) return false;
    bool at_end = false;
    while (true) {
      ScanCsvRecord(input_->rest(), at_end, &record_);
      if (record_.fault != CsvFault::kIncomplete) break;
      if (input_->rest().size() > kMaxRowBytes) {
        row->error = TooLong("the row (is a closing quote missing?)");
        long_row_.Begin(*input_, row);
        return true;
      }
      at_end = !input_->Grow();
      // What is there may be half a row.
      if (!input_->status().ok()) return false;
    }
    row->text = input_->rest().substr(0, record_.bytes);
    row->error = FaultText(record_.fault);
    if (row->error.empty()) CheckBounds(row);
    return true;
  }

  void CheckBounds(Row* row) const {
    if (row->text.size() > kMaxRowBytes) row->error = TooLong("the row");
    if (record_.cells.size() > kMaxColumns) {
      row->error = absl::StrCat("there are more than ", kMaxColumns, " cells");
    }
    for (const CsvCell& cell : record_.cells) {
      if (cell.text.size() <= kMaxCellBytes) continue;
      row->error = absl::StrCat("a cell is longer than ", kMaxCellBytes, " bytes");
    }
  }

  static std::string Unescaped(const CsvCell& cell) {
    return cell.escaped ? absl::StrReplaceAll(cell.text, {{"\"\"", "\""}}) : std::string(cell.text);
  }

  void Fill(Row* row) {
    arena_.Reset();
    size_t at = 1;
    for (size_t i = 0; i < record_.cells.size(); ++i) {
      if (columns_[i].empty()) continue;
      const CsvCell& cell = record_.cells[i];
      entries_[at] =
          cell.escaped ? arena_.MakeString(Unescaped(cell)) : cel::Value::String(cell.text);
      at += 2;
    }
    map_ = {entries_.data(), static_cast<uint32_t>(entries_.size() / 2)};
    row->value = cel::Value::Map(&map_);
  }

  std::vector<std::string> columns_;
  std::string header_;
  CsvRecord record_;
  LongRow long_row_;
  int64_t line_ = 1;
  // Of the row that was given last.
  size_t taken_ = 0;
  int64_t taken_lines_ = 0;
  cel::Arena arena_{kMaxRowMemory};
  std::vector<cel::Value> entries_;  // name, cell, name, cell, ...
  cel::MapRep map_{};
};

class JsonlReader : public RowSource {
 public:
  explicit JsonlReader(std::unique_ptr<InputBuffer> input) : RowSource(std::move(input)) {}

  bool Next(Row* row) override {
    do {
      input_->Consume(taken_);
      *row = Row();
      row->line = line_;
      if (!Scan(row)) return false;
      taken_ = row->text.size();
      if (absl::EndsWith(row->text, "\n")) ++line_;
    } while (!row->is_rest && absl::StripAsciiWhitespace(row->text).empty());
    if (row->is_rest || !row->error.empty()) return true;
    arena_.Reset();
    const absl::StatusOr<cel::Value> value = ParseJsonRow(row->text, &arena_);
    if (value.ok()) {
      row->value = *value;
    } else {
      row->error = std::string(value.status().message());
    }
    return true;
  }

 private:
  bool Scan(Row* row) {
    taken_ = 0;
    if (long_row_.is_open()) {
      if (long_row_.Next(*input_, row)) return true;
    }
    size_t end = input_->rest().find('\n');
    while (end == absl::string_view::npos && input_->rest().size() <= kMaxRowBytes) {
      const size_t searched = input_->rest().size();
      if (!input_->Grow()) break;
      end = input_->rest().find('\n', searched);
    }
    // What is there may be half a row.
    if (!input_->status().ok() || input_->rest().empty()) return false;
    const size_t bytes = end == absl::string_view::npos ? input_->rest().size() : end + 1;
    if (bytes > kMaxRowBytes) {
      row->error = TooLong("the row");
      long_row_.Begin(*input_, row);
    } else {
      row->text = input_->rest().substr(0, bytes);
    }
    return true;
  }

  LongRow long_row_;
  int64_t line_ = 1;
  size_t taken_ = 0;  // by the row that was given last
  cel::Arena arena_{kMaxRowMemory};
};

}  // namespace

absl::StatusOr<std::unique_ptr<CsvSource>> OpenCsv(std::unique_ptr<InputBuffer> input) {
  auto reader = std::make_unique<CsvReader>(std::move(input));
  if (absl::Status status = reader->ReadHeader(); !status.ok()) return status;
  return reader;
}

std::unique_ptr<RowSource> OpenJsonl(std::unique_ptr<InputBuffer> input) {
  return std::make_unique<JsonlReader>(std::move(input));
}

}  // namespace leadgrade::tools
