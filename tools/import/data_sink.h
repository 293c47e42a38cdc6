// An import into a store's directory, without a server.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "service/store/lead_store.h"
#include "tools/import/lead_sink.h"

namespace leadgrade::tools {

// Checks leads against the bundle and drops them: a dry run.
class CheckSink : public LeadSink {
 public:
  CheckSink(std::shared_ptr<const rules::Bundle> bundle, absl::Time now)
      : bundle_(std::move(bundle)), now_(now) {}

  int calls() const override { return 1; }
  absl::Status Import(const v1::ImportLeadsRequest& request,
                      v1::ImportLeadsResponse* response) override;

 private:
  const std::shared_ptr<const rules::Bundle> bundle_;
  const absl::Time now_;
};

// Decides the leads by the bundle and writes them to the store, on as many threads as there are
// cores. What is written is on disk once Finish is through.
class DataSink : public LeadSink {
 public:
  // Opens the store in `directory`, or makes one. Errors are those of store::OpenRocksDbStore.
  static absl::StatusOr<std::unique_ptr<DataSink>> Open(const std::string& directory,
                                                        std::shared_ptr<const rules::Bundle> bundle,
                                                        absl::Time now);

  int calls() const override;
  absl::Status Import(const v1::ImportLeadsRequest& request,
                      v1::ImportLeadsResponse* response) override;
  absl::Status Finish() override;

 private:
  DataSink(std::unique_ptr<store::LeadStore> store, std::shared_ptr<const rules::Bundle> bundle,
           absl::Time now)
      : store_(std::move(store)), bundle_(std::move(bundle)), now_(now) {}
  // Makes sure that the store does not say of leads to come that another bundle decided them.
  absl::Status BeginSweep();

  const std::unique_ptr<store::LeadStore> store_;
  const std::shared_ptr<const rules::Bundle> bundle_;
  const absl::Time now_;
  // The store was empty: all that is in it will have been decided by this bundle.
  bool was_empty_ = false;
};

}  // namespace leadgrade::tools
