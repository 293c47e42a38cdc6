#include "tools/bundle_revision.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/limits.h"
#include "tools/program.h"

namespace leadgrade::tools {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostListedBytes = 16 << 20;

bool IsDirectory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// One file of a tree: `git ls-tree -r -l -z` gives "MODE TYPE OBJECT SIZE\tNAME".
struct TreeFile {
  std::string object, name;
  size_t bytes = 0;
};

bool IsRuleFile(absl::string_view name) {
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    if (absl::StartsWith(part, ".")) return false;
  }
  return absl::EndsWith(name, ".yaml") || absl::EndsWith(name, ".yml");
}

class GitBundle {
 public:
  // `directory`: where git is asked; `tree`: REV:PATH.
  GitBundle(std::string directory, std::string tree)
      : directory_(std::move(directory)), tree_(std::move(tree)) {}

  absl::StatusOr<rules::BundleFiles> Read(const std::string& name) {
    auto listed = Files();
    if (!listed.ok()) return listed.status();
    if (listed->size() > base::kMaxBundleFiles) {
      return TooMuch(absl::StrCat("more than ", base::kMaxBundleFiles, " files"));
    }
    rules::BundleFiles files;
    size_t bytes = 0;
    for (const TreeFile& file : *listed) {
      bytes += file.bytes;
      if (file.bytes > base::kMaxRuleFileBytes) {
        return TooMuch(
            absl::StrCat("a file of more than ", base::kMaxRuleFileBytes, " bytes: ", file.name));
      }
      if (bytes > base::kMaxBundleBytes) {
        return TooMuch(absl::StrCat("more than ", base::kMaxBundleBytes, " bytes"));
      }
      auto text = Git({"cat-file", "blob", file.object}, base::kMaxRuleFileBytes);
      if (!text.ok()) return text.status();
      files.emplace(absl::StrCat(name, "/", file.name), *std::move(text));
    }
    return files;
  }

 private:
  absl::StatusOr<std::vector<TreeFile>> Files() const {
    auto listed = Git({"ls-tree", "-r", "-l", "-z", "--full-tree", tree_}, kMostListedBytes);
    if (!listed.ok()) return listed.status();
    std::vector<TreeFile> files;
    for (const absl::string_view line : absl::StrSplit(*listed, '\0', absl::SkipEmpty())) {
      const std::pair<absl::string_view, absl::string_view> halves =
          absl::StrSplit(line, absl::MaxSplits('\t', 1));
      const std::vector<absl::string_view> words =
          absl::StrSplit(halves.first, ' ', absl::SkipEmpty());
      // No links and no submodules.
      if (words.size() != 4 || !absl::StartsWith(words[0], "100")) continue;
      if (!IsRuleFile(halves.second)) continue;
      TreeFile file{std::string(words[2]), std::string(halves.second)};
      if (!absl::SimpleAtoi(words[3], &file.bytes)) continue;
      files.push_back(std::move(file));
    }
    return files;
  }

  // What git says itself of what is wrong goes to stderr.
  absl::StatusOr<std::string> Git(std::vector<std::string> arguments, size_t most_bytes) const {
    std::vector<std::string> argv = {"git", "-C", directory_};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    auto result = RunProgram(argv, most_bytes);
    if (!result.ok()) return absl::UnavailableError(result.status().message());
    if (result->exit_code != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", tree_, "` is no directory, and git has no such tree"));
    }
    return std::move(result->out);
  }

  absl::Status TooMuch(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("the bundle in ", tree_, " has ", what));
  }

  const std::string directory_, tree_;
};

// What a tree's files are called by.
std::string NameOf(const std::string& directory) {
  std::error_code error;
  const fs::path path = fs::canonical(directory, error);
  return error || path.filename().empty() ? "bundle" : path.filename().string();
}

absl::StatusOr<BundleInput> LoadOne(const std::string& given, const std::string& other) {
  if (IsDirectory(given)) return LoadBundleInput(given);
  if (given.empty() || given[0] == '-') {
    return absl::InvalidArgumentError(
        absl::StrCat("`", given, "` is neither a directory nor a git revision"));
  }
  std::string directory = ".", tree = given, name;
  const size_t colon = given.find(':');
  if (colon != std::string::npos) {
    name = fs::path(given.substr(colon + 1)).lexically_normal().filename().string();
    if (name.empty() || name == "." || name == "..") name = "bundle";
  } else if (IsDirectory(other)) {
    directory = other;
    tree = absl::StrCat(given, ":./");
    name = NameOf(other);
  } else if (const size_t at = other.find(':'); at != std::string::npos) {
    return LoadOne(absl::StrCat(given, other.substr(at)), other);
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "`", given, "` is no directory; of a git revision say which: ", given, ":rules/sales"));
  }
  auto files = GitBundle(directory, tree).Read(name);
  if (!files.ok()) return files.status();
  return CompileBundleInput(given, *std::move(files));
}

}  // namespace

absl::StatusOr<std::pair<BundleInput, BundleInput>> LoadBundlePair(const std::string& before,
                                                                   const std::string& after) {
  auto first = LoadOne(before, after);
  if (!first.ok()) return first.status();
  auto second = LoadOne(after, before);
  if (!second.ok()) return second.status();
  return std::make_pair(*std::move(first), *std::move(second));
}

}  // namespace leadgrade::tools
