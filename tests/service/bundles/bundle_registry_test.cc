// The bundle in force: a good one replaces it, a bad one does not, however its files come to
// change.
#include "service/bundles/bundle_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/service/store/temp_dir.h"

namespace leadgrade::bundles {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// A bundle that gives every lead `grade`.
std::string Bundle(const std::string& grade) {
  return absl::StrCat(R"(apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: small }
decision: { grade: grading.grade }
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: facts }
types: { Grade: [D, A] }
facts: { need: { type: bool } }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading }
hitPolicy: FIRST
outputs: [{ name: grade, type: Grade }]
rules:
  - id: all
    reason: { zh: 全部, en: All }
    then: { grade: )",
                      grade, " }\n");
}

class BundleRegistryTest : public ::testing::Test {
 protected:
  BundleRegistryTest() { Write("small", Bundle("A")); }

  void Write(const std::string& directory, const std::string& text) {
    fs::create_directories(Path(directory));
    std::ofstream(Path(directory) + "/bundle.yaml") << text;
  }
  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }

  void Open(const std::string& name = "small") {
    auto registry = BundleRegistry::Open(
        Path(name), [this] { return now_; },
        [this](const BundleRegistry::Reload& reload) {
          const std::lock_guard<std::mutex> lock(mutex_);
          if (reload.changed) ++swaps_;
          if (reload.issues.has_errors() || !reload.read.ok()) ++refusals_;
          heard_.notify_all();
        });
    ASSERT_TRUE(registry.ok()) << registry.status();
    registry_ = *std::move(registry);
  }

  // Bounded only so that a failure ends.
  template <typename Predicate>
  bool Hear(Predicate predicate) {
    std::unique_lock<std::mutex> lock(mutex_);
    return heard_.wait_for(lock, std::chrono::seconds(60), predicate);
  }

  testing::TempDir directory_;
  absl::Time now_ = absl::FromUnixSeconds(1772500000);
  std::mutex mutex_;
  std::condition_variable heard_;
  int swaps_ = 0;
  int refusals_ = 0;
  std::unique_ptr<BundleRegistry> registry_;
};

TEST_F(BundleRegistryTest, ADirectoryThatIsNotThereIsNotFound) {
  const auto registry = BundleRegistry::Open(
      Path("nowhere"), [] { return absl::Now(); }, nullptr);
  EXPECT_TRUE(absl::IsNotFound(registry.status()));
}

TEST_F(BundleRegistryTest, AFirstBundleThatDoesNotCompileIsRefusedWithItsPlace) {
  Write("small", Bundle("B"));
  const auto registry = BundleRegistry::Open(
      Path("small"), [] { return absl::Now(); }, nullptr);
  EXPECT_TRUE(absl::IsInvalidArgument(registry.status()));
  EXPECT_THAT(std::string(registry.status().message()),
              HasSubstr("small/bundle.yaml:20:20: error:"));
}

TEST_F(BundleRegistryTest, AReloadTakesTheNewBundleAndItsTime) {
  Open();
  const auto before = registry_->active();
  Write("small", Bundle("D"));
  now_ += absl::Hours(1);
  const auto reload = registry_->ReloadNow();
  EXPECT_TRUE(reload.changed);
  const auto after = registry_->active();
  EXPECT_EQ(after.bundle, reload.bundle);
  EXPECT_NE(after.bundle->digest, before.bundle->digest);
  EXPECT_EQ(after.activate_time, now_);
}

TEST_F(BundleRegistryTest, TheSameBundleStaysTheSame) {
  Open();
  const auto before = registry_->active();
  now_ += absl::Hours(1);
  EXPECT_FALSE(registry_->ReloadNow().changed);
  EXPECT_EQ(registry_->bundle(), before.bundle);
  EXPECT_EQ(registry_->active().activate_time, before.activate_time);
}

TEST_F(BundleRegistryTest, ABadBundleLeavesTheGoodOne) {
  Open();
  const auto before = registry_->bundle();
  Write("small", "apiVersion: [");
  const auto reload = registry_->ReloadNow();
  EXPECT_FALSE(reload.changed);
  EXPECT_TRUE(reload.issues.has_errors());
  EXPECT_EQ(reload.bundle, before);
  EXPECT_EQ(registry_->bundle(), before);
}

TEST_F(BundleRegistryTest, ADirectoryThatWentAwayLeavesTheGoodOne) {
  Open();
  const auto before = registry_->bundle();
  fs::remove_all(Path("small"));
  EXPECT_TRUE(absl::IsNotFound(registry_->ReloadNow().read));
  EXPECT_EQ(registry_->bundle(), before);
}

TEST_F(BundleRegistryTest, AChangedFileIsSeen) {
  Open();
  registry_->StartWatching();
  Write("small", Bundle("D"));
  EXPECT_TRUE(Hear([&] { return swaps_ == 1; }));
}

TEST_F(BundleRegistryTest, AFileRenamedOverAnotherIsSeen) {
  Open();
  registry_->StartWatching();
  std::ofstream(Path("new.yaml")) << Bundle("D");
  fs::rename(Path("new.yaml"), Path("small/bundle.yaml"));
  EXPECT_TRUE(Hear([&] { return swaps_ == 1; }));
}

TEST_F(BundleRegistryTest, AFileInANewDirectoryIsSeen) {
  Open();
  registry_->StartWatching();
  fs::remove(Path("small/bundle.yaml"));
  EXPECT_TRUE(Hear([&] { return refusals_ >= 1; }));
  Write("small/deep/deeper", Bundle("D"));
  EXPECT_TRUE(Hear([&] { return swaps_ == 1; }));
}

TEST_F(BundleRegistryTest, ADirectoryReplacedAsAWholeIsSeen) {
  Open();
  registry_->StartWatching();
  Write("next", Bundle("D"));
  fs::rename(Path("small"), Path("old"));
  fs::rename(Path("next"), Path("small"));
  EXPECT_TRUE(Hear([&] { return swaps_ == 1; }));
  // And it goes on with what stands there now.
  Write("small", Bundle("A"));
  EXPECT_TRUE(Hear([&] { return swaps_ == 2; }));
}

TEST_F(BundleRegistryTest, ALinkTurnedToAnotherDirectoryIsSeen) {
  Write("v1/small", Bundle("A"));
  Write("v2/small", Bundle("D"));
  fs::create_directory_symlink(Path("v1/small"), Path("current"));
  Open("current");
  registry_->StartWatching();
  fs::create_directory_symlink(Path("v2/small"), Path("turned"));
  fs::rename(Path("turned"), Path("current"));
  EXPECT_TRUE(Hear([&] { return swaps_ == 1; }));
}

TEST_F(BundleRegistryTest, WhatIsBrokenWhileWatchedIsToldAndMendedLater) {
  Open();
  registry_->StartWatching();
  Write("small", Bundle("B"));
  EXPECT_TRUE(Hear([&] { return refusals_ >= 1; }));
  EXPECT_EQ(swaps_, 0);
  Write("small", Bundle("D"));
  EXPECT_TRUE(Hear([&] { return swaps_ == 1; }));
}

TEST_F(BundleRegistryTest, ReadersAlwaysSeeAWholeBundle) {
  Open();
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) EXPECT_EQ(registry_->bundle()->rule_sets.size(), 1u);
  });
  for (int i = 0; i < 50; ++i) {
    Write("small", Bundle(i % 2 == 0 ? "D" : "A"));
    EXPECT_TRUE(registry_->ReloadNow().changed);
  }
  stop = true;
  reader.join();
}

}  // namespace
}  // namespace leadgrade::bundles
