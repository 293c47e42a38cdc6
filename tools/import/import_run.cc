#include "tools/import/import_run.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "tools/import/row_errors.h"

namespace leadgrade::tools {
namespace {

// A batch is sent when it has so many leads, or so many bytes of rows or requests. The server takes
// requests of 4 MiB.
constexpr int kBatchLeads = 1000;
constexpr size_t kBatchBytes = 1 << 20;
constexpr size_t kMaxLeadBytes = 2 << 20;

}  // namespace

ImportRun::ImportRun(const Parts& parts) : parts_(parts), mapper_(*parts.mapping, parts.now) {}

absl::Status ImportRun::Run() {
  absl::Status status;
  {
    SinkQueue queue(*parts_.sink, [this](ImportBatch& batch) { Take(batch); });
    status = ReadRows(queue);
    const absl::Status finished = queue.Finish();
    if (status.ok()) status = finished;
  }
  const absl::Status durable = parts_.sink->Finish();
  if (status.ok()) status = durable;
  parts_.progress->Clear();
  const absl::Status kept = parts_.rejects->Close();
  return status.ok() ? kept : status;
}

absl::Status ImportRun::ReadRows(SinkQueue& queue) {
  Row row;
  auto batch = std::make_unique<ImportBatch>();
  while (parts_.source->Next(&row)) {
    AddRow(row, *batch);
    const bool full = batch->request().leads_size() >= kBatchLeads ||
                      batch->rows().size() >= 2 * kBatchLeads || request_bytes_ >= kBatchBytes ||
                      batch->text_bytes() >= kBatchBytes;
    if (!full) continue;
    if (absl::Status status = queue.Push(std::move(batch)); !status.ok()) return status;
    batch = std::make_unique<ImportBatch>();
    request_bytes_ = 0;
  }
  if (!batch->rows().empty()) {
    if (absl::Status status = queue.Push(std::move(batch)); !status.ok()) return status;
  }
  return parts_.source->input().status();
}

void ImportRun::AddRow(const Row& row, ImportBatch& batch) {
  ImportBatch::Row& added = batch.AddRow(row.line, row.text);
  added.is_rest = row.is_rest;
  if (row.is_rest) return;
  added.error = row.error.empty() ? MapRow(row, batch.request()) : row.error;
  if (added.error.empty()) added.lead = batch.request().leads_size() - 1;
}

// Adds the row's lead; else why there is none.
std::string ImportRun::MapRow(const Row& row, v1::ImportLeadsRequest& request) {
  v1::ImportedLead* lead = request.add_leads();
  const absl::Status status = mapper_.Map(row.value, lead);
  const size_t bytes = status.ok() ? lead->ByteSizeLong() : 0;
  if (status.ok() && bytes <= kMaxLeadBytes) {
    request_bytes_ += bytes;
    return "";
  }
  request.mutable_leads()->RemoveLast();
  if (!status.ok()) return std::string(status.message());
  return absl::StrCat("the lead is larger than ", kMaxLeadBytes, " bytes");
}

void ImportRun::Take(ImportBatch& batch) {
  for (const ImportBatch::Row& row : batch.rows()) {
    if (row.is_rest) {
      parts_.rejects->AddRest(batch.Text(row));
      continue;
    }
    if (row.lead < 0) {
      parts_.rejects->Add(row.line, row.error, batch.Text(row));
    } else if (!batch.status.ok()) {
      continue;
    } else if (const auto& result = batch.response().results(row.lead); result.code() != 0) {
      parts_.rejects->Add(row.line, RowError(result, batch.request().leads(row.lead)),
                          batch.Text(row));
    } else {
      ++imported_;
    }
    ++rows_;
  }
  parts_.progress->Update(rows_, parts_.source->input().consumed());
}

}  // namespace leadgrade::tools
