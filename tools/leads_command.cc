#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/convert/decision_proto.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/csv.h"
#include "tools/days_left.h"
#include "tools/exit_code.h"
#include "tools/labels.h"
#include "tools/lead_pages.h"
#include "tools/lead_table.h"
#include "tools/lead_text.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

struct ListOptions {
  LeadQuery query;
  std::string server;
  std::string format;
};

// Prints leads with their decisions as they come.
class Lister {
 public:
  explicit Lister(const ListOptions& options)
      : options_(options),
        client_(options.server),
        table_(MakeLeadTable(true, options.query.language)) {}

  int Run() {
    grpc::Status status = client_.GetActiveBundle(options_.query.language, &bundle_);
    if (!status.ok()) return client_.Report(status);
    zone_ = ZoneOf(bundle_.time_zone());
    if (options_.format == "csv") {
      output_.Print(CsvLine(
          {"lead", "name", "grade", "potential_grade", "days_left", "next_action", "reason"}));
    }
    bool more = false;
    status = ForEachLead(
        client_, options_.query,
        [this](const v1::Lead& lead, const v1::Decision* decision) {
          Take(lead, *decision);
          return output_.open();
        },
        &more);
    output_.Print(table_.Rest());
    if (!status.ok()) return output_.Finish(client_.Report(status));
    if (options_.format == "text") output_.Print(CountLine(more));
    return output_.Finish(kFine);
  }

 private:
  void Take(const v1::Lead& lead, const v1::Decision& decision) {
    ++counts_[decision.grade()];
    if (options_.format == "json") {
      output_.Print(JsonLine(lead, decision));
      return;
    }
    const DecisionCells cells = CellsOf(decision, zone_);
    if (options_.format == "csv") {
      output_.Print(CsvLine({SpreadsheetText(cells.lead), SpreadsheetText(lead.display_name()),
                             decision.grade(), decision.potential_grade(), Given(cells.days_left),
                             SpreadsheetText(Given(cells.next_action)),
                             SpreadsheetText(Given(cells.reason))}));
    } else {
      output_.Print(table_.Add({cells.lead, lead.display_name(), cells.grade, cells.potential,
                                cells.days_left, cells.next_action, cells.reason}));
    }
  }

  // A table shows `-` for nothing; a file leaves it empty.
  static std::string Given(const std::string& cell) { return cell == "-" ? "" : cell; }

  std::string JsonLine(const v1::Lead& lead, const v1::Decision& decision) {
    const std::optional<int64_t> days = DaysLeft(decision, zone_);
    return absl::StrCat("{\"lead\":", convert::ToJson(lead, false),
                        ",\"decision\":", convert::ToJson(decision, false),
                        ",\"daysLeft\":", days.has_value() ? absl::StrCat(*days) : "null", "}\n");
  }

  // "14 leads: A 2, B 5, C 3, D 4", best grade first.
  std::string CountLine(bool more) {
    const std::string& language = options_.query.language;
    int64_t total = 0;
    for (const auto& [grade, count] : counts_) total += count;
    std::vector<std::string> parts;
    for (int i = bundle_.grades_size() - 1; i >= 0; --i) {
      const auto found = counts_.find(bundle_.grades(i));
      parts.push_back(
          absl::StrCat(bundle_.grades(i), " ", found == counts_.end() ? 0 : found->second));
    }
    const auto none = counts_.find("");
    if (none != counts_.end()) {
      parts.push_back(absl::StrCat(Label(language, "无等级 ", "no grade "), none->second));
    }
    return absl::StrCat(total, Label(language, " 条线索：", total == 1 ? " lead: " : " leads: "),
                        absl::StrJoin(parts, ", "),
                        more ? Label(language, "（还有更多；--limit 0 列出全部）",
                                     " (there are more; --limit 0 lists all)")
                             : "",
                        "\n");
  }

  const ListOptions& options_;
  Client client_;
  Table table_;
  Output output_;
  v1::Bundle bundle_;
  absl::TimeZone zone_;
  std::map<std::string, int64_t> counts_;  // by grade
};

struct GetOptions {
  std::string lead;
  std::string server;
  std::string format;
  std::string language;
};

int Get(const GetOptions& options) {
  Client client(options.server);
  v1::GetLeadRequest request;
  request.set_name(LeadName(options.lead));
  v1::GetLeadResponse response;
  grpc::Status status =
      client.Call(client.leads(), &v1::LeadService::Stub::GetLead, request, &response);
  if (!status.ok()) return client.Report(status);
  std::string text;
  if (options.format == "text") {
    v1::Bundle bundle;
    status = client.GetActiveBundle(options.language, &bundle);
    if (!status.ok()) return client.Report(status);
    text = LeadText(response.lead(), bundle, {options.language, ZoneOf(bundle.time_zone())});
  } else {
    text = convert::ToJson(response.lead(), true);
  }
  Output output;
  output.Print(text);
  return output.Finish(kFine);
}

void AddList(CLI::App* leads, int* exit_code) {
  CLI::App* command = leads->add_subcommand("list", "List leads with their decisions as of now");
  auto options = std::make_shared<ListOptions>();
  options->query.limit = 50;
  options->query.with_decisions = true;
  AddGrades(command, &options->query.grades);
  command
      ->add_option("--order-by", options->query.order_by,
                   "`grade_valid_until`: whose grade the clock changes next comes first;\n"
                   "`valid_until`: the same of grade, reasons, actions and all else")
      ->type_name("FIELD")
      ->check(CLI::IsMember({"grade_valid_until", "valid_until"}));
  command->add_option("--limit", options->query.limit, "At most so many leads; 0: all")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddServer(command, &options->server);
  AddFormat(command, &options->format, {"text", "json", "csv"});
  AddLanguage(command, &options->query.language);
  command->footer(
      "By id; with --grade, by grade in the order given; with --order-by, by that. DAYS LEFT\n"
      "counts calendar days to the last day of the lead's window, which is 0.\n"
      "JSON: one object a line, {\"lead\", \"decision\", \"daysLeft\"}. CSV: texts that a "
      "spreadsheet\n"
      "would take for a formula begin with '.\n\n"
      "Example:\n  leadgrade leads list --order-by grade_valid_until --limit 20");
  command->callback([options, exit_code] { *exit_code = Lister(*options).Run(); });
}

void AddGet(CLI::App* leads, int* exit_code) {
  CLI::App* command = leads->add_subcommand("get", "What is known of a lead");
  auto options = std::make_shared<GetOptions>();
  command->add_option("lead", options->lead, "Its id, or leads/ID")->type_name("LEAD")->required();
  AddServer(command, &options->server);
  AddFormat(command, &options->format, {"text", "json"});
  AddLanguage(command, &options->language);
  command->footer("Example:\n  leadgrade leads get acme --format json");
  command->callback([options, exit_code] { *exit_code = Get(*options); });
}

}  // namespace

void AddLeads(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("leads", "List leads, or look at one");
  command->require_subcommand(1);
  command->footer("Example:\n  leadgrade leads list --grade A");
  AddList(command, exit_code);
  AddGet(command, exit_code);
}

}  // namespace leadgrade::tools
