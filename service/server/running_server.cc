#include "service/server/running_server.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/server/log.h"
#include "service/server/version.h"
#include "service/store/rocksdb_store.h"

namespace leadgrade::server {
namespace {

LogFields BundleFields(const rules::Bundle& bundle) {
  return {{"bundle", bundle.name}, {"digest", bundle.digest}};
}

}  // namespace

absl::StatusOr<std::unique_ptr<RunningServer>> RunningServer::Start(const ServerOptions& options) {
  auto server = std::unique_ptr<RunningServer>(new RunningServer(options));
  for (absl::Status (RunningServer::*step)() :
       {&RunningServer::OpenBundle, &RunningServer::ListenHttp, &RunningServer::OpenStore,
        &RunningServer::ListenGrpc}) {
    if (absl::Status status = (*server.*step)(); !status.ok()) return status;
  }
  server->StartBackground();
  server->state_ = State::kServing;
  server->grpc_->SetServing(true);
  LogFields fields = {{"version", kVersion},
                      {"grpc", ToString(server->grpc_address())},
                      {"http", ToString(server->http_address())},
                      {"rules", options.rules_dir},
                      {"data", options.data_dir}};
  for (LogField& field : BundleFields(*server->bundles_->bundle())) {
    fields.push_back(std::move(field));
  }
  Log::Info("started", fields);
  return server;
}

absl::Status RunningServer::OpenBundle() {
  auto opened = bundles::BundleRegistry::Open(
      options_.rules_dir, absl::Now,
      [this](const bundles::BundleRegistry::Reload& reload) { OnReload(reload); });
  if (!opened.ok()) {
    const absl::string_view why = absl::StripAsciiWhitespace(opened.status().message());
    return absl::FailedPreconditionError(
        absl::StrCat(why, "\nthe bundle in `", options_.rules_dir, "` does not load"));
  }
  bundles_ = *std::move(opened);
  return absl::OkStatus();
}

absl::Status RunningServer::ListenHttp() {
  const auto address = ParseAddress(options_.http_address);
  if (!address.ok()) return address.status();
  auto listening = HttpServer::Listen(
      *address, {[this] { return metrics_.Text(); }, [this] { return NotReady(); }});
  if (!listening.ok()) return listening.status();
  http_ = *std::move(listening);
  return absl::OkStatus();
}

absl::Status RunningServer::OpenStore() {
  store::RocksDbOptions store_options;
  store_options.path = options_.data_dir;
  auto opened = store::OpenRocksDbStore(store_options);
  // Of whatever kind: the data can't be used.
  if (!opened.ok()) return absl::UnavailableError(opened.status().message());
  store_ = *std::move(opened);
  const bundles::BundleRegistry::Active active = bundles_->active();
  if (absl::Status kept = KeepBundle(*active.bundle, active.activate_time); !kept.ok()) {
    return absl::UnavailableError(kept.message());
  }
  book_ = std::make_unique<leads::LeadBook>(
      *store_, [this] { return bundles_->bundle(); }, absl::Now, leads::LeadBook::Options{});
  return absl::OkStatus();
}

absl::Status RunningServer::ListenGrpc() {
  const auto address = ParseAddress(options_.grpc_address);
  if (!address.ok()) return address.status();
  services_ = std::make_unique<rpc::Services>(
      rpc::Dependencies{book_.get(), store_.get(), bundles_.get(), &metrics_});
  auto listening = GrpcServer::Listen(*address, *services_);
  if (!listening.ok()) return listening.status();
  grpc_ = *std::move(listening);
  return absl::OkStatus();
}

void RunningServer::StartBackground() {
  bundles_->StartWatching();
  timers_ = std::make_unique<Timers>(TimersParts());
  sweep_ = std::make_unique<BundleSweep>(SweepParts());
  // One after the other, so that clients' writes wait for one of them at most.
  background_ = std::make_unique<BackgroundLoop>(
      [this] { return std::min(timers_->Tick(), sweep_->Tick()); });
}

Timers::Parts RunningServer::TimersParts() {
  Timers::Parts parts;
  parts.oldest_due = [this](absl::Time now) { return OldestDue(*store_, now); };
  parts.rescore = [this](size_t limit, std::function<void(absl::StatusOr<size_t>)> done) {
    book_->RescoreDue(limit, std::move(done));
  };
  parts.clock = absl::Now;
  parts.metrics = &metrics_;
  return parts;
}

BundleSweep::Parts RunningServer::SweepParts() {
  BundleSweep::Parts parts;
  parts.swept = [this] { return store_->swept(); };
  parts.set_swept = [this](absl::string_view digest) { return store_->SetSwept(digest); };
  parts.rescore = [this](std::string after, size_t limit,
                         std::function<void(absl::StatusOr<leads::Sweep>)> done) {
    book_->RescoreOutdated(std::move(after), limit, std::move(done));
  };
  parts.in_force = [this] {
    const bundles::BundleRegistry::Active active = bundles_->active();
    return BundleSweep::InForce{active.bundle->digest, active.activate_time};
  };
  parts.clock = absl::Now;
  return parts;
}

absl::Status RunningServer::KeepBundle(const rules::Bundle& bundle, absl::Time since) {
  const auto number = store_->KeepBundle(bundle.digest, bundle.name, bundle.files, since);
  if (!number.ok()) return number.status();
  return store_->Activate(*number, since);
}

void RunningServer::OnReload(const bundles::BundleRegistry::Reload& reload) {
  const bool accepted = reload.read.ok() && !reload.issues.has_errors();
  const absl::Time since = bundles_->active().activate_time;
  metrics_.CountReload(accepted, reload.bundle->name, reload.bundle->digest, since);
  Log::Issues(reload.issues);
  if (reload.changed) {
    Log::Info("bundle reloaded", BundleFields(*reload.bundle));
    // The writer keeps what it decides under anyway; this tells since when it counts.
    if (absl::Status kept = KeepBundle(*reload.bundle, since); !kept.ok()) {
      LogFields fields = BundleFields(*reload.bundle);
      fields.emplace_back("error", kept.message());
      Log::Error("since when the bundle is in force could not be noted", fields);
    }
  } else if (accepted) {
    Log::Debug("bundle unchanged", BundleFields(*reload.bundle));
  } else {
    LogFields fields = BundleFields(*reload.bundle);
    if (!reload.read.ok()) fields.emplace_back("error", reload.read.message());
    Log::Error("bundle refused; the one before stays in force", fields);
  }
}

std::string RunningServer::NotReady() const {
  switch (state_.load()) {
    case State::kStarting:
      return "starting";
    case State::kServing:
      return "";
    case State::kDraining:
      return "draining";
  }
  return "";
}

void RunningServer::Drain() {
  const absl::Time deadline = absl::Now() + options_.drain_timeout;
  state_ = State::kDraining;
  grpc_->SetServing(false);
  services_->Drain();
  grpc_->Shutdown(deadline);
  background_.reset();
}

}  // namespace leadgrade::server
