#include <signal.h>

#include <atomic>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "service/convert/decision_proto.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/decision_text.h"
#include "tools/exit_code.h"
#include "tools/follow.h"
#include "tools/lead_table.h"
#include "tools/lead_text.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/terminal_text.h"
#include "tools/watch_conditions.h"

namespace leadgrade::tools {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

// While it lives, SIGINT and SIGTERM set `interrupted` and do no more.
class InterruptGuard {
 public:
  InterruptGuard() {
    interrupted = false;
    struct sigaction action = {};
    action.sa_handler = [](int) { interrupted = true; };
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
  }
  ~InterruptGuard() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
  }
  InterruptGuard(const InterruptGuard&) = delete;

 private:
  struct sigaction old_int_ = {}, old_term_ = {};
};

struct WatchOptions {
  LogPlace place;
  WatchConditions conditions;
  int64_t max = 0;
  std::string server;
  std::string format;
  std::string language;
};

std::string ChangeLine(const v1::LeadGradeChange& change, const Reader& reader) {
  const v1::GradeChange& grade = change.change();
  const std::string from = grade.from_grade().empty() ? "-" : grade.from_grade();
  return absl::StrCat(
      Printable(absl::StrCat(TimeText(grade.change_time(), reader.zone), "  ",
                             LeadId(change.lead()), "  ", from, " -> ", grade.to_grade(), "  ",
                             CauseText(grade.cause(), reader.language),
                             grade.rule().empty() ? "" : ", ", grade.rule())),
      "\n");
}

int Watch(const WatchOptions& options) {
  const InterruptGuard guard;
  Client client(options.server);
  Reader reader{options.language, absl::UTCTimeZone()};
  if (options.format == "text") {
    v1::Bundle bundle;
    const grpc::Status status = client.GetActiveBundle(options.language, &bundle);
    if (!status.ok()) return client.Report(status);
    reader.zone = ZoneOf(bundle.time_zone());
  }
  Output output;
  int64_t taken = 0;
  Follower follower;
  follower.take = [&](const v1::WatchGradeChangesResponse& response) {
    output.PrintNow(options.format == "text" ? ChangeLine(response.change(), reader)
                                             : convert::ToJson(response, false) + "\n");
    ++taken;
    return output.open() && (options.max == 0 || taken < options.max);
  };
  follower.stop = [&] { return interrupted || output.IsAbandoned(); };
  follower.broke = [](const grpc::Status& why, absl::Duration delay) {
    std::cerr << "the connection broke: " << Describe(why) << "; trying again in "
              << absl::FormatDuration(delay) << "\n";
  };
  LogPlace place = options.place;
  const grpc::Status status = Follow(client, RequestOf(options.conditions), {}, follower, &place);
  const int exit_code = status.ok() ? kFine : client.Report(status);
  if (!place.token.empty()) std::cerr << "to go on from here: --resume " << place.token << "\n";
  return output.Finish(exit_code);
}

}  // namespace

void AddWatch(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("watch", "Print each change of a grade as it happens");
  auto options = std::make_shared<WatchOptions>();
  CLI::Option* resume = command
                            ->add_option("--resume", options->place.token,
                                         "Go on after the change with this token; else from now on")
                            ->type_name("TOKEN");
  command
      ->add_flag("--from-start", options->place.from_start,
                 "Begin with the oldest change the server keeps")
      ->excludes(resume);
  command->add_option("--max", options->max, "End after so many changes; 0: never")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddWatchConditions(command, &options->conditions);
  AddServer(command, &options->server);
  AddFormat(command, &options->format, {"text", "json"});
  AddLanguage(command, &options->language);
  command->footer(
      "Until Ctrl-C. A connection that breaks is made again and no change is missed. All "
      "conditions\n"
      "must hold. Give --resume the same ones as before.\n"
      "JSON: one object a line, {\"change\", \"resumeToken\"}; give the last token you handled to\n"
      "--resume.\n\n"
      "Examples:\n  leadgrade watch --format json | jq .change.lead\n"
      "  leadgrade watch --entered A,B --filter 'budget && kp_level == FIRST' --settle 10m \\\n"
      "    --quiet 22:00-07:00 --quiet-zone Asia/Shanghai");
  command->callback([options, exit_code] { *exit_code = Watch(*options); });
}

}  // namespace leadgrade::tools
