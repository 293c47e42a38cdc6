#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "service/convert/decision_proto.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/decision_text.h"
#include "tools/exit_code.h"
#include "tools/lead_table.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

// What one call takes.
constexpr size_t kBatch = 1000;

struct ScoreOptions {
  std::vector<std::string> leads;
  std::string server;
  std::string format;
  std::string language;
};

// Prints the decisions as they come; the errors of single leads go to stderr.
class Scorer {
 public:
  explicit Scorer(const ScoreOptions& options)
      : options_(options),
        client_(options.server),
        table_(MakeLeadTable(false, options.language)) {}

  int Run() {
    if (options_.format == "text") {
      v1::Bundle bundle;
      const grpc::Status status = client_.GetActiveBundle(options_.language, &bundle);
      if (!status.ok()) return client_.Report(status);
      zone_ = ZoneOf(bundle.time_zone());
    }
    for (size_t begin = 0; begin < options_.leads.size() && output_.open(); begin += kBatch) {
      const grpc::Status status = ScoreSome(begin);
      if (!status.ok()) {
        output_.Print(table_.Rest());
        return output_.Finish(client_.Report(status));
      }
    }
    output_.PrintNow(table_.Rest());
    std::cerr << errors_;
    return output_.Finish(exit_code_);
  }

 private:
  grpc::Status ScoreSome(size_t begin) {
    const size_t end = std::min(begin + kBatch, options_.leads.size());
    v1::BatchScoreLeadsRequest request;
    request.set_language_code(options_.language);
    for (size_t i = begin; i < end; ++i) request.add_names(LeadName(options_.leads[i]));
    v1::BatchScoreLeadsResponse response;
    const grpc::Status status = client_.Call(
        client_.scoring(), &v1::ScoringService::Stub::BatchScoreLeads, request, &response);
    if (!status.ok()) return status;
    if (response.results_size() != request.names_size()) {
      return grpc::Status(grpc::StatusCode::INTERNAL, "the server left results out");
    }
    for (int i = 0; i < response.results_size(); ++i) Take(request.names(i), response.results(i));
    return status;
  }

  void Take(const std::string& name, const v1::ScoreResult& result) {
    if (result.has_error()) {
      absl::StrAppend(&errors_, "error: ", Printable(name), ": ", Describe(result.error()), "\n");
      exit_code_ = kInternalError;
    } else if (options_.format == "text") {
      const DecisionCells cells = CellsOf(result.decision(), zone_);
      output_.Print(table_.Add({cells.lead, cells.grade, cells.potential, cells.days_left,
                                cells.next_action, cells.reason}));
    } else {
      output_.Print(convert::ToJson(result.decision(), false) + "\n");
    }
  }

  const ScoreOptions& options_;
  Client client_;
  Table table_;
  Output output_;
  absl::TimeZone zone_;
  std::string errors_;  // said after the table, so that neither breaks the other up
  int exit_code_ = kFine;
};

struct ExplainOptions {
  std::string lead;
  std::string server;
  std::string format;
  std::string language;
};

int Explain(const ExplainOptions& options) {
  Client client(options.server);
  v1::ExplainLeadRequest request;
  request.set_name(LeadName(options.lead));
  request.set_language_code(options.language);
  v1::ExplainLeadResponse response;
  grpc::Status status =
      client.Call(client.scoring(), &v1::ScoringService::Stub::ExplainLead, request, &response);
  if (!status.ok()) return client.Report(status);
  std::string text;
  if (options.format == "text") {
    v1::Bundle bundle;
    status = client.GetActiveBundle(options.language, &bundle);
    if (!status.ok()) return client.Report(status);
    text = ExplanationText(response.explanation(), {options.language, ZoneOf(bundle.time_zone())});
  } else {
    text = convert::ToJson(response.explanation(), true);
  }
  Output output;
  output.Print(text);
  return output.Finish(kFine);
}

void AddExplain(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("explain", "Why a lead has its grade, rule by rule");
  auto options = std::make_shared<ExplainOptions>();
  command->add_option("lead", options->lead, "Its id, or leads/ID")->type_name("LEAD")->required();
  AddServer(command, &options->server);
  AddFormat(command, &options->format, {"text", "json"});
  AddLanguage(command, &options->language);
  command->footer(
      "Shows the rules that matched, which grade comes when if there is no news, what to find\n"
      "out, and the rules that almost gave a better grade, with each part of their condition and\n"
      "the facts it reads.\n\n"
      "Example:\n  leadgrade explain acme --language zh");
  command->callback([options, exit_code] { *exit_code = Explain(*options); });
}

}  // namespace

void AddScore(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("score", "The decisions on stored leads as of now");
  auto options = std::make_shared<ScoreOptions>();
  command->add_option("leads", options->leads, "Their ids, or leads/ID")
      ->type_name("LEAD")
      ->required();
  AddServer(command, &options->server);
  AddFormat(command, &options->format, {"text", "json"});
  AddLanguage(command, &options->language);
  command->footer(
      "DAYS LEFT counts calendar days to the last day of the lead's window, which is 0.\n"
      "JSON: one decision a line. A lead that cannot be scored is named on stderr, and the exit\n"
      "code is 1; the others are printed.\n\n"
      "Example:\n  leadgrade score acme globex --format json | jq .grade");
  command->callback([options, exit_code] { *exit_code = Scorer(*options).Run(); });
  AddExplain(app, exit_code);
}

}  // namespace leadgrade::tools
