// The rows of a file, one after the other, as CEL values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/cel/value.h"
#include "tools/import/input_buffer.h"

namespace leadgrade::tools {

inline constexpr size_t kMaxRowBytes = 1 << 20;
inline constexpr size_t kMaxColumns = 1000;
inline constexpr size_t kMaxCellBytes = 64 << 10;
inline constexpr int kMaxJsonDepth = 32;
// Of a row as values.
inline constexpr size_t kMaxRowMemory = 16 << 20;

// A row. All of it is valid until the next one is asked for.
struct Row {
  int64_t line = 1;        // the first one's number, from 1
  absl::string_view text;  // its bytes, with its line end
  std::string error;       // why it cannot be read; empty where it can
  cel::Value value;        // a map by column or key, where it can be read
  // A further part of the row before, which is too long to be given whole: only `text` counts.
  bool is_rest = false;
};

// Not thread safe.
class RowSource {
 public:
  virtual ~RowSource() = default;

  // False at the end, and where the input failed.
  virtual bool Next(Row* row) = 0;

  const InputBuffer& input() const { return *input_; }

 protected:
  explicit RowSource(std::unique_ptr<InputBuffer> input) : input_(std::move(input)) {}

  const std::unique_ptr<InputBuffer> input_;
};

// CSV of RFC 4180: a header, cells in quotes where they hold commas, quotes or line ends, lines
// ended by LF or CRLF; a byte order mark in front is passed over, and so are empty lines. All
// values are texts.
class CsvSource : public RowSource {
 public:
  // The names in the header, "" for a column without one (which no mapping can read).
  virtual const std::vector<std::string>& columns() const = 0;
  // The header as it stands in the file, with its line end.
  virtual const std::string& header() const = 0;

 protected:
  using RowSource::RowSource;
};

// Reads the header. kInvalidArgument with `LINE: error: what is wrong` where there is none or it is
// of no use.
absl::StatusOr<std::unique_ptr<CsvSource>> OpenCsv(std::unique_ptr<InputBuffer> input);

// A JSON object a line; empty lines are passed over.
std::unique_ptr<RowSource> OpenJsonl(std::unique_ptr<InputBuffer> input);

}  // namespace leadgrade::tools
