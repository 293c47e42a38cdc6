// A command's data on stdout, and its diagnostics on stderr.
#pragma once

#include "absl/strings/string_view.h"

namespace leadgrade::tools {

// Writes to std::cout. Once that fails further text is dropped; a command that prints much asks
// `open` and ends early. One at a time; not thread safe.
class Output {
 public:
  // From here on a reader that goes away (`leadgrade export | head`) shows as a failed write and no
  // longer ends the process with SIGPIPE.
  Output();

  void Print(absl::string_view text);
  // The same, and what was printed so far leaves at once.
  void PrintNow(absl::string_view text);
  bool open() const { return !failed_; }
  // Nobody reads stdout any more, though nothing failed yet.
  bool IsAbandoned() const;

  // Sends what is still held back. Gives `exit_code`; or kInternalError, with a line on stderr,
  // where stdout could not be written although somebody was there to read it.
  int Finish(int exit_code);

 private:
  void NoteFailure();

  bool failed_ = false;
  int error_ = 0;  // the errno of the first failure
};

// `error: MESSAGE` on stderr.
void PrintError(absl::string_view message);

}  // namespace leadgrade::tools
