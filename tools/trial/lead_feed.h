// The leads that bundles are tried on: of a file, a store, or a running server.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "engine/rules/bundle.h"

namespace leadgrade::tools {

// At most one of file, data and server.
struct LeadSource {
  std::string file;     // `-`: standard input
  std::string mapping;  // with a file of rows: how one becomes a lead
  std::string data;     // a store's directory
  std::string server;   // HOST:PORT

  bool any() const { return !file.empty() || !data.empty() || !server.empty(); }
  // As reports name it.
  std::string name() const;
};

struct LeadFeed {
  // By which values are read and rows are imported, the first one first.
  std::vector<std::shared_ptr<const rules::Bundle>> bundles;
  // nullopt: the server's clock, or the machine's.
  std::optional<absl::Time> now;
  // Called first, once. `workers`: threads that call `take`.
  std::function<void(absl::Time now, int workers)> begin;
  // Called on several threads; of each number from 0 on by one at a time.
  std::function<void(int worker, const std::string& id, const std::string& owner,
                     const facts::Lead& lead)>
      take;
};

// Adds `--leads`, `--mapping`, `--data` and `--server`.
void AddLeadSource(CLI::App* command, LeadSource* source);

// Gives each lead of the source once, in no order. Nothing is changed: of a store, what it was when
// it was opened, also beside a server that has it open; of a server, a snapshot. A file has a lead
// a line, as `leadgrade export` writes it, or rows, which are imported by the mapping into a store
// that is gone afterwards. kFine, or the exit code after lines on stderr: kUsage for a file that is
// wrong, kUnreachable for a store or a server that can't be read.
int FeedLeads(const LeadSource& source, const LeadFeed& feed);

}  // namespace leadgrade::tools
