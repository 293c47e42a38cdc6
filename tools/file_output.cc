#include "tools/file_output.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace leadgrade::tools {
namespace {

namespace fs = std::filesystem;

absl::Status Failed(absl::string_view what, const std::string& path, const std::string& why) {
  return absl::UnavailableError(absl::StrCat("can't ", what, " ", path, ": ", why));
}

}  // namespace

absl::Status WriteFile(const std::string& path, absl::string_view text) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::exists(folder, error)) {
    fs::create_directory(folder, error);
    if (error) return Failed("make the folder", folder.string(), error.message());
  }
  // Of this process alone, and hidden: bundles do not read it.
  const fs::path name = fs::path(path).filename();
  const fs::path written = folder / absl::StrCat(".", name.string(), ".", getpid());
  {
    std::ofstream stream(written, std::ios::binary | std::ios::trunc);
    stream << text << std::flush;
    if (!stream) {
      fs::remove(written, error);
      return Failed("write", path, "no room, or no right to");
    }
  }
  fs::rename(written, path, error);
  if (!error) return absl::OkStatus();
  const std::string why = error.message();
  fs::remove(written, error);
  return Failed("write", path, why);
}

absl::Status RemoveFile(const std::string& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error) return Failed("remove", path, error.message());
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && fs::is_empty(folder, error) && !error) fs::remove(folder, error);
  return absl::OkStatus();
}

}  // namespace leadgrade::tools
