#include "tools/import/data_sink.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "service/leads/bulk_import.h"
#include "service/rpc/lead_import.h"
#include "service/store/rocksdb_store.h"

namespace leadgrade::tools {
namespace {

constexpr int kMaxCalls = 16;

}  // namespace

absl::Status CheckSink::Import(const v1::ImportLeadsRequest& request,
                               v1::ImportLeadsResponse* response) {
  rpc::PlanImport(*bundle_, request, now_, response);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<DataSink>> DataSink::Open(
    const std::string& directory, std::shared_ptr<const rules::Bundle> bundle, absl::Time now) {
  store::RocksDbOptions options;
  options.path = directory;
  auto store = store::OpenRocksDbStore(options);
  if (!store.ok()) return store.status();
  std::unique_ptr<DataSink> sink(new DataSink(*std::move(store), std::move(bundle), now));
  if (absl::Status status = sink->BeginSweep(); !status.ok()) return status;
  return sink;
}

absl::Status DataSink::BeginSweep() {
  const auto swept = store_->swept();
  if (!swept.ok()) return swept.status();
  if (*swept == bundle_->digest) return absl::OkStatus();
  const auto first = store_->ListById("", 1);
  if (!first.ok()) return first.status();
  was_empty_ = first->leads.empty() && first->next.empty();
  return swept->empty() ? absl::OkStatus() : store_->SetSwept("");
}

int DataSink::calls() const {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxCalls);
}

absl::Status DataSink::Import(const v1::ImportLeadsRequest& request,
                              v1::ImportLeadsResponse* response) {
  const rpc::ImportPlan plan = rpc::PlanImport(*bundle_, request, now_, response);
  if (plan.leads.empty()) return absl::OkStatus();
  return rpc::FinishImport(plan, leads::ImportBuffered(*store_, bundle_, now_, plan.leads),
                           response);
}

absl::Status DataSink::Finish() {
  if (absl::Status status = store_->Flush(); !status.ok()) return status;
  return was_empty_ ? store_->SetSwept(bundle_->digest) : absl::OkStatus();
}

}  // namespace leadgrade::tools
