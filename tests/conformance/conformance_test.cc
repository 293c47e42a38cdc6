// Holds the engine against the public CEL test vectors.
//
//   conformance_test DIR --deviations FILE [--filter GLOB] [--verbose]
//
// DIR has what convert.mjs writes. Fails when a test fails that FILE does not list, and when one
// passes that it does: the list says what is so, and no more. See run.
#include <fnmatch.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/cel/protobuf/message_types.h"
#include "tests/conformance/deviations.h"
#include "tests/conformance/run_all.h"

namespace leadgrade::cel {
namespace {

using nlohmann::json;

struct Options {
  std::string directory;
  std::string deviations;
  std::string filter = "*";
  bool verbose = false;
};

struct Counts {
  int passed = 0;
  int failed = 0;
  int deviating = 0;  // failed, as listed
};

void Load(const std::string& path, google::protobuf::DescriptorPool* pool) {
  std::ifstream file(path, std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  if (!file || !set.ParseFromIstream(&file)) throw std::runtime_error("cannot read " + path);
  for (const auto& proto : set.file()) {
    if (pool->BuildFile(proto) == nullptr) throw std::runtime_error("bad file " + proto.name());
  }
}

// "conformance/basic/self_eval/int_zero", "parsing/017"
std::string KeyOf(const json& test) {
  std::string key = test["suite"];
  for (const char* part : {"file", "section", "name"}) {
    const std::string name = test[part];
    if (!name.empty()) absl::StrAppend(&key, "/", name);
  }
  return key;
}

std::string FileOf(const json& test) {
  const std::string suite = test["suite"];
  const std::string file = test["file"];
  return file.empty() ? suite : absl::StrCat(suite, "/", file);
}

std::vector<json> ReadTests(const Options& options) {
  std::vector<json> tests;
  for (const char* suite : {"conformance", "parsing", "checking", "comprehension"}) {
    const std::string path = absl::StrCat(options.directory, "/", suite, ".jsonl");
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    for (std::string line; std::getline(file, line);) {
      json test = json::parse(line);
      if (fnmatch(options.filter.c_str(), KeyOf(test).c_str(), 0) == 0) {
        tests.push_back(std::move(test));
      }
    }
  }
  return tests;
}

void Show(const char* what, const json& test, const Failure& failure) {
  const auto indented = [](std::string text) {
    for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 12) {
      text.replace(at, 1, "\n           ");
    }
    return text;
  };
  std::printf("%s %s\n  expr     %s\n", what, KeyOf(test).c_str(), indented(test["expr"]).c_str());
  std::printf("  expected %s\n  got      %s\n", indented(failure.expected).c_str(),
              indented(failure.got).c_str());
}

void PrintCounts(const std::map<std::string, Counts>& files) {
  size_t width = 5;
  for (const auto& [name, counts] : files) width = std::max(width, name.size());
  const auto line = [&](const std::string& name, const Counts& counts) {
    std::printf("%-*s %7d %7d %10d\n", static_cast<int>(width), name.c_str(), counts.passed,
                counts.failed, counts.deviating);
  };
  std::printf("%-*s %7s %7s %10s\n", static_cast<int>(width), "file", "passed", "failed",
              "deviating");
  Counts total;
  for (const auto& [name, counts] : files) {
    line(name, counts);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.deviating += counts.deviating;
  }
  line("total", total);
}

int Run(const Options& options) {
  auto deviations = Deviations::Read(options.deviations);
  if (!deviations.ok()) throw std::runtime_error(std::string(deviations.status().message()));
  google::protobuf::DescriptorPool pool;
  Load(options.directory + "/descriptors.binpb", &pool);
  const MessageTypes int_enums(&pool);
  const MessageTypes typed_enums(&pool, MessageTypes::Enums::kTyped);
  const std::vector<json> tests = ReadTests(options);
  if (tests.empty()) throw std::runtime_error("no test matches " + options.filter);

  const auto results = RunAll(tests, int_enums, typed_enums);
  std::map<std::string, Counts> files;
  std::set<const Deviation*> used;
  std::vector<std::string> regressions;
  std::vector<std::string> stale;
  for (size_t i = 0; i < tests.size(); ++i) {
    const std::string key = KeyOf(tests[i]);
    const Deviation* deviation = deviations->Find(key);
    used.insert(deviation);
    Counts& counts = files[FileOf(tests[i])];
    if (!results[i].has_value()) {
      ++counts.passed;
      if (deviation != nullptr) stale.push_back(absl::StrCat(key, " (line ", deviation->line, ")"));
    } else if (deviation != nullptr) {
      ++counts.deviating;
      if (options.verbose) Show("deviates", tests[i], *results[i]);
    } else {
      ++counts.failed;
      regressions.push_back(key);
      if (options.verbose) Show("FAILED", tests[i], *results[i]);
    }
  }
  // Of a part of the tests nothing can be said about entries for the others.
  if (options.filter == "*") {
    for (const Deviation& deviation : deviations->all()) {
      if (used.count(&deviation) == 0) {
        stale.push_back(absl::StrCat(deviation.pattern, " (line ", deviation.line, "): no test"));
      }
    }
  }
  PrintCounts(files);
  for (const auto& key : regressions) std::printf("failed: %s\n", key.c_str());
  for (const auto& key : stale) std::printf("listed as deviating, but passes: %s\n", key.c_str());
  return regressions.empty() && stale.empty() ? 0 : 1;
}

}  // namespace
}  // namespace leadgrade::cel

int main(int argc, char** argv) {
  leadgrade::cel::Options options;
  CLI::App app("Holds the engine against the public CEL test vectors");
  app.add_option("DIR", options.directory, "What convert.mjs wrote")->required();
  app.add_option("--deviations", options.deviations, "Tests known not to pass")->required();
  app.add_option("--filter", options.filter, "Only tests whose key matches this pattern");
  app.add_flag("--verbose", options.verbose, "Show what failed, and how");
  CLI11_PARSE(app, argc, argv);
  try {
    return leadgrade::cel::Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "conformance_test: %s\n", error.what());
    return 2;
  }
}
