#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "service/server/server.h"
#include "service/store/rocksdb_store.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

struct VerifyOptions {
  std::string data = server::ServerOptions().data_dir;
  std::string format;
};

// Prints each finding as it comes, however many there are.
class Findings {
 public:
  Findings(bool json, Output* output) : json_(json), output_(output) {
    if (json_) output_->Print("{\"findings\":[");
  }

  void Add(const std::string& finding) {
    if (json_) {
      const std::string text =
          nlohmann::json(finding).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      output_->Print(absl::StrCat(count_ == 0 ? "\n" : ",\n", text));
    } else {
      output_->Print(absl::StrCat(Printable(finding), "\n"));
    }
    ++count_;
  }

  void End(uint64_t leads) {
    output_->Print(json_ ? absl::StrCat("],\"leads\":", leads, "}\n")
                         : absl::StrCat(leads, " leads, ", count_, " findings\n"));
  }

  uint64_t count() const { return count_; }

 private:
  const bool json_;
  Output* const output_;
  uint64_t count_ = 0;
};

int Verify(const VerifyOptions& options) {
  store::RocksDbOptions store_options;
  store_options.path = options.data;
  store_options.create_if_missing = false;
  store_options.read_only = true;
  const auto store = store::OpenRocksDbStore(store_options);
  if (!store.ok()) {
    PrintError(store.status().message());
    return kUnreachable;
  }
  Output output;
  Findings findings(options.format == "json", &output);
  const auto leads = (*store)->Verify([&](const std::string& finding) { findings.Add(finding); });
  if (!leads.ok()) {
    PrintError(leads.status().message());
    return kUnreachable;
  }
  findings.End(*leads);
  return output.Finish(findings.count() == 0 ? kFine : kInternalError);
}

}  // namespace

void AddVerify(CLI::App& app, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("verify", "Hold a store's records and indexes against each other");
  auto options = std::make_shared<VerifyOptions>();
  command->add_option("--data", options->data, "The data directory")
      ->type_name("DIR")
      ->capture_default_str();
  AddFormat(command, &options->format, {"text", "json"});
  command->footer(
      "Reads everything and changes nothing. Exit code 1 where something was found, 5 where the\n"
      "store can't be opened. A server may have it open: the store is then seen as it was when\n"
      "this command opened it.\n\n"
      "Example:\n  leadgrade verify --data /var/lib/leadgrade");
  command->callback([options, exit_code] { *exit_code = Verify(*options); });
}

}  // namespace leadgrade::tools
