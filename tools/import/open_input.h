// The files that an import is given. What is wrong with them is told on stderr.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/import/mapping.h"
#include "tools/import/row_source.h"

namespace leadgrade::tools {

struct OpenedRows {
  std::string name;  // as messages name it
  std::unique_ptr<RowSource> source;
  // Of a CSV file: its columns, and its header as it stands. nullopt: JSONL.
  std::optional<std::vector<std::string>> columns;
  std::string header;
};

// `-`: standard input. CSV or JSONL by its name, else by its first character. kFine; kUsage where
// it is not there or has no header, kInternalError where it can't be read.
int OpenRows(const std::string& file, OpenedRows* rows);

// kFine; kUsage where it can't be read, kBadBundle where it is no mapping.
int ReadMapping(const std::string& path, std::optional<Mapping>* mapping);

// Whether the rows have the columns it reads, and the bundle called `bundle` the facts (`facts`) it
// states. kFine or kBadBundle.
int CheckMapping(const Mapping& mapping, const OpenedRows& rows, const std::string& bundle,
                 const std::vector<std::string>& facts);

}  // namespace leadgrade::tools
