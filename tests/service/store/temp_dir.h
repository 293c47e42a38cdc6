// A directory of a test's own, removed with it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace leadgrade::testing {

class TempDir {
 public:
  TempDir() : path_(::testing::TempDir() + "/leadgrade-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) ADD_FAILURE() << "can't make " << path_;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace leadgrade::testing
