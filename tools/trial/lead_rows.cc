#include "tools/trial/lead_rows.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tools/exit_code.h"
#include "tools/import/data_sink.h"
#include "tools/import/import_run.h"
#include "tools/import/open_input.h"
#include "tools/output.h"

namespace leadgrade::tools {

namespace fs = std::filesystem;

ScratchDirectory::ScratchDirectory() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "leadgrade-XXXXXX").string();
  if (!error && mkdtemp(name.data()) != nullptr) path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

int ImportRows(const LeadSource& source, const std::shared_ptr<const rules::Bundle>& bundle,
               absl::Time now, const std::string& directory) {
  std::optional<Mapping> mapping;
  if (const int code = ReadMapping(source.mapping, &mapping); code != kFine) return code;
  OpenedRows rows;
  if (const int code = OpenRows(source.file, &rows); code != kFine) return code;
  std::vector<std::string> facts;
  for (const facts::Fact& fact : bundle->schema.facts) facts.push_back(fact.name);
  if (const int code = CheckMapping(*mapping, rows, bundle->name, facts); code != kFine)
    return code;
  if (directory.empty()) {
    PrintError("no directory could be made for what is read");
    return kInternalError;
  }
  auto sink = DataSink::Open(directory, bundle, now);
  if (!sink.ok()) {
    PrintError(sink.status().message());
    return kInternalError;
  }
  Progress progress(std::cerr,
                    {isatty(STDERR_FILENO) != 0, rows.source->input().size(), absl::Now});
  Rejects::Options options;
  options.input = rows.name;
  options.before_line = [&progress] { progress.Clear(); };
  Rejects rejects(std::cerr, options);
  ImportRun run({rows.source.get(), &*mapping, sink->get(), &rejects, &progress, now});
  if (const absl::Status status = run.Run(); !status.ok()) {
    PrintError(status.message());
    return kInternalError;
  }
  return kFine;
}

}  // namespace leadgrade::tools
