// One record of a CSV file, found in the bytes from its beginning on.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadgrade::tools {

struct CsvCell {
  absl::string_view text;  // as it stands, without the quotes around it
  bool escaped = false;    // `text` has quotes that are written twice
};

enum class CsvFault {
  kNone,
  kIncomplete,      // it goes on behind the bytes given
  kQuoteInCell,     // a quote in a cell that is not in quotes
  kTextAfterQuote,  // something between a closing quote and the comma
  kCarriageReturn,  // one that is not part of a line end
  kNotClosed,       // a cell's closing quote is missing
};

struct CsvRecord {
  CsvFault fault = CsvFault::kNone;
  // Bytes it takes, its line end included; with a fault, to the end of the line it is on. Of no
  // meaning where it is incomplete.
  size_t bytes = 0;
  size_t line_ends = 0;  // in these bytes
  std::vector<CsvCell> cells;
};

// `at_end`: nothing comes behind `bytes`, which is not empty.
void ScanCsvRecord(absl::string_view bytes, bool at_end, CsvRecord* record);

}  // namespace leadgrade::tools
