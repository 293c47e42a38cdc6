#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "service/convert/decision_proto.h"
#include "tools/client.h"
#include "tools/clock_option.h"
#include "tools/commands.h"
#include "tools/decision_text.h"
#include "tools/exit_code.h"
#include "tools/lead_table.h"
#include "tools/options.h"
#include "tools/output.h"

namespace leadgrade::tools {
namespace {

struct OverrideOptions {
  std::string lead;
  std::string grade, reason, author, until;
  bool end = false;
  std::string server;
  std::string format;
  std::string language;
};

class Overrider {
 public:
  explicit Overrider(const OverrideOptions& options) : options_(options), client_(options.server) {}

  int Run() {
    v1::Bundle bundle;
    grpc::Status status = client_.GetActiveBundle(options_.language, &bundle);
    if (!status.ok()) return client_.Report(status);
    reader_ = {options_.language, ZoneOf(bundle.time_zone())};
    return options_.end ? End() : Set();
  }

 private:
  int Set() {
    v1::OverrideGradeRequest request;
    request.set_name(LeadName(options_.lead));
    request.set_grade(options_.grade);
    request.set_reason(options_.reason);
    request.set_author(options_.author);
    request.set_language_code(options_.language);
    const auto until = ParseClock(options_.until, reader_.zone);
    if (!until.ok()) {
      PrintError(absl::StrCat("--until: ", until.status().message()));
      return kUsage;
    }
    *request.mutable_expire_time() = convert::ToProto(*until);
    v1::OverrideGradeResponse response;
    return Finish(
        client_.Call(client_.leads(), &v1::LeadService::Stub::OverrideGrade, request, &response),
        response);
  }

  int End() {
    v1::EndGradeOverrideRequest request;
    request.set_name(LeadName(options_.lead));
    request.set_language_code(options_.language);
    v1::EndGradeOverrideResponse response;
    return Finish(
        client_.Call(client_.leads(), &v1::LeadService::Stub::EndGradeOverride, request, &response),
        response);
  }

  template <typename Response>
  int Finish(const grpc::Status& status, const Response& response) {
    if (!status.ok()) return client_.Report(status);
    output_.Print(options_.format == "json" ? convert::ToJson(response.decision(), true)
                                            : DecisionText(response.decision(), reader_));
    return output_.Finish(kFine);
  }

  const OverrideOptions& options_;
  Client client_;
  Reader reader_;
  Output output_;
};

}  // namespace

void AddOverride(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<OverrideOptions>();
  CLI::App* command = app.add_subcommand(
      "override", "Set a lead's grade by hand, for a time; the rules go on beneath it");
  command->add_option("lead", options->lead, "Its id, or leads/ID")->type_name("LEAD")->required();
  CLI::Option* grade =
      command->add_option("grade", options->grade, "The grade to set")->type_name("GRADE");
  CLI::Option* reason = command->add_option("--reason", options->reason, "Why");
  CLI::Option* author = command->add_option("--author", options->author, "Who sets it");
  CLI::Option* until =
      command->add_option("--until", options->until,
                          "When it ends by itself: an instant, or a date (its first instant)");
  CLI::Option* end =
      command->add_flag("--end", options->end, "End the override that is in force, now");
  for (CLI::Option* option : {grade, reason, author, until}) end->excludes(option);
  AddServer(command, &options->server);
  AddFormat(command, &options->format, {"text", "json"});
  AddLanguage(command, &options->language);
  command->footer(
      "Example:\n  leadgrade override acme A --reason \"signs on Friday\" --author li --until "
      "2026-04-01");
  command->callback([options, exit_code] {
    const bool complete = !options->grade.empty() && !options->reason.empty() &&
                          !options->author.empty() && !options->until.empty();
    if (!options->end && !complete) {
      throw CLI::RequiredError("GRADE, --reason, --author and --until, or --end");
    }
    *exit_code = Overrider(*options).Run();
  });
}

}  // namespace leadgrade::tools
