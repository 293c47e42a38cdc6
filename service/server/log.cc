#include "service/server/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

namespace leadgrade::server {
namespace {

LogFormat g_format = LogFormat::kJson;

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Never destroyed: threads of libraries may log until the very end.
spdlog::logger& Logger() {
  static spdlog::logger* const logger = [] {
    auto* made = new spdlog::logger("leadgrade", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    return made;
  }();
  return *logger;
}

void Write(LogLevel level, absl::string_view message, const LogFields& fields) {
  if (!Logger().should_log(ToSpdlog(level))) return;
  const std::string line = FormatLogLine(g_format, absl::Now(), level, message, fields);
  Logger().log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

std::string JsonLine(const std::string& time, const std::string& level, absl::string_view message,
                     const LogFields& fields) {
  nlohmann::ordered_json line;
  line["ts"] = time;
  line["level"] = level;
  line["msg"] = std::string(message);
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { line[field.key] = value; }, field.value);
  }
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

bool IsBare(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c >= 0x80 || absl::ascii_isalnum(c) || absl::StrContains("_.:/@+-", c);
  });
}

std::string TextOf(const LogField& field) {
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    return IsBare(*text) ? *text : absl::StrCat("\"", absl::Utf8SafeCEscape(*text), "\"");
  }
  if (const auto* truth = std::get_if<bool>(&field.value)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&field.value)) return absl::StrCat(*number);
  return absl::StrCat(std::get<int64_t>(field.value));
}

}  // namespace

const std::vector<std::string>& LogLevelNames() {
  static const auto* const names =
      new std::vector<std::string>{"trace", "debug", "info", "warn", "error"};
  return *names;
}

const std::vector<std::string>& LogFormatNames() {
  static const auto* const names = new std::vector<std::string>{"json", "text"};
  return *names;
}

std::string FormatLogLine(LogFormat format, absl::Time time, LogLevel level,
                          absl::string_view message, const LogFields& fields) {
  const std::string ts = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  const std::string& name = LogLevelNames()[static_cast<size_t>(level)];
  if (format == LogFormat::kJson) return JsonLine(ts, name, message, fields);
  constexpr size_t kLevelCells = 5;
  std::string line = absl::StrCat(ts, " ", name, std::string(kLevelCells - name.size(), ' '), " ",
                                  absl::Utf8SafeCEscape(message));
  for (const LogField& field : fields) absl::StrAppend(&line, " ", field.key, "=", TextOf(field));
  return line;
}

void Log::Configure(LogLevel level, LogFormat format) {
  g_format = format;
  Logger().set_level(ToSpdlog(level));
}

void Log::Debug(absl::string_view message, const LogFields& fields) {
  Write(LogLevel::kDebug, message, fields);
}

void Log::Info(absl::string_view message, const LogFields& fields) {
  Write(LogLevel::kInfo, message, fields);
}

void Log::Warn(absl::string_view message, const LogFields& fields) {
  Write(LogLevel::kWarn, message, fields);
}

void Log::Error(absl::string_view message, const LogFields& fields) {
  Write(LogLevel::kError, message, fields);
}

void Log::Issues(const base::IssueList& issues) {
  for (const base::Issue& issue : issues.Sorted()) {
    const bool is_error = issue.severity == base::Severity::kError;
    const LogLevel level = is_error ? LogLevel::kError : LogLevel::kWarn;
    if (g_format == LogFormat::kText) {
      if (!Logger().should_log(ToSpdlog(level))) continue;
      const std::string text(absl::StripSuffix(base::FormatIssue(issue), "\n"));
      Logger().log(ToSpdlog(level), spdlog::string_view_t(text.data(), text.size()));
      continue;
    }
    const base::SourceSpan& span = issue.span;
    LogFields fields = {{"file", span.file},
                        {"line", span.line},
                        {"column", span.column},
                        {"code", issue.code},
                        {"message", issue.message}};
    if (!issue.hint.empty()) fields.emplace_back("hint", issue.hint);
    Write(level, absl::StrCat(span.file, ":", span.line, ":", span.column, ": ", issue.message),
          fields);
  }
}

}  // namespace leadgrade::server
