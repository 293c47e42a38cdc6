// The parts of scoring a stored lead, in process: the point read, the record's bytes to a lead, the
// decision, the reply. The lead is one of generate_leads.py: its budget is not known.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "leadgrade/v1/scoring_service.pb.h"
#include "service/bundles/bundle_registry.h"
#include "service/convert/decision_proto.h"
#include "service/leads/bulk_import.h"
#include "service/leads/lead_book.h"
#include "service/store/record_codec.h"
#include "service/store/rocksdb_store.h"

namespace leadgrade {
namespace {

constexpr char kLead[] = "g0000042";

absl::Time Now() { return absl::FromUnixSeconds(1772500000); }

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    std::exit(1);
  }
  return *std::move(result);
}

std::shared_ptr<const rules::Bundle> SalesBundle() {
  static const auto* const registry =
      Must(bundles::BundleRegistry::Open(LEADGRADE_SALES_RULES, Now, nullptr)).release();
  return registry->bundle();
}

leads::ImportedLead Imported() {
  leads::ImportedLead lead;
  lead.edit.lead_id = kLead;
  const auto state = [&](const char* name, facts::FactValue value) {
    facts::StatedFact fact;
    fact.value = std::move(value);
    fact.observed_time = Now() - absl::Hours(17 * 24);
    lead.edit.facts.emplace_back(name, std::move(fact));
  };
  state("kp_level", {std::string("THIRD")});
  state("need", {true});
  return lead;
}

// A store of one lead on disk, gone with the process.
class Book {
 public:
  Book() : directory_(std::filesystem::temp_directory_path() / "leadgrade-score-bench") {
    std::filesystem::remove_all(directory_);
    store::RocksDbOptions options;
    options.path = directory_.string();
    store_ = Must(store::OpenRocksDbStore(options));
    for (const auto& status : leads::ImportBuffered(*store_, SalesBundle(), Now(), {Imported()})) {
      if (!status.ok()) std::exit(1);
    }
    book_ =
        std::make_unique<leads::LeadBook>(*store_, SalesBundle, Now, leads::LeadBook::Options());
  }
  ~Book() {
    book_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  const leads::LeadBook& book() const { return *book_; }
  const store::LeadStore& store() const { return *store_; }

 private:
  const std::filesystem::path directory_;
  std::unique_ptr<store::LeadStore> store_;
  std::unique_ptr<leads::LeadBook> book_;
};

const Book& TheBook() {
  static const Book book;
  return book;
}

void BM_Score(benchmark::State& state) {
  const leads::LeadBook& book = TheBook().book();
  for (auto _ : state) {
    v1::ScoreLeadResponse response;
    const auto result = book.Score(kLead);
    convert::ToProto(result->decision, kLead, "en", response.mutable_decision());
    benchmark::DoNotOptimize(response.SerializeAsString());
  }
}
BENCHMARK(BM_Score);

void BM_GetAndDecode(benchmark::State& state) {
  const store::LeadStore& store = TheBook().store();
  for (auto _ : state) benchmark::DoNotOptimize(store.Get(kLead));
}
BENCHMARK(BM_GetAndDecode);

void BM_Decode(benchmark::State& state) {
  const std::string bytes = store::EncodeLead(*TheBook().store().Get(kLead));
  for (auto _ : state) benchmark::DoNotOptimize(store::DecodeLead(kLead, bytes));
}
BENCHMARK(BM_Decode);

void BM_Decide(benchmark::State& state) {
  store::StoredLead lead = *TheBook().store().Get(kLead);
  const auto bundle = SalesBundle();
  for (auto _ : state) {
    benchmark::DoNotOptimize(decision::Advance(bundle, lead.lead, {}, Now()));
  }
}
BENCHMARK(BM_Decide);

void BM_Reply(benchmark::State& state) {
  const auto result = TheBook().book().Score(kLead);
  for (auto _ : state) {
    v1::ScoreLeadResponse response;
    convert::ToProto(result->decision, kLead, "en", response.mutable_decision());
    benchmark::DoNotOptimize(response.SerializeAsString());
  }
}
BENCHMARK(BM_Reply);

}  // namespace
}  // namespace leadgrade

BENCHMARK_MAIN();
