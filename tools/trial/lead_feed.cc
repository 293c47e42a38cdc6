#include "tools/trial/lead_feed.h"

#include <mutex>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/convert/lead_snapshot.h"
#include "service/store/rocksdb_store.h"
#include "tools/client.h"
#include "tools/exit_code.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/terminal_text.h"
#include "tools/trial/lead_file.h"
#include "tools/trial/lead_rows.h"
#include "tools/trial/worker_pool.h"

namespace leadgrade::tools {
namespace {

constexpr size_t kLeadsAJob = 256;
// Snapshots of a server that could not be read, named.
constexpr int kMostNamed = 10;

std::vector<const rules::Bundle*> PointersTo(
    const std::vector<std::shared_ptr<const rules::Bundle>>& bundles) {
  std::vector<const rules::Bundle*> pointers;
  for (const auto& bundle : bundles) pointers.push_back(bundle.get());
  return pointers;
}

int FeedServer(const LeadSource& source, const LeadFeed& feed) {
  Client client(source.server);
  grpc::ClientContext context;
  const auto reader = client.leads().StreamLeads(&context, v1::StreamLeadsRequest());
  const std::vector<const rules::Bundle*> bundles = PointersTo(feed.bundles);
  std::mutex mutex;
  int wrong = 0;
  {
    WorkerPool pool;
    bool begun = false;
    absl::Time now;
    auto response = std::make_shared<v1::StreamLeadsResponse>();
    while (reader->Read(response.get())) {
      if (!begun) {
        const absl::Time read = absl::FromUnixSeconds(response->read_time().seconds()) +
                                absl::Nanoseconds(response->read_time().nanos());
        now = feed.now.value_or(read);
        feed.begin(now, pool.size());
        begun = true;
      }
      pool.Add([&, now, response](int worker) {
        for (const v1::LeadSnapshot& snapshot : response->leads()) {
          std::vector<convert::FieldViolation> violations;
          const auto lead = convert::ReadSnapshot(bundles, snapshot, now, &violations);
          if (lead.has_value()) {
            feed.take(worker, lead->id, lead->owner, lead->lead);
            continue;
          }
          const std::lock_guard<std::mutex> lock(mutex);
          if (++wrong > kMostNamed) continue;
          PrintError(absl::StrCat("the server's ", Printable(snapshot.lead().name()), ": ",
                                  Printable(violations.front().field), " ",
                                  Printable(violations.front().description)));
        }
      });
      response = std::make_shared<v1::StreamLeadsResponse>();
    }
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return client.Report(status);
  return wrong == 0 ? kFine : kInternalError;
}

int FeedFile(const LeadSource& source, const LeadFeed& feed) {
  const absl::Time now = feed.now.value_or(absl::Now());
  WorkerPool pool;
  feed.begin(now, pool.size());
  return ReadLeadFile(source.file, PointersTo(feed.bundles), now, pool, feed.take);
}

int FeedStore(const store::LeadStore& store, absl::Time now, const LeadFeed& feed) {
  const auto scan = store.Scan();
  WorkerPool pool;
  feed.begin(now, pool.size());
  while (true) {
    auto leads = scan->Next(kLeadsAJob);
    if (!leads.ok()) {
      PrintError(leads.status().message());
      return kUnreachable;
    }
    if (leads->empty()) return kFine;
    pool.Add([&feed, leads = std::make_shared<std::vector<store::StoredLead>>(*std::move(leads))](
                 int worker) {
      for (const store::StoredLead& lead : *leads) {
        feed.take(worker, lead.id, lead.owner, lead.lead);
      }
    });
  }
}

int FeedRows(const LeadSource& source, const LeadFeed& feed) {
  const absl::Time now = feed.now.value_or(absl::Now());
  const ScratchDirectory scratch;
  if (const int code = ImportRows(source, feed.bundles.front(), now, scratch.path());
      code != kFine) {
    return code;
  }
  store::RocksDbOptions options;
  options.path = scratch.path();
  options.read_only = true;
  const auto store = store::OpenRocksDbStore(options);
  if (!store.ok()) {
    PrintError(store.status().message());
    return kInternalError;
  }
  return FeedStore(**store, now, feed);
}

int FeedData(const LeadSource& source, const LeadFeed& feed) {
  store::RocksDbOptions options;
  options.path = source.data;
  options.create_if_missing = false;
  options.read_only = true;
  const auto store = store::OpenRocksDbStore(options);
  if (!store.ok()) {
    PrintError(store.status().message());
    return kUnreachable;
  }
  return FeedStore(**store, feed.now.value_or(absl::Now()), feed);
}

}  // namespace

std::string LeadSource::name() const {
  if (!data.empty()) return data;
  if (!server.empty()) return server;
  return file == "-" ? "<stdin>" : file;
}

void AddLeadSource(CLI::App* command, LeadSource* source) {
  CLI::Option* file =
      command
          ->add_option("--leads", source->file,
                       "Leads of a file: JSONL as `leadgrade export` writes it, or rows with "
                       "--mapping; `-`: standard input")
          ->type_name("FILE");
  command->add_option("--mapping", source->mapping, "How a row of --leads becomes a lead")
      ->type_name("M.yaml")
      ->needs(file);
  CLI::Option* data = command
                          ->add_option("--data", source->data,
                                       "Leads of a store, which a server may have open meanwhile")
                          ->type_name("DIR")
                          ->excludes(file);
  command
      ->add_option("--server", source->server,
                   "Leads of a running server, as they are at one instant")
      ->type_name("ADDR")
      ->check(CheckServerAddress)
      ->excludes(file)
      ->excludes(data);
}

int FeedLeads(const LeadSource& source, const LeadFeed& feed) {
  if (!source.server.empty()) return FeedServer(source, feed);
  if (!source.data.empty()) return FeedData(source, feed);
  return source.mapping.empty() ? FeedFile(source, feed) : FeedRows(source, feed);
}

}  // namespace leadgrade::tools
