#include "tools/import/progress.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace leadgrade::tools {
namespace {

constexpr absl::Duration kRedraw = absl::Milliseconds(200);
constexpr absl::Duration kLine = absl::Seconds(5);
constexpr int kBarCells = 24;
// The rate of the first moments says little.
constexpr absl::Duration kWarmUp = absl::Seconds(1);

std::string Bar(double share) {
  const int full = static_cast<int>(share * kBarCells);
  return absl::StrCat("[", std::string(full, '#'), std::string(kBarCells - full, ' '), "] ");
}

std::string Clock(absl::Duration left) {
  const int64_t seconds = absl::ToInt64Seconds(left + absl::Milliseconds(500));
  if (seconds < 3600) return absl::StrFormat("%d:%02d", seconds / 60, seconds % 60);
  return absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

Progress::Progress(std::ostream& out, Options options)
    : out_(out), options_(std::move(options)), started_(options_.clock()), shown_(started_) {}

void Progress::Update(int64_t rows, int64_t bytes) {
  rows_ = rows;
  bytes_ = bytes;
  const absl::Time now = options_.clock();
  if (now < shown_ + (options_.terminal ? kRedraw : kLine)) return;
  shown_ = now;
  if (options_.terminal) {
    out_ << "\r\x1b[K" << Text(now) << std::flush;
    drawn_ = true;
  } else {
    out_ << Text(now) << "\n" << std::flush;
  }
}

void Progress::Clear() {
  if (!drawn_) return;
  out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

std::string Progress::Text(absl::Time now) const {
  const absl::Duration took = now - started_;
  const double rate = static_cast<double>(rows_) / std::max(absl::ToDoubleSeconds(took), 1e-3);
  std::string text = absl::StrFormat("%d rows, %.0f/s", rows_, rate);
  if (!options_.total_bytes.has_value() || *options_.total_bytes <= 0) return text;
  const double share = std::clamp(
      static_cast<double>(bytes_) / static_cast<double>(*options_.total_bytes), 0.0, 1.0);
  if (options_.terminal) text = absl::StrCat(Bar(share), text);
  absl::StrAppendFormat(&text, ", %.0f%%", share * 100);
  if (took >= kWarmUp && share > 0) {
    absl::StrAppend(&text, ", ", Clock(took * ((1 - share) / share)), " left");
  }
  return text;
}

}  // namespace leadgrade::tools
