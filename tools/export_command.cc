#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/convert/decision_proto.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/csv.h"
#include "tools/decision_text.h"
#include "tools/exit_code.h"
#include "tools/lead_pages.h"
#include "tools/options.h"
#include "tools/output.h"

namespace leadgrade::tools {
namespace {

struct ExportOptions {
  LeadQuery query;
  std::string server;
  std::string format;
  bool events = false;
};

// A CSV file's columns: what every lead has, then a column for each fact that some lead states.
class CsvColumns {
 public:
  // `stated`: the names of the facts. Those of the bundle come in its order, then the others.
  CsvColumns(const v1::Bundle& bundle, std::set<std::string> stated) {
    for (const v1::FactDescription& fact : bundle.facts()) {
      if (stated.erase(fact.name()) > 0) Add(fact.name(), fact.type());
    }
    for (const std::string& name : stated) Add(name, "");
  }

  std::string Titles() const {
    std::vector<std::string> cells(std::begin(kFixed), std::end(kFixed));
    for (const Fact& fact : facts_) {
      const bool taken = std::find(cells.begin(), cells.begin() + std::size(kFixed), fact.name) !=
                         cells.begin() + std::size(kFixed);
      cells.push_back(absl::StrCat(taken ? "facts." : "", fact.name));
    }
    return CsvLine(cells);
  }

  std::string Line(const v1::Lead& lead) const {
    std::vector<std::string> cells = {SpreadsheetText(LeadId(lead.name())),
                                      SpreadsheetText(lead.display_name()),
                                      SpreadsheetText(lead.owner()), lead.grade()};
    for (const Fact& fact : facts_) {
      const auto found = lead.facts().find(fact.name);
      cells.push_back(found == lead.facts().end() ? "" : Cell(fact, found->second.value()));
    }
    return CsvLine(cells);
  }

  // How many of the lead's facts have no column.
  size_t LeftOut(const v1::Lead& lead) const {
    size_t with = 0;
    for (const Fact& fact : facts_) with += lead.facts().count(fact.name);
    return lead.facts().size() - with;
  }

 private:
  static constexpr const char* kFixed[] = {"lead", "display_name", "owner", "grade"};

  struct Fact {
    std::string name;
    bool is_text;  // of a type whose values are texts in the API, but not to a person
  };

  void Add(const std::string& name, absl::string_view type) {
    type = absl::StripSuffix(type, "?");
    const bool quantity = type == "int" || type == "double" || type == "duration" ||
                          type == "timestamp" || type == "bool";
    facts_.push_back({name, !quantity});
  }

  static std::string Cell(const Fact& fact, const google::protobuf::Value& value) {
    const bool text = fact.is_text && value.kind_case() == google::protobuf::Value::kStringValue;
    return text ? SpreadsheetText(value.string_value()) : ValueText(value);
  }

  std::vector<Fact> facts_;
};

class Exporter {
 public:
  explicit Exporter(const ExportOptions& options) : options_(options), client_(options.server) {}

  int Run() {
    if (options_.events && options_.format == "csv") {
      PrintError("--events goes with --format jsonl");
      return kUsage;
    }
    const grpc::Status status = options_.format == "csv" ? Csv()
                                : options_.events        ? WithEvents()
                                                         : Jsonl();
    if (!status.ok()) return output_.Finish(client_.Report(status));
    if (left_out_ > 0) {
      PrintError(absl::StrCat(left_out_,
                              " facts are not in the file: the first of their names was ",
                              "stated while it was being written; export again"));
    }
    return output_.Finish(left_out_ > 0 ? kInternalError : kFine);
  }

 private:
  grpc::Status Jsonl() {
    return ForEachLead(
        client_, options_.query,
        [this](const v1::Lead& lead, const v1::Decision*) {
          output_.Print(convert::ToJson(lead, false) + "\n");
          return output_.open();
        },
        nullptr);
  }

  // All as of one instant; the grades are picked here.
  grpc::Status WithEvents() {
    const std::vector<std::string>& grades = options_.query.grades;
    grpc::ClientContext context;
    const auto reader = client_.leads().StreamLeads(&context, v1::StreamLeadsRequest());
    v1::StreamLeadsResponse response;
    while (output_.open() && reader->Read(&response)) {
      for (const v1::LeadSnapshot& lead : response.leads()) {
        const bool wanted = grades.empty() || std::find(grades.begin(), grades.end(),
                                                        lead.lead().grade()) != grades.end();
        if (wanted) output_.Print(convert::ToJson(lead, false) + "\n");
      }
    }
    const bool left_early = !output_.open();
    if (left_early) context.TryCancel();
    const grpc::Status status = reader->Finish();
    return left_early ? grpc::Status::OK : status;
  }

  // Once through for the columns, once for the lines: leads may be more than memory holds.
  grpc::Status Csv() {
    v1::Bundle bundle;
    grpc::Status status = client_.GetActiveBundle("en", &bundle);
    if (!status.ok()) return status;
    std::set<std::string> stated;
    status = ForEachLead(
        client_, options_.query,
        [&stated](const v1::Lead& lead, const v1::Decision*) {
          for (const auto& [name, fact] : lead.facts()) stated.insert(name);
          return true;
        },
        nullptr);
    if (!status.ok()) return status;
    const CsvColumns columns(bundle, std::move(stated));
    output_.Print(columns.Titles());
    return ForEachLead(
        client_, options_.query,
        [this, &columns](const v1::Lead& lead, const v1::Decision*) {
          output_.Print(columns.Line(lead));
          left_out_ += columns.LeftOut(lead);
          return output_.open();
        },
        nullptr);
  }

  const ExportOptions& options_;
  Client client_;
  Output output_;
  size_t left_out_ = 0;
};

}  // namespace

void AddExport(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("export", "Write all leads to standard output");
  auto options = std::make_shared<ExportOptions>();
  AddServer(command, &options->server);
  AddGrades(command, &options->query.grades);
  AddFormat(command, &options->format, {"jsonl", "csv"});
  command->add_flag("--events", options->events,
                    "With the events of the timelines, and all leads as of one instant");
  command->footer(
      "JSONL: one lead a line, as the API's Lead in proto JSON: facts with their status, source "
      "and\n"
      "time, grade, grade history. With --events a line is {\"lead\": …, \"events\": […]}, which\n"
      "`leadgrade diff --leads` reads.\n"
      "CSV: lead, display_name, owner, grade, and the values of the stated facts, a column each;\n"
      "a text that a spreadsheet would take for a formula begins with '.\n\n"
      "Example:\n  leadgrade export --grade A --format csv > a-leads.csv");
  command->callback([options, exit_code] { *exit_code = Exporter(*options).Run(); });
}

}  // namespace leadgrade::tools
