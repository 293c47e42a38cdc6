// Imports a file of the tree into a store of a test's own.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "service/store/rocksdb_store.h"
#include "tests/service/store/temp_dir.h"
#include "tests/testing/bundles.h"
#include "tools/import/data_sink.h"
#include "tools/import/import_run.h"

namespace leadgrade::tools {

inline std::string ReadText(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// The shipped mapping of that name.
inline Mapping ShippedMapping(const std::string& name) {
  const std::string path = LEADGRADE_SOURCE_DIR "/rules/sales/mappings/" + name;
  base::IssueList issues;
  auto mapping = LoadMapping(path, ReadText(path), &issues);
  EXPECT_TRUE(mapping.has_value()) << base::FormatIssues(issues);
  return mapping.value_or(Mapping());
}

class FileImport {
 public:
  // The file is CSV by its name, else JSONL.
  FileImport(const std::string& file, const Mapping& mapping, absl::Time now) {
    auto input = InputBuffer::Open(file);
    EXPECT_TRUE(input.ok()) << input.status();
    std::unique_ptr<RowSource> source;
    if (absl::EndsWith(file, ".csv")) {
      auto csv = OpenCsv(*std::move(input));
      EXPECT_TRUE(csv.ok()) << csv.status();
      base::IssueList issues;
      CheckColumns(mapping, (*csv)->columns(), &issues);
      EXPECT_TRUE(issues.empty()) << base::FormatIssues(issues);
      source = *std::move(csv);
    } else {
      source = OpenJsonl(*std::move(input));
    }
    auto sink = DataSink::Open(directory_.path(), testing::SalesBundle(), now);
    EXPECT_TRUE(sink.ok()) << sink.status();
    std::ostringstream err;
    Rejects rejects(err, {"in", "", "", nullptr});
    Progress progress(err, {false, std::nullopt, [] { return absl::UnixEpoch(); }});
    ImportRun run({source.get(), &mapping, sink->get(), &rejects, &progress, now});
    EXPECT_TRUE(run.Run().ok());
    imported_ = run.imported();
    errors_ = err.str();
    sink->reset();
    store::RocksDbOptions options;
    options.path = directory_.path();
    auto store = store::OpenRocksDbStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  int64_t imported() const { return imported_; }
  const std::string& errors() const { return errors_; }  // what was said of rejected rows
  const store::LeadStore& store() const { return *store_; }

  std::vector<store::StoredLead> Leads() const {
    auto page = store_->ListById("", 100000);
    EXPECT_TRUE(page.ok() && page->next.empty());
    return std::move(page->leads);
  }

 private:
  testing::TempDir directory_;
  int64_t imported_ = 0;
  std::string errors_;
  std::unique_ptr<store::LeadStore> store_;
};

}  // namespace leadgrade::tools
