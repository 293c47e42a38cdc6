// A file or standard input, read a piece at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace leadgrade::tools {

// What was read and not consumed yet lies in memory; whoever reads decides how much that is. Not
// thread safe.
class InputBuffer {
 public:
  // `-`: standard input. kNotFound, or kInvalidArgument for what is no file, with a message for a
  // person.
  static absl::StatusOr<std::unique_ptr<InputBuffer>> Open(const std::string& path);
  // A text, for tests: read `piece` bytes at a time.
  static std::unique_ptr<InputBuffer> OfText(std::string text, size_t piece);
  virtual ~InputBuffer() = default;

  // Valid until Grow or Consume.
  absl::string_view rest() const { return absl::string_view(data_).substr(begin_); }
  // Reads more behind what is there; false at the end, and where reading failed.
  bool Grow();
  void Consume(size_t bytes);

  // Bytes consumed so far, and in all where that is known.
  int64_t consumed() const { return consumed_; }
  virtual std::optional<int64_t> size() const { return std::nullopt; }
  // Whether `path` is the same file.
  virtual bool IsFile(const std::string& path) const { return false; }
  // Why reading failed.
  const absl::Status& status() const { return status_; }

 protected:
  // Appends at least one byte to `*data`; false at the end.
  virtual absl::StatusOr<bool> Read(std::string* data) = 0;

 private:
  std::string data_;
  size_t begin_ = 0;
  int64_t consumed_ = 0;
  absl::Status status_;
};

}  // namespace leadgrade::tools
