// Where a dialogue's lines come from: a terminal, with editing, history and completion, or any
// other input.
#pragma once

#include <cstddef>
#include <functional>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadgrade::tools {

struct InputLine {
  enum class Kind { kText, kDropped, kEnd };  // kDropped: given up with Ctrl-C
  Kind kind = Kind::kEnd;
  std::string text;  // without its line end
};

class LineReader {
 public:
  virtual ~LineReader() = default;
  // Prints `prompt`, where somebody sees it, and waits for a line.
  virtual InputLine Read(absl::string_view prompt) = 0;
  // Whether a person sits at the other end.
  virtual bool interactive() const = 0;
};

// Of a line longer than `max_bytes` only the beginning is given, one byte longer than that, and the
// rest is skipped. `input` must outlive it.
std::unique_ptr<LineReader> MakeStreamReader(std::istream& input, size_t max_bytes);

struct Completion {
  size_t begin = 0;                     // where in the line the candidates go, up to the cursor
  std::vector<std::string> candidates;  // in order; all begin with what stands there
};
// Of the line up to the cursor.
using Completer = std::function<Completion(absl::string_view line)>;

// Null where stdin or stdout is no terminal. `history_file`, where not empty, is read, and written
// when the reader goes: for its owner alone, at most kMaxHistory lines. That it cannot be is no
// error. At most one at a time.
inline constexpr int kMaxHistory = 1000;
std::unique_ptr<LineReader> MakeTerminalReader(Completer completer, std::string history_file);

// `leadgrade/NAME` in the user's directory for state ($XDG_STATE_HOME, or ~/.local/state); "" where
// there is none.
std::string StateFile(absl::string_view name);

}  // namespace leadgrade::tools
