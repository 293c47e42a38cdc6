// The dialogue of `leadgrade repl`.
#pragma once

#include "absl/strings/string_view.h"
#include "tools/cel_session.h"
#include "tools/line_reader.h"

namespace leadgrade::tools {

// Evaluates line by line until the input ends or says so; values go to stdout, mistakes to stderr.
// Gives the exit code: kFine for a person; for a script that of the first line that failed,
// kInternalError for an evaluation and kBadBundle for what does not compile. An unknown is an
// answer, not a failure.
int RunRepl(CelSession& session, LineReader& reader);

// Names, functions and the dialogue's commands for the end of a line.
Completion CompleteRepl(const CelSession& session, absl::string_view line);

}  // namespace leadgrade::tools
