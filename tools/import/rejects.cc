#include "tools/import/rejects.h"

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {

Rejects::Rejects(std::ostream& err, Options options) : err_(err), options_(std::move(options)) {}

void Rejects::Add(int64_t line, absl::string_view error, absl::string_view text) {
  ++count_;
  if (count_ <= kMaxReportedRejects) {
    Print(absl::StrCat(options_.input, ":", line, ": error: ", Printable(error)));
  }
  Keep(text);
}

void Rejects::AddRest(absl::string_view text) { Keep(text); }

absl::Status Rejects::Close() {
  if (count_ > kMaxReportedRejects) {
    Print(absl::StrCat("and ", count_ - kMaxReportedRejects, " more rows were rejected"));
  }
  if (file_.is_open()) {
    file_.close();
    if (file_.fail() && status_.ok()) {
      status_ = absl::UnavailableError(absl::StrCat("cannot write `", options_.path, "`"));
    }
  }
  return status_;
}

void Rejects::Keep(absl::string_view text) {
  if (options_.path.empty() || !status_.ok()) return;
  if (!file_.is_open()) {
    file_.open(options_.path, std::ios::binary | std::ios::trunc);
    file_ << options_.header;
  }
  file_.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (file_) return;
  status_ = absl::UnavailableError(
      absl::StrCat("cannot write `", options_.path, "`: ", std::strerror(errno)));
}

void Rejects::Print(absl::string_view line) {
  if (options_.before_line) options_.before_line();
  err_ << line << "\n" << std::flush;
}

}  // namespace leadgrade::tools
