// The log: one line an event on stderr, as a JSON object or as text.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/issue.h"

namespace leadgrade::server {

enum class LogLevel : uint8_t { kTrace, kDebug, kInfo, kWarn, kError };
enum class LogFormat : uint8_t { kJson, kText };

// In the order of the enumerations.
const std::vector<std::string>& LogLevelNames();   // trace, debug, info, warn, error
const std::vector<std::string>& LogFormatNames();  // json, text

struct LogField {
  LogField(std::string name, absl::string_view text)
      : key(std::move(name)), value(std::string(text)) {}
  LogField(std::string name, const char* text) : key(std::move(name)), value(std::string(text)) {}
  LogField(std::string name, const std::string& text) : key(std::move(name)), value(text) {}
  LogField(std::string name, bool truth) : key(std::move(name)), value(truth) {}
  LogField(std::string name, double number) : key(std::move(name)), value(number) {}
  template <std::integral Integer>
  LogField(std::string name, Integer number)
      : key(std::move(name)), value(static_cast<int64_t>(number)) {}

  std::string key;  // lower snake case; not ts, level or msg
  std::variant<std::string, int64_t, double, bool> value;
};
using LogFields = std::vector<LogField>;

// The line, without its end. JSON: `ts` (RFC 3339, UTC, milliseconds), `level`, `msg`, then the
// fields; bytes that are no UTF-8 become U+FFFD. Text: the same in one line to read, with what
// could break the line or steer a terminal escaped.
std::string FormatLogLine(LogFormat format, absl::Time time, LogLevel level,
                          absl::string_view message, const LogFields& fields);

// The process's log. Thread safe but for Configure, which comes before the first other thread.
class Log {
 public:
  // Until then: kInfo, kJson.
  static void Configure(LogLevel level, LogFormat format);

  static void Debug(absl::string_view message, const LogFields& fields = {});
  static void Info(absl::string_view message, const LogFields& fields = {});
  static void Warn(absl::string_view message, const LogFields& fields = {});
  static void Error(absl::string_view message, const LogFields& fields = {});
  // Mistakes in rules: as JSON a line each, with fields `file`, `line`, `column`, `code`, `message`
  // and `hint`; as text in full, with the source lines.
  static void Issues(const base::IssueList& issues);
};

}  // namespace leadgrade::server
