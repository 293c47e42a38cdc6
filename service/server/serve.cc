#include <sys/resource.h>

#include <cstdio>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/server/config.h"
#include "service/server/running_server.h"
#include "service/server/server.h"
#include "service/server/signals.h"

namespace leadgrade::server {
namespace {

// Connections and the store's files share the process's descriptors; what a shell gives by default
// (1024) is too little for both.
constexpr rlim_t kWantedDescriptors = 65536;

void RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kWantedDescriptors) return;
  limit.rlim_cur = std::min(limit.rlim_max, kWantedDescriptors);
  setrlimit(RLIMIT_NOFILE, &limit);
}

void SayReady(const RunningServer& server) {
  const std::string line = absl::StrCat("leadgrade ready grpc=", ToString(server.grpc_address()),
                                        " http=", ToString(server.http_address()), "\n");
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

// Until the first signal to stop.
void Serve(RunningServer& server, Signals& signals) {
  while (signals.Next() != Signals::Kind::kStop) server.Reload();
}

// A further signal to stop hurries it; the rules no longer matter.
void Drain(RunningServer& server, Signals& signals, absl::Duration timeout) {
  Log::Info("draining", {{"timeout_seconds", absl::ToDoubleSeconds(timeout)}});
  const absl::Time begin = absl::Now();
  std::thread draining([&] {
    server.Drain();
    signals.Wake();
  });
  bool hurried = false;
  for (auto kind = signals.Next(); kind != Signals::Kind::kWoken; kind = signals.Next()) {
    if (kind != Signals::Kind::kStop || hurried) continue;
    hurried = true;
    Log::Warn("told to stop again; calls in flight are cancelled");
    server.HurryDrain();
  }
  draining.join();
  Log::Info("drained", {{"seconds", absl::ToDoubleSeconds(absl::Now() - begin)}});
}

}  // namespace

absl::Status Serve(const ServerOptions& options) {
  const auto level = ParseLogLevel(options.log_level);
  if (!level.ok()) return level.status();
  const auto format = ParseLogFormat(options.log_format);
  if (!format.ok()) return format.status();
  auto signals = Signals::Take();
  if (!signals.ok()) return signals.status();
  Log::Configure(*level, *format);
  const GrpcLibrary grpc;
  RaiseDescriptorLimit();
  auto server = RunningServer::Start(options);
  if (!server.ok()) return server.status();
  SayReady(**server);
  Serve(**server, **signals);
  Drain(**server, **signals, options.drain_timeout);
  server->reset();
  Log::Info("stopped");
  return absl::OkStatus();
}

}  // namespace leadgrade::server
