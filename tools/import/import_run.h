// An import: rows through a mapping into a sink.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tools/import/import_batch.h"
#include "tools/import/lead_sink.h"
#include "tools/import/mapping.h"
#include "tools/import/progress.h"
#include "tools/import/rejects.h"
#include "tools/import/row_mapper.h"
#include "tools/import/row_source.h"
#include "tools/import/sink_queue.h"

namespace leadgrade::tools {

// What is in memory at a time is bounded, whatever the input's size.
class ImportRun {
 public:
  // What it works with is borrowed. `now` stands for now in all of its rows.
  struct Parts {
    RowSource* source = nullptr;
    const Mapping* mapping = nullptr;
    LeadSink* sink = nullptr;
    Rejects* rejects = nullptr;
    Progress* progress = nullptr;
    absl::Time now;
  };
  explicit ImportRun(const Parts& parts);

  // To the end of the input, or to the first failure of the sink, the input or the reject file,
  // which it gives. What was stored before stays.
  absl::Status Run();

  int64_t imported() const { return imported_; }

 private:
  absl::Status ReadRows(SinkQueue& queue);
  void AddRow(const Row& row, ImportBatch& batch);
  std::string MapRow(const Row& row, v1::ImportLeadsRequest& request);
  void Take(ImportBatch& batch);

  const Parts parts_;
  RowMapper mapper_;
  size_t request_bytes_ = 0;  // of the batch that is being filled
  int64_t imported_ = 0;
  int64_t rows_ = 0;
};

}  // namespace leadgrade::tools
