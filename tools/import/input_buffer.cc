#include "tools/import/input_buffer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>

#include "absl/strings/str_cat.h"

namespace leadgrade::tools {
namespace {

constexpr size_t kPieceBytes = 256 << 10;

class FileInput : public InputBuffer {
 public:
  FileInput(std::string name, int fd, const struct stat& info)
      : name_(std::move(name)), fd_(fd), info_(info) {}
  FileInput(const FileInput&) = delete;
  FileInput& operator=(const FileInput&) = delete;
  ~FileInput() override { close(fd_); }

  std::optional<int64_t> size() const override {
    if (!S_ISREG(info_.st_mode)) return std::nullopt;
    return info_.st_size;
  }

  bool IsFile(const std::string& path) const override {
    struct stat other;
    return stat(path.c_str(), &other) == 0 && other.st_dev == info_.st_dev &&
           other.st_ino == info_.st_ino;
  }

 protected:
  absl::StatusOr<bool> Read(std::string* data) override {
    const size_t before = data->size();
    data->resize(before + kPieceBytes);
    ssize_t got = 0;
    do {
      got = read(fd_, data->data() + before, kPieceBytes);
    } while (got < 0 && errno == EINTR);
    const int error = errno;
    data->resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) {
      return absl::UnavailableError(absl::StrCat("cannot read ", name_, ": ", strerror(error)));
    }
    return got > 0;
  }

 private:
  const std::string name_;
  const int fd_;
  const struct stat info_;
};

class StandardInput : public InputBuffer {
 protected:
  absl::StatusOr<bool> Read(std::string* data) override {
    const size_t before = data->size();
    data->resize(before + kPieceBytes);
    std::cin.read(data->data() + before, kPieceBytes);
    data->resize(before + static_cast<size_t>(std::cin.gcount()));
    if (std::cin.bad()) return absl::UnavailableError("cannot read standard input");
    return data->size() > before;
  }
};

class TextInput : public InputBuffer {
 public:
  TextInput(std::string text, size_t piece) : text_(std::move(text)), piece_(piece) {}

 protected:
  absl::StatusOr<bool> Read(std::string* data) override {
    const std::string more = text_.substr(at_, piece_);
    data->append(more);
    at_ += more.size();
    return !more.empty();
  }

 private:
  const std::string text_;
  const size_t piece_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<InputBuffer>> InputBuffer::Open(const std::string& path) {
  if (path == "-") return std::make_unique<StandardInput>();
  const std::string name = absl::StrCat("`", path, "`");
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return absl::NotFoundError(absl::StrCat("cannot read ", name, ": ", strerror(errno)));
  }
  struct stat info {};
  const bool known = fstat(fd, &info) == 0;
  auto input = std::make_unique<FileInput>(name, fd, info);
  if (!known || S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", name, ": it is no file"));
  }
  return input;
}

std::unique_ptr<InputBuffer> InputBuffer::OfText(std::string text, size_t piece) {
  return std::make_unique<TextInput>(std::move(text), piece);
}

bool InputBuffer::Grow() {
  if (!status_.ok()) return false;
  data_.erase(0, begin_);
  begin_ = 0;
  const absl::StatusOr<bool> more = Read(&data_);
  status_ = more.status();
  return more.ok() && *more;
}

void InputBuffer::Consume(size_t bytes) {
  begin_ += bytes;
  consumed_ += static_cast<int64_t>(bytes);
}

}  // namespace leadgrade::tools
