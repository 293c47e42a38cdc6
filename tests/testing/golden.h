// Golden cases as data: one folder a case, and what it must give in `expected.txt` in it. With
// LEADGRADE_UPDATE_GOLDEN=1 in the environment the files are written instead of compared, so that a
// new case is a new folder and one run.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/rules/bundle.h"

namespace leadgrade::testing {

inline std::string ReadWhole(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// The names of the folders in `directory`, sorted.
inline std::vector<std::string> FoldersIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The name of a parameterised test that is a folder's: with `_` for `-`.
inline std::string FolderName(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// The base bundle with a case's files over it, as "ROOT/file". `without.txt` in the case names
// files of the base that are left out, one a line.
inline rules::BundleFiles CaseFiles(const std::string& root, const std::string& base,
                                    const std::string& case_folder) {
  rules::BundleFiles files;
  for (const std::string& folder : {base, case_folder}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".yaml") continue;
      files[root + "/" + entry.path().filename().string()] = ReadWhole(entry.path());
    }
  }
  std::istringstream without(ReadWhole(case_folder + "/without.txt"));
  for (std::string name; std::getline(without, name);) files.erase(root + "/" + name);
  return files;
}

inline void ExpectGolden(const std::string& actual, const std::string& path) {
  const char* update = std::getenv("LEADGRADE_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  ASSERT_TRUE(std::filesystem::exists(path))
      << path << " is not there; LEADGRADE_UPDATE_GOLDEN=1 writes it. It would read:\n"
      << actual;
  EXPECT_EQ(ReadWhole(path), actual)
      << "after a look at it, LEADGRADE_UPDATE_GOLDEN=1 rewrites " << path;
}

}  // namespace leadgrade::testing
