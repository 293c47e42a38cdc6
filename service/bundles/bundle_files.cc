// Reading a bundle's directory.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "service/bundles/bundle_registry.h"

namespace leadgrade::bundles {
namespace {

namespace fs = std::filesystem;

// Deeper directories are a mistake, or a symbolic link that leads back up.
constexpr int kMaxDirectoryDepth = 16;

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with("."); }

bool IsYaml(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

absl::Status Unreadable(const fs::path& path, const std::error_code& error) {
  return absl::UnavailableError(absl::StrCat("can't read ", path.string(), ": ", error.message()));
}

absl::Status TooMuch(const std::string& directory, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("the bundle in ", directory, " has ", what));
}

class Reader {
 public:
  explicit Reader(std::string directory) : directory_(std::move(directory)) {}

  absl::StatusOr<rules::BundleFiles> Read() {
    std::error_code error;
    const fs::path root = fs::canonical(directory_, error);
    if (error || !fs::is_directory(root, error)) {
      return absl::NotFoundError(absl::StrCat("there is no directory ", directory_));
    }
    if (absl::Status status = ReadDirectory(root, root.filename().string(), 0); !status.ok()) {
      return status;
    }
    return std::move(files_);
  }

 private:
  absl::Status ReadDirectory(const fs::path& path, const std::string& name, int depth) {
    if (depth > kMaxDirectoryDepth) {
      return TooMuch(directory_,
                     absl::StrCat("directories more than ", kMaxDirectoryDepth, " levels deep"));
    }
    std::error_code error;
    for (fs::directory_iterator it(path, error), end; it != end; it.increment(error)) {
      if (error) break;
      if (IsHidden(it->path())) continue;
      const std::string entry_name = absl::StrCat(name, "/", it->path().filename().string());
      std::error_code gone;
      absl::Status status;
      if (it->is_directory(gone)) {
        status = ReadDirectory(it->path(), entry_name, depth + 1);
      } else if (it->is_regular_file(gone) && IsYaml(it->path())) {
        status = ReadFile(it->path(), entry_name);
      }
      if (!status.ok()) return status;
    }
    return error ? Unreadable(path, error) : absl::OkStatus();
  }

  absl::Status ReadFile(const fs::path& path, const std::string& name) {
    if (files_.size() >= base::kMaxBundleFiles) {
      return TooMuch(directory_, absl::StrCat("more than ", base::kMaxBundleFiles, " files"));
    }
    std::ifstream stream(path, std::ios::binary);
    // One byte more than may be, to see whether there is more.
    std::string text(base::kMaxRuleFileBytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream.is_open() || stream.bad()) {
      return absl::UnavailableError(absl::StrCat("can't read ", path.string()));
    }
    text.resize(static_cast<size_t>(stream.gcount()));
    if (text.size() > base::kMaxRuleFileBytes) {
      return TooMuch(directory_, absl::StrCat("a file of more than ", base::kMaxRuleFileBytes,
                                              " bytes: ", name));
    }
    bytes_ += text.size();
    if (bytes_ > base::kMaxBundleBytes) {
      return TooMuch(directory_, absl::StrCat("more than ", base::kMaxBundleBytes, " bytes"));
    }
    text.shrink_to_fit();
    files_.emplace(name, std::move(text));
    return absl::OkStatus();
  }

  const std::string directory_;
  rules::BundleFiles files_;
  size_t bytes_ = 0;
};

}  // namespace

absl::StatusOr<rules::BundleFiles> ReadBundleFiles(const std::string& directory) {
  return Reader(directory).Read();
}

}  // namespace leadgrade::bundles
