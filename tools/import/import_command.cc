// `leadgrade import`.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "engine/base/limits.h"
#include "nlohmann/json.hpp"
#include "tools/bundle_input.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/import/data_sink.h"
#include "tools/import/import_run.h"
#include "tools/import/mapping.h"
#include "tools/import/open_input.h"
#include "tools/import/server_sink.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/report.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

constexpr char kDefaultRules[] = "rules/sales";

struct ImportOptions {
  std::string file;
  std::string mapping;
  std::string server;
  std::string data;
  std::string rules;
  std::string rejects;
  std::string format;
  bool dry_run = false;
};

int ExitCodeOf(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ? kUnreachable
                                                                         : kInternalError;
}

// `DIR/NAME.rejects.EXT` of `DIR/NAME.EXT`; of standard input in the working directory.
std::string DefaultRejects(const std::string& file, bool csv) {
  const std::string end = csv ? ".csv" : ".jsonl";
  if (file == "-") return absl::StrCat("stdin.rejects", end);
  absl::string_view stem = file;
  for (const char* extension : {".csv", ".jsonl", ".ndjson"}) {
    if (absl::ConsumeSuffix(&stem, extension)) break;
  }
  return absl::StrCat(stem, ".rejects", end);
}

class ImportCommand {
 public:
  explicit ImportCommand(const ImportOptions& options) : options_(options) {}

  int Run() {
    int code = CheckOptions();
    if (code == kFine) code = ReadMapping(options_.mapping, &mapping_);
    if (code == kFine) code = OpenInput();
    if (code == kFine) code = ReadFactNames();
    if (code == kFine) code = CheckMapping(*mapping_, rows_, bundle_name_, facts_);
    if (code == kFine) code = OpenSink();
    return code == kFine ? Import() : code;
  }

 private:
  bool offline() const { return options_.dry_run || !options_.data.empty(); }

  int CheckOptions() const {
    if (options_.rules.empty() || offline()) return kFine;
    PrintError("--rules goes with --data or --dry-run: a server has its own rules");
    return kUsage;
  }

  int OpenInput() {
    const int code = OpenRows(options_.file, &rows_);
    if (code != kFine) return code;
    rejects_.input = rows_.name;
    rejects_.header = rows_.header;
    rejects_.path = options_.rejects;
    if (rejects_.path.empty() && !options_.dry_run) {
      rejects_.path = DefaultRejects(options_.file, rows_.columns.has_value());
    }
    if (!rejects_.path.empty() && rows_.source->input().IsFile(rejects_.path)) {
      PrintError(absl::StrCat("the rejected rows cannot go into the file that is read: `",
                              rejects_.path, "`"));
      return kUsage;
    }
    return kFine;
  }

  // What facts there are: the mapping's names are held against them before the first row.
  int ReadFactNames() {
    if (!offline()) {
      client_ = std::make_unique<Client>(options_.server);
      v1::Bundle bundle;
      const grpc::Status status = client_->GetActiveBundle("en", &bundle);
      if (!status.ok()) return client_->Report(status);
      bundle_name_ = std::string(absl::StripPrefix(bundle.name(), "bundles/"));
      for (const v1::FactDescription& fact : bundle.facts()) facts_.push_back(fact.name());
      return kFine;
    }
    const std::string directory = options_.rules.empty() ? kDefaultRules : options_.rules;
    if (!AreDirectories({directory})) return kUsage;
    BundleInput input = LoadBundleInput(directory);
    std::cerr << PrintableLines(FormatIssues(input.issues));
    if (input.bundle == nullptr) return kBadBundle;
    bundle_ = input.bundle;
    bundle_name_ = bundle_->name;
    for (const facts::Fact& fact : bundle_->schema.facts) facts_.push_back(fact.name);
    return kFine;
  }

  int OpenSink() {
    if (options_.dry_run) {
      sink_ = std::make_unique<CheckSink>(bundle_, now_);
    } else if (options_.data.empty()) {
      sink_ = std::make_unique<ServerSink>(client_->leads(), client_->address());
    } else {
      auto sink = DataSink::Open(options_.data, bundle_, now_);
      if (!sink.ok()) {
        PrintError(sink.status().message());
        return kUnreachable;
      }
      sink_ = *std::move(sink);
    }
    return kFine;
  }

