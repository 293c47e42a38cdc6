#include "service/leads/bulk_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "service/store/rocksdb_store.h"
#include "tests/service/store/temp_dir.h"
#include "tests/testing/bundles.h"

namespace leadgrade::leads {
namespace {

using testing::At;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr char kNow[] = "2026-03-12T10:00:00+08:00";

std::unique_ptr<store::LeadStore> OpenStore(const std::string& path) {
  store::RocksDbOptions options;
  options.path = path;
  auto store = store::OpenRocksDbStore(options);
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

// A lead with the labels of an A, and one visit, since days ago.
ImportedLead LeadOfA(const std::string& id, int days_ago) {
  const absl::Time since = At(kNow) - absl::Hours(24 * days_ago);
  ImportedLead lead;
  lead.edit.lead_id = id;
  const auto fact = [&](facts::FactValue value) {
    return facts::StatedFact{std::move(value), facts::FactStatus::kConfirmed, "", since};
  };
  lead.edit.facts = {
      {"kp_level", fact({std::string("FIRST")})}, {"need", fact({true})}, {"budget", fact({true})}};
  lead.events.push_back({"v", "visit", since, std::nullopt, "", {}});
  return lead;
}

std::vector<absl::Status> Import(store::LeadStore& store, const std::vector<ImportedLead>& leads) {
  return ImportBuffered(store, testing::SalesBundle(), At(kNow), leads);
}

uint64_t Verified(const store::LeadStore& store) {
  return *store.Verify([](const std::string& finding) { ADD_FAILURE() << finding; });
}

TEST(BulkImport, GradesLeadsInTheirOwnTime) {
  const testing::TempDir directory;
  const auto store = OpenStore(directory.path());
  EXPECT_THAT(Import(*store, {LeadOfA("a", 3), LeadOfA("b", 40)}), Each(absl::OkStatus()));
  EXPECT_EQ(store->Get("a")->grade, "A");
  EXPECT_EQ(store->Get("b")->grade, "D");
  EXPECT_EQ(store->Get("b")->lead.grade_history[1].rule, "window-passed");
  EXPECT_EQ(Verified(*store), 2u);
}

TEST(BulkImport, TakesALeadGivenTwiceAsOneAfterTheOther) {
  const testing::TempDir directory;
  const auto store = OpenStore(directory.path());
  ImportedLead later = LeadOfA("a", 0);
  later.edit.facts.resize(1);
  later.edit.facts[0].second->value.value = std::string("SECOND");
  EXPECT_THAT(Import(*store, {LeadOfA("a", 3), later}), Each(absl::OkStatus()));
  EXPECT_EQ(store->Get("a")->grade, "B");
  EXPECT_EQ(store->Get("a")->revision, 2u);
}

TEST(BulkImport, RefusesALeadAloneWithoutATrace) {
  const testing::TempDir directory;
  const auto store = OpenStore(directory.path());
  ImportedLead wrong = LeadOfA("wrong", 3);
  wrong.edit.expected_revision = 7;
  const auto results = Import(*store, {wrong, LeadOfA("a", 3)});
  EXPECT_TRUE(absl::IsAborted(results[0]));
  EXPECT_TRUE(results[1].ok());
  EXPECT_TRUE(absl::IsNotFound(store->Get("wrong").status()));
}

TEST(BulkImport, WithoutLeadsThereIsNothingToWrite) {
  const testing::TempDir directory;
  const auto store = OpenStore(directory.path());
  EXPECT_THAT(Import(*store, {}), ElementsAre());
}

TEST(BulkImport, CallsWithDifferentLeadsMayRunAtATime) {
  const testing::TempDir directory;
  const auto store = OpenStore(directory.path());
  constexpr int kThreads = 4, kBatches = 20, kLeads = 10;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&store, t] {
      for (int b = 0; b < kBatches; ++b) {
        std::vector<ImportedLead> leads;
        for (int i = 0; i < kLeads; ++i) {
          // Each thread's own leads, again and again.
          leads.push_back(LeadOfA(std::to_string(t * 100 + (b * kLeads + i) % 50), i * 5));
        }
        EXPECT_THAT(Import(*store, leads), Each(absl::OkStatus()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Verified(*store), 200u);
  EXPECT_EQ(store->Changes(0, 1000)->size(), store->last_sequence());
}

}  // namespace
}  // namespace leadgrade::leads
