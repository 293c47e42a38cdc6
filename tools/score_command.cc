#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "service/convert/decision_proto.h"
#include "tools/client.h"
#include "tools/clock_option.h"
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

// The instant that `--at` gives, in the request's form; none where it is empty. A date is one of
// the server's zone. kInvalidArgument for what is no time.
absl::StatusOr<std::optional<google::protobuf::Timestamp>> ReadAt(const std::string& at,
                                                                  absl::TimeZone zone) {
  if (at.empty()) return std::nullopt;
  const auto time = ParseClock(at, zone);
  if (!time.ok())
    return absl::InvalidArgumentError(absl::StrCat("--at: ", time.status().message()));
  return convert::ToProto(*time);
}

void AddAt(CLI::App* command, std::string* at) {
  command
      ->add_option("--at", *at,
                   "As of this instant that has passed: RFC 3339, or a date of the server's zone")
      ->type_name("TIME");
}

struct ScoreOptions {
  std::vector<std::string> leads;
  std::string at;
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
    if (options_.format == "text" || !options_.at.empty()) {
      v1::Bundle bundle;
      const grpc::Status status = client_.GetActiveBundle(options_.language, &bundle);
      if (!status.ok()) return client_.Report(status);
      zone_ = ZoneOf(bundle.time_zone());
    }
    const auto at = ReadAt(options_.at, zone_);
    if (!at.ok()) {
      PrintError(at.status().message());
      return kUsage;
    }
    if (at->has_value()) return ScorePast(**at);
    for (size_t begin = 0; begin < options_.leads.size() && output_.open(); begin += kBatch) {
      const grpc::Status status = ScoreSome(begin);
      if (!status.ok()) return Break(status);
    }
    return End();
  }

 private:
  int Break(const grpc::Status& status) {
    output_.Print(table_.Rest());
    return output_.Finish(client_.Report(status));
  }

  int End() {
    output_.PrintNow(table_.Rest());
    std::cerr << errors_;
    return output_.Finish(exit_code_);
  }

  // One call a lead. What is wrong with one lead does not stop the others.
  int ScorePast(const google::protobuf::Timestamp& at) {
    for (size_t i = 0; i < options_.leads.size() && output_.open(); ++i) {
      v1::ScoreLeadRequest request;
      request.set_name(LeadName(options_.leads[i]));
      request.set_language_code(options_.language);
      *request.mutable_read_time() = at;
      v1::ScoreLeadResponse response;
      const grpc::Status status =
          client_.Call(client_.scoring(), &v1::ScoringService::Stub::ScoreLead, request, &response);
      const bool of_the_lead = status.error_code() == grpc::StatusCode::NOT_FOUND ||
                               status.error_code() == grpc::StatusCode::FAILED_PRECONDITION ||
                               status.error_code() == grpc::StatusCode::DATA_LOSS;
      if (!status.ok() && !of_the_lead) return Break(status);
      if (status.ok()) {
        Show(response.decision());
      } else {
        TakeError(request.name(), Describe(status));
      }
    }
    return End();
  }

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
      TakeError(name, Describe(result.error()));
    } else {
      Show(result.decision());
    }
  }

  void TakeError(const std::string& name, const std::string& error) {
    absl::StrAppend(&errors_, "error: ", Printable(name), ": ", error, "\n");
    exit_code_ = kInternalError;
  }

  void Show(const v1::Decision& decision) {
    if (options_.format == "text") {
      const DecisionCells cells = CellsOf(decision, zone_);
      output_.Print(table_.Add({cells.lead, cells.grade, cells.potential, cells.days_left,
                                cells.next_action, cells.reason}));
    } else {
      output_.Print(convert::ToJson(decision, false) + "\n");
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
  std::string at;
  std::string server;
  std::string format;
  std::string language;
};

int Explain(const ExplainOptions& options) {
  Client client(options.server);
  v1::Bundle bundle;
  if (options.format == "text" || !options.at.empty()) {
    const grpc::Status status = client.GetActiveBundle(options.language, &bundle);
    if (!status.ok()) return client.Report(status);
  }
  const absl::TimeZone zone = ZoneOf(bundle.time_zone());
  const auto at = ReadAt(options.at, zone);
  if (!at.ok()) {
    PrintError(at.status().message());
    return kUsage;
  }
  v1::ExplainLeadRequest request;
  request.set_name(LeadName(options.lead));
  request.set_language_code(options.language);
  if (at->has_value()) *request.mutable_read_time() = **at;
  v1::ExplainLeadResponse response;
  const grpc::Status status =
      client.Call(client.scoring(), &v1::ScoringService::Stub::ExplainLead, request, &response);
  if (!status.ok()) return client.Report(status);
  Output output;
  output.Print(options.format == "text"
                   ? ExplanationText(response.explanation(), {options.language, zone})
                   : convert::ToJson(response.explanation(), true));
  return output.Finish(kFine);
}

void AddExplain(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("explain", "Why a lead has its grade, rule by rule");
  auto options = std::make_shared<ExplainOptions>();
  command->add_option("lead", options->lead, "Its id, or leads/ID")->type_name("LEAD")->required();
  AddAt(command, &options->at);
  AddServer(command, &options->server);
  AddFormat(command, &options->format, {"text", "json"});
  AddLanguage(command, &options->language);
  command->footer(
      "Shows the rules that matched, which grade comes when if there is no news, what to find\n"
      "out, and the rules that almost gave a better grade, with each part of their condition and\n"
      "the facts it reads.\n\n"
      "With --at: all of it as it was at that instant, under the rules of then.\n\n"
      "Examples:\n"
      "  leadgrade explain acme --language zh\n"
      "  leadgrade explain acme --at 2026-03-01T09:00:00+08:00");
  command->callback([options, exit_code] { *exit_code = Explain(*options); });
}

}  // namespace

void AddScore(CLI::App& app, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("score", "The decisions on stored leads, as of now or of then");
  auto options = std::make_shared<ScoreOptions>();
  command->add_option("leads", options->leads, "Their ids, or leads/ID")
      ->type_name("LEAD")
      ->required();
  AddAt(command, &options->at);
  AddServer(command, &options->server);
  AddFormat(command, &options->format, {"text", "json"});
  AddLanguage(command, &options->language);
  command->footer(
      "DAYS LEFT counts calendar days to the last day of the lead's window, which is 0.\n"
      "JSON: one decision a line. A lead that cannot be scored is named on stderr, and the exit\n"
      "code is 1; the others are printed.\n"
      "With --at: what was said at that instant, under the rules of then.\n\n"
      "Example:\n  leadgrade score acme globex --format json | jq .grade");
  command->callback([options, exit_code] { *exit_code = Scorer(*options).Run(); });
  AddExplain(app, exit_code);
}

}  // namespace leadgrade::tools