  int Import() {
    Progress progress(std::cerr,
                      {isatty(STDERR_FILENO) != 0, rows_.source->input().size(), absl::Now});
    rejects_.before_line = [&progress] { progress.Clear(); };
    Rejects rejects(std::cerr, rejects_);
    ImportRun run({rows_.source.get(), &*mapping_, sink_.get(), &rejects, &progress, now_});
    const absl::Status status = run.Run();
    if (!status.ok()) {
      PrintError(absl::StrCat(Printable(status.message()),
                              "; the import is not complete, running it again is harmless"));
    }
    Output output;
    output.Print(options_.format == "json" ? Json(run, rejects) : Text(run, rejects));
    const int code = !status.ok()          ? ExitCodeOf(status)
                     : rejects.count() > 0 ? kInternalError
                                           : kFine;
    return output.Finish(code);
  }

  std::string Text(const ImportRun& run, const Rejects& rejects) const {
    std::string text = Count(static_cast<size_t>(run.imported()), "lead");
    absl::StrAppend(&text, options_.dry_run ? " could be imported" : " imported");
    if (rejects.count() > 0) absl::StrAppend(&text, ", ", rejects.count(), " rejected");
    if (rejects.count() > 0 && !rejects.path().empty()) {
      absl::StrAppend(&text, " (see ", rejects.path(), ")");
    }
    return text + "\n";
  }

  std::string Json(const ImportRun& run, const Rejects& rejects) const {
    nlohmann::ordered_json json;
    json["imported"] = run.imported();
    json["rejected"] = rejects.count();
    json["rejects"] = nullptr;
    if (rejects.count() > 0 && !rejects.path().empty()) json["rejects"] = rejects.path();
    json["dryRun"] = options_.dry_run;
    json["seconds"] = absl::ToDoubleSeconds(absl::Now() - now_);
    return Dump(json);
  }

  const ImportOptions& options_;
  const absl::Time now_ = absl::Now();
  std::optional<Mapping> mapping_;
  OpenedRows rows_;
  Rejects::Options rejects_;
  std::unique_ptr<Client> client_;
  std::shared_ptr<const rules::Bundle> bundle_;
  std::string bundle_name_;
  std::vector<std::string> facts_;
  std::unique_ptr<LeadSink> sink_;
};

}  // namespace

void AddImport(CLI::App& app, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("import", "Bring in leads with their facts and events from a file");
  auto options = std::make_shared<ImportOptions>();
  command
      ->add_option("file", options->file,
                   "The rows: CSV with a header, or JSONL; `-`: standard input")
      ->type_name("FILE.csv|FILE.jsonl")
      ->required();
  command->add_option("--mapping", options->mapping, "How a row becomes a lead")
      ->type_name("M.yaml")
      ->required();
  AddServer(command, &options->server);
  command
      ->add_option("--data", options->data,
                   "Write into this store, which no server has open, instead")
      ->type_name("DIR")
      ->excludes("--server");
  command
      ->add_option("--rules", options->rules,
                   "Bundle directory, with --data and --dry-run [default: rules/sales]")
      ->type_name("DIR");
  command
      ->add_option("--rejects", options->rejects,
                   "Keep rejected rows here [default: FILE.rejects.csv or .jsonl]")
      ->type_name("FILE");
  command->add_flag("--dry-run", options->dry_run,
                    "Check all rows against the mapping and the bundle; store nothing");
  AddFormat(command, &options->format, {"text", "json"});
  command->footer(
      "Running an import again is harmless: leads are updated, events that are there stay as they\n"
      "are. With --data all is on disk when the command ends; after a crash of the machine in\n"
      "between, run it again. Exit code 1: some rows were rejected, the others are in.\n\n"
      "Example:\n"
      "  leadgrade import pipeline.csv --mapping rules/sales/mappings/crm_pipeline.yaml");
  command->callback([options, exit_code] { *exit_code = ImportCommand(*options).Run(); });
}

}  // namespace leadgrade::tools
