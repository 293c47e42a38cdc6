// Reading a bundle's directory: what is read, under which names, and how much.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/base/limits.h"
#include "service/bundles/bundle_registry.h"
#include "tests/service/store/temp_dir.h"

namespace leadgrade::bundles {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class BundleFilesTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) {
    const fs::path path = fs::path(directory_.path()) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }

  testing::TempDir directory_;
};

TEST_F(BundleFilesTest, NamesStartWithTheDirectorysOwn) {
  Write("sales/bundle.yaml", "a");
  Write("sales/mappings/crm.yml", "b");
  for (const char* way : {"sales", "sales/", "sales/.", "./sales"}) {
    const auto files = ReadBundleFiles(Path(way));
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_THAT(*files,
                ElementsAre(Pair("sales/bundle.yaml", "a"), Pair("sales/mappings/crm.yml", "b")));
  }
}

TEST_F(BundleFilesTest, OnlyYamlThatIsNotHiddenIsRead) {
  Write("sales/bundle.yaml", "a");
  Write("sales/README.md", "no");
  Write("sales/.bundle.yaml.swp", "no");
  Write("sales/.git/x.yaml", "no");
  EXPECT_THAT(*ReadBundleFiles(Path("sales")), ElementsAre(Pair("sales/bundle.yaml", "a")));
}

TEST_F(BundleFilesTest, LinksAreFollowed) {
  Write("elsewhere/real.yaml", "a");
  fs::create_directories(Path("sales"));
  fs::create_symlink(Path("elsewhere/real.yaml"), Path("sales/bundle.yaml"));
  EXPECT_THAT(*ReadBundleFiles(Path("sales")), ElementsAre(Pair("sales/bundle.yaml", "a")));
}

TEST_F(BundleFilesTest, ALinkBackUpEnds) {
  Write("sales/bundle.yaml", "a");
  fs::create_directory_symlink(Path("sales"), Path("sales/again"));
  const auto files = ReadBundleFiles(Path("sales"));
  EXPECT_TRUE(absl::IsInvalidArgument(files.status())) << files.status();
  EXPECT_THAT(std::string(files.status().message()), HasSubstr("levels deep"));
}

TEST_F(BundleFilesTest, WhatIsNoDirectoryIsNotFound) {
  Write("file.yaml", "a");
  EXPECT_TRUE(absl::IsNotFound(ReadBundleFiles(Path("nowhere")).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadBundleFiles(Path("file.yaml")).status()));
}

TEST_F(BundleFilesTest, AFileMayBeAsLargeAsItsBoundAndNoLarger) {
  Write("sales/a.yaml", std::string(base::kMaxRuleFileBytes, 'x'));
  EXPECT_TRUE(ReadBundleFiles(Path("sales")).ok());
  Write("sales/a.yaml", std::string(base::kMaxRuleFileBytes + 1, 'x'));
  const auto files = ReadBundleFiles(Path("sales"));
  EXPECT_TRUE(absl::IsInvalidArgument(files.status()));
  EXPECT_THAT(std::string(files.status().message()), HasSubstr("sales/a.yaml"));
}

TEST_F(BundleFilesTest, ABundleMayBeAsLargeAsItsBoundAndNoLarger) {
  constexpr size_t kFiles = base::kMaxBundleBytes / base::kMaxRuleFileBytes;
  for (size_t i = 0; i < kFiles; ++i) {
    Write("sales/" + std::to_string(i) + ".yaml", std::string(base::kMaxRuleFileBytes, 'x'));
  }
  EXPECT_TRUE(ReadBundleFiles(Path("sales")).ok());
  Write("sales/more.yaml", "x");
  EXPECT_TRUE(absl::IsInvalidArgument(ReadBundleFiles(Path("sales")).status()));
}

TEST_F(BundleFilesTest, SoManyFilesAndNoMore) {
  for (size_t i = 0; i < base::kMaxBundleFiles; ++i) {
    Write("sales/" + std::to_string(i) + ".yaml", "x");
  }
  EXPECT_TRUE(ReadBundleFiles(Path("sales")).ok());
  Write("sales/more.yaml", "x");
  EXPECT_TRUE(absl::IsInvalidArgument(ReadBundleFiles(Path("sales")).status()));
}

}  // namespace
}  // namespace leadgrade::bundles
