#include <iostream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "service/server/config.h"
#include "service/server/server.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/output.h"

namespace leadgrade::tools {
namespace {

struct ServeFlags {
  std::string config;
  server::ServerOptions options;  // what the flags give; the defaults where they do not
};

// Empty where the text is good, as CLI11 wants it.
template <auto Parse>
std::string Check(const std::string& given) {
  return std::string(Parse(given).status().message());
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kFine;
    case absl::StatusCode::kInvalidArgument:
      return kUsage;
    case absl::StatusCode::kFailedPrecondition:
      return kBadBundle;
    case absl::StatusCode::kUnavailable:
      return kUnreachable;
    default:
      return kInternalError;
  }
}

// Diagnostics stand as they are, for editors that jump to them; other errors are one line.
void PrintFailure(absl::string_view message) {
  if (message.find('\n') == absl::string_view::npos) {
    PrintError(message);
  } else {
    std::cerr << message << (message.back() == '\n' ? "" : "\n");
  }
}

// The file's settings, and over them what the command line says.
int Serve(const CLI::App& command, const ServeFlags& flags) {
  server::ServerOptions options;
  if (!flags.config.empty()) {
    if (const absl::Status read = server::ReadConfigFile(flags.config, &options); !read.ok()) {
      PrintFailure(read.message());
      return kUsage;
    }
  }
  for (const auto& [flag, member] : {std::pair("--rules", &server::ServerOptions::rules_dir),
                                     {"--data", &server::ServerOptions::data_dir},
                                     {"--grpc", &server::ServerOptions::grpc_address},
                                     {"--http", &server::ServerOptions::http_address},
                                     {"--log-level", &server::ServerOptions::log_level},
                                     {"--log-format", &server::ServerOptions::log_format}}) {
    if (command.count(flag) > 0) options.*member = flags.options.*member;
  }
  const absl::Status served = server::Serve(options);
  if (!served.ok()) PrintFailure(served.message());
  return ExitCodeOf(served);
}

}  // namespace

void AddServe(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("serve", "Run the service");
  auto flags = std::make_shared<ServeFlags>();
  server::ServerOptions& options = flags->options;
  const auto is_not_empty = [](const std::string& given) {
    return given.empty() ? "expected a path, got an empty text" : "";
  };
  command->add_option("--config", flags->config, "Settings in YAML; flags have the last word")
      ->check(is_not_empty)
      ->type_name("FILE");
  command->add_option("--rules", options.rules_dir, "The bundle of rules")
      ->check(is_not_empty)
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--data", options.data_dir, "Where leads are kept; made if there is none")
      ->check(is_not_empty)
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--grpc", options.grpc_address, "Where the API listens; port 0: any free one")
      ->check(Check<server::ParseAddress>)
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command->add_option("--http", options.http_address, "Where /metrics, /healthz and /readyz are")
      ->check(Check<server::ParseAddress>)
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command->add_option("--log-level", options.log_level, "trace, debug, info, warn or error")
      ->check(Check<server::ParseLogLevel>)
      ->type_name("LEVEL")
      ->capture_default_str();
  command->add_option("--log-format", options.log_format, "json (one object a line) or text")
      ->check(Check<server::ParseLogFormat>)
      ->type_name("FORMAT")
      ->capture_default_str();
  command->footer(
      "Prints `leadgrade ready grpc=HOST:PORT http=HOST:PORT` once it serves; logs on stderr.\n"
      "SIGTERM ends it gracefully, SIGHUP reads the rules again.\n\n"
      "Example:\n  leadgrade serve --rules rules/sales --data /var/lib/leadgrade --log-format "
      "text");
  command->callback([command, flags, exit_code] { *exit_code = Serve(*command, *flags); });
}

}  // namespace leadgrade::tools
