#include "service/leads/bulk_import.h"

#include "service/leads/write_batch.h"

namespace leadgrade::leads {

std::vector<absl::Status> ImportBuffered(store::LeadStore& store,
                                         std::shared_ptr<const rules::Bundle> bundle,
                                         absl::Time now, const std::vector<ImportedLead>& leads) {
  WriteBatch batch(store, std::move(bundle), now);
  std::vector<absl::Status> results;
  results.reserve(leads.size());
  for (const ImportedLead& lead : leads) results.push_back(batch.Import(lead));
  if (batch.empty()) return results;
  const absl::Status applied = batch.Apply(store::Durability::kBuffered).status();
  if (applied.ok()) return results;
  for (absl::Status& result : results) {
    if (result.ok()) result = applied;
  }
  return results;
}

}  // namespace leadgrade::leads
