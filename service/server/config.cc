#include "service/server/config.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/limits.h"
#include "engine/rules/load_context.h"
#include "engine/rules/yaml.h"

namespace leadgrade::server {
namespace {

// Gives the value that a text stands for, or what was expected instead.
template <typename T>
using Parser = absl::StatusOr<T> (*)(absl::string_view);

absl::StatusOr<size_t> ParseName(absl::string_view text, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return found - names.begin();
  const std::string hint = base::DidYouMean(text, names);
  return absl::InvalidArgumentError(absl::StrCat("expected one of `", absl::StrJoin(names, "`, `"),
                                                 "`; got `", text, "`", hint.empty() ? "" : "; ",
                                                 hint));
}

absl::StatusOr<std::string> ParsePath(absl::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("expected a directory, got an empty text");
  return std::string(text);
}

// Addresses, levels and formats stay texts in the options: they are only checked here.
template <auto Parse>
absl::StatusOr<std::string> Checked(absl::string_view text) {
  const auto parsed = Parse(text);
  if (!parsed.ok()) return parsed.status();
  return std::string(text);
}

absl::StatusOr<absl::Duration> ParseDrainTimeout(absl::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < absl::ZeroDuration() ||
      duration > kMaxDrainTimeout) {
    return absl::InvalidArgumentError(absl::StrCat("expected a duration from 0s to ",
                                                   absl::FormatDuration(kMaxDrainTimeout),
                                                   ", such as `10s`; got `", text, "`"));
  }
  return duration;
}

constexpr rules::KeyFormat kSettings[] = {
    {"rules", &rules::kTextShape},        {"data", &rules::kTextShape},
    {"grpc", &rules::kTextShape},         {"http", &rules::kTextShape},
    {"logLevel", &rules::kTextShape},     {"logFormat", &rules::kTextShape},
    {"drainTimeout", &rules::kTextShape},
};
constexpr rules::MapFormat kSettingsFormat = {"settings", "a map of settings", kSettings};

// The config file's one map.
class ConfigReader {
 public:
  ConfigReader(const rules::Located& root, base::IssueList* issues)
      : issues_(issues), map_(issues, root, kSettingsFormat) {}

  template <typename T>
  void Read(absl::string_view key, Parser<T> parse, T* option) const {
    if (!map_.is_map()) return;
    const auto& entries = map_.at()->entries;
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [&](const auto& it) { return it.key.text == key; });
    if (entry == entries.end()) return;
    if (entry->value.is_null()) {
      rules::AddIssue(issues_, map_.at().At(entry->key), "bad-value",
                      absl::StrCat("`", key, "` has no value"),
                      "leave the key out for the default");
      return;
    }
    const rules::Located value = map_.at().At(entry->value);
    const std::optional<std::string> text = rules::ReadText(issues_, value);
    if (!text.has_value()) return;
    auto parsed = parse(*text);
    if (parsed.ok()) {
      *option = *std::move(parsed);
    } else {
      rules::AddIssue(issues_, value, "bad-value",
                      absl::StrCat("`", key, "`: ", parsed.status().message()));
    }
  }

 private:
  base::IssueList* issues_;
  rules::MapReader map_;
};

// One byte more than a config file may have, at most.
absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat("there is no config file `", path, "`"));
  }
  const auto unreadable = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("can't read the config file `", path, "`: ", why));
  };
  if (std::filesystem::is_directory(path, error)) return unreadable("it is a directory");
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream.is_open()) return unreadable(std::strerror(errno));
  std::string text(base::kMaxRuleFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return unreadable(std::strerror(errno));
  text.resize(static_cast<size_t>(stream.gcount()));
  return text;
}

}  // namespace

absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view text) {
  const auto index = ParseName(text, LogLevelNames());
  if (!index.ok()) return index.status();
  return static_cast<LogLevel>(*index);
}

absl::StatusOr<LogFormat> ParseLogFormat(absl::string_view text) {
  const auto index = ParseName(text, LogFormatNames());
  if (!index.ok()) return index.status();
  return static_cast<LogFormat>(*index);
}

void ParseConfig(const std::string& path, std::string text, ServerOptions* options,
                 base::IssueList* issues) {
  base::IssueList found;
  ServerOptions read = *options;
  const auto file = rules::YamlFile::Parse(path, std::move(text), &found);
  if (file.has_value() && file->documents().size() > 1) {
    rules::AddIssue(&found, {&*file, &file->documents()[1]}, "wrong-shape",
                    "a config file has one document");
  } else if (file.has_value() && !file->documents().empty() && !file->documents()[0].is_null()) {
    const ConfigReader reader({&*file, file->documents().data()}, &found);
    reader.Read("rules", ParsePath, &read.rules_dir);
    reader.Read("data", ParsePath, &read.data_dir);
    reader.Read("grpc", Checked<ParseAddress>, &read.grpc_address);
    reader.Read("http", Checked<ParseAddress>, &read.http_address);
    reader.Read("logLevel", Checked<ParseLogLevel>, &read.log_level);
    reader.Read("logFormat", Checked<ParseLogFormat>, &read.log_format);
    reader.Read("drainTimeout", ParseDrainTimeout, &read.drain_timeout);
  }
  if (!found.has_errors()) *options = std::move(read);
  issues->Append(found);
}

absl::Status ReadConfigFile(const std::string& path, ServerOptions* options) {
  auto text = ReadText(path);
  if (!text.ok()) return text.status();
  base::IssueList issues;
  ParseConfig(path, *std::move(text), options, &issues);
  if (issues.has_errors()) return absl::InvalidArgumentError(base::FormatIssues(issues));
  return absl::OkStatus();
}

}  // namespace leadgrade::server
