// The running service: configuration, wiring, start and graceful stop. The only place that names
// concrete classes together.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace leadgrade::server {

struct ServerOptions {
  std::string rules_dir = "rules/sales";
  std::string data_dir = "./leadgrade-data";
  std::string grpc_address = "127.0.0.1:7600";  // port 0: any free one
  std::string http_address = "127.0.0.1:7680";
  std::string log_level = "info";   // trace, debug, info, warn, error
  std::string log_format = "json";  // json (one object a line) or text
  absl::Duration drain_timeout = absl::Seconds(10);
};

// Reads a YAML config file over `options` (keys: rules, data, grpc, http, logLevel, logFormat,
// drainTimeout). kNotFound; kInvalidArgument with file:line:column for an unknown key or bad value.
absl::Status ReadConfigFile(const std::string& path, ServerOptions* options);

// Serves until SIGTERM or SIGINT, then drains: stops accepting, lets calls in flight end (at most
// drain_timeout), writes what is queued, closes the store. SIGHUP reloads the rules. Prints
// `leadgrade ready grpc=HOST:PORT http=HOST:PORT` on stdout once both listen; logs on stderr.
//
// kFailedPrecondition: the bundle does not load (diagnostics in the message); kUnavailable: an
// address or the data directory cannot be used.
absl::Status Serve(const ServerOptions& options);

}  // namespace leadgrade::server
