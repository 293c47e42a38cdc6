#include "tools/line_reader.h"

#include <histedit.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

class StreamReader final : public LineReader {
 public:
  StreamReader(std::istream& input, size_t max_bytes) : input_(input), max_bytes_(max_bytes) {}

  InputLine Read(absl::string_view) override {
    InputLine line;
    std::streambuf* buffer = input_.rdbuf();
    for (int c = buffer->sbumpc(); c != std::char_traits<char>::eof(); c = buffer->sbumpc()) {
      line.kind = InputLine::Kind::kText;
      if (c == '\n') break;
      if (line.text.size() <= max_bytes_) line.text.push_back(static_cast<char>(c));
    }
    if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
    return line;
  }
  bool interactive() const override { return false; }

 private:
  std::istream& input_;
  size_t max_bytes_;
};

// The longest beginning that all have. `all` is not empty.
std::string CommonPrefix(const std::vector<std::string>& all) {
  absl::string_view common = all.front();
  for (const std::string& one : all) {
    const auto end = std::mismatch(common.begin(), common.end(), one.begin(), one.end()).first;
    common = common.substr(0, end - common.begin());
  }
  return std::string(common);
}

class TerminalReader final : public LineReader {
 public:
  TerminalReader(Completer completer, std::string history_file)
      : completer_(std::move(completer)), history_file_(std::move(history_file)) {
    // libedit reads and shows the characters of the locale; ours are UTF-8.
    if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1) {
      std::setlocale(LC_CTYPE, "C.UTF-8");
    }
    HistEvent event;
    history_ = history_init();
    history(history_, &event, H_SETSIZE, kMaxHistory);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!history_file_.empty()) history(history_, &event, H_LOAD, history_file_.c_str());
    edit_ = el_init("leadgrade", stdin, stdout, stderr);
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &TerminalReader::Prompt);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_SIGNAL, 1);
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_ADDFN, "leadgrade-complete", "Complete a name", &TerminalReader::Complete);
    el_set(edit_, EL_ADDFN, "leadgrade-drop", "Give up the line", &TerminalReader::Drop);
    el_set(edit_, EL_BIND, "^I", "leadgrade-complete", nullptr);
    el_source(edit_, nullptr);
    // As a key Ctrl-C reaches the line; as a signal it would reach the whole program. While an
    // expression is evaluated it is a signal as ever.
    el_set(edit_, EL_SETTY, "-d", "-isig", nullptr);
    el_set(edit_, EL_BIND, "^C", "leadgrade-drop", nullptr);
  }

  ~TerminalReader() override {
    SaveHistory();
    el_end(edit_);
    history_end(history_);
  }

  InputLine Read(absl::string_view prompt) override {
    prompt_ = std::string(prompt);
    dropped_ = false;
    int count = 0;
    const char* text = el_gets(edit_, &count);
    if (dropped_) return {InputLine::Kind::kDropped, ""};
    if (text == nullptr || count <= 0) {
      // The shell's prompt is to stand on a line of its own.
      (void)!write(STDOUT_FILENO, "\n", 1);
      return {InputLine::Kind::kEnd, ""};
    }
    InputLine line{InputLine::Kind::kText, std::string(text, count)};
    while (!line.text.empty() && (line.text.back() == '\n' || line.text.back() == '\r')) {
      line.text.pop_back();
    }
    HistEvent event;
    if (!line.text.empty()) history(history_, &event, H_ENTER, line.text.c_str());
    return line;
  }
  bool interactive() const override { return true; }

 private:
  static TerminalReader* Of(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return static_cast<TerminalReader*>(self);
  }

  static char* Prompt(EditLine* edit) { return Of(edit)->prompt_.data(); }

  static unsigned char Drop(EditLine* edit, int) {
    Of(edit)->dropped_ = true;
    (void)!write(STDOUT_FILENO, "^C\n", 3);
    return CC_NEWLINE;
  }

  static unsigned char Complete(EditLine* edit, int) {
    const LineInfo* info = el_line(edit);
    const absl::string_view line(info->buffer, info->cursor - info->buffer);
    const Completion completion = Of(edit)->completer_(line);
    if (completion.candidates.empty()) return CC_ERROR;
    const std::string common = CommonPrefix(completion.candidates);
    const size_t written = line.size() - completion.begin;
    if (common.size() > written) {
      return el_insertstr(edit, common.c_str() + written) == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (completion.candidates.size() == 1) return CC_REFRESH;
    const std::string shown = absl::StrCat("\n", List(completion.candidates));
    (void)!write(STDOUT_FILENO, shown.data(), shown.size());
    return CC_REDISPLAY;
  }

  // In columns.
  static std::string List(const std::vector<std::string>& names) {
    size_t width = 0;
    for (const std::string& name : names) width = std::max(width, name.size() + 2);
    const size_t columns = std::max<size_t>(1, TerminalCells() / width);
    std::string out;
    for (size_t i = 0; i < names.size(); ++i) {
      const bool last = (i + 1) % columns == 0 || i + 1 == names.size();
      absl::StrAppend(&out, names[i], last ? "\n" : std::string(width - names[i].size(), ' '));
    }
    return out;
  }

  void SaveHistory() {
    if (history_file_.empty()) return;
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::path(history_file_).parent_path();
    if (std::filesystem::create_directories(folder, error)) {
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    HistEvent event;
    // It makes the file 0600.
    history(history_, &event, H_SAVE, history_file_.c_str());
  }

  Completer completer_;
  std::string history_file_;
  std::string prompt_;
  bool dropped_ = false;
  History* history_ = nullptr;
  EditLine* edit_ = nullptr;
};

}  // namespace

std::unique_ptr<LineReader> MakeStreamReader(std::istream& input, size_t max_bytes) {
  return std::make_unique<StreamReader>(input, max_bytes);
}

std::unique_ptr<LineReader> MakeTerminalReader(Completer completer, std::string history_file) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) return nullptr;
  return std::make_unique<TerminalReader>(std::move(completer), std::move(history_file));
}

std::string StateFile(absl::string_view name) {
  const char* state = std::getenv("XDG_STATE_HOME");
  // The base directory specification has relative paths ignored.
  if (state != nullptr && state[0] == '/') return absl::StrCat(state, "/leadgrade/", name);
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return "";
  return absl::StrCat(home, "/.local/state/leadgrade/", name);
}

}  // namespace leadgrade::tools
