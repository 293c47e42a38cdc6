// A simulated quarter: leads with a generated life under an injected clock, served by the real
// book, timers and store, which are killed again and again. Afterwards every grade change is held
// against a recomputation by brute force. See oracle.h and verdict.h for what must agree.
//
// usage: simulation_quarter [--leads N] [--first N] [--seed N] [--zone NAME] [--kills N] [--dir
// DIR]
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "service/server/log.h"
#include "service/store/rocksdb_store.h"
#include "tests/simulation/stretch.h"
#include "tests/simulation/verdict.h"
#include "tests/testing/bundles.h"

namespace leadgrade::simulation {
namespace {

struct Options {
  int leads = 2000;
  int first = 0;  // the number of the first; a lead's life depends on its number and the seed alone
  uint64_t seed = 1;
  std::string zone = "Asia/Shanghai";
  int kills = 24;
  std::string dir;  // where the store is made; empty: TMPDIR
};

bool Parse(int argc, char** argv, Options* options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--leads") {
      options->leads = std::atoi(argv[i + 1]);
    } else if (name == "--first") {
      options->first = std::atoi(argv[i + 1]);
    } else if (name == "--seed") {
      options->seed = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (name == "--zone") {
      options->zone = argv[i + 1];
    } else if (name == "--kills") {
      options->kills = std::atoi(argv[i + 1]);
    } else if (name == "--dir") {
      options->dir = argv[i + 1];
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && options->leads > 0 && options->first >= 0 &&
         options->first < 1000000 - options->leads && options->kills >= 0;
}

// The shipped bundle, its days in another zone.
std::shared_ptr<const rules::Bundle> BundleIn(const std::string& zone) {
  rules::BundleFiles files = testing::ReadFiles(LEADGRADE_SOURCE_DIR "/rules/sales");
  for (auto& [path, text] : files) {
    absl::StrReplaceAll({{"timeZone: Asia/Shanghai", absl::StrCat("timeZone: ", zone)}}, &text);
  }
  return testing::Load(files);
}

std::vector<Scheduled> Schedule(const Quarter& quarter, int first, int leads) {
  std::vector<Scheduled> schedule;
  for (int lead = first; lead < first + leads; ++lead) {
    const std::vector<Input> life = LifeOf(quarter, lead);
    for (size_t i = 0; i < life.size(); ++i) {
      schedule.push_back({absl::ToUnixNanos(life[i].arrival), lead, static_cast<int32_t>(i)});
    }
  }
  std::stable_sort(schedule.begin(), schedule.end(),
                   [](const Scheduled& a, const Scheduled& b) { return a.arrival < b.arrival; });
  return schedule;
}

// Half of them around a midnight, when the timers have the most to do.
std::vector<Kill> Kills(const Quarter& quarter, int leads, int count, std::mt19937_64& random) {
  std::vector<Kill> kills;
  const int64_t start = absl::ToUnixNanos(quarter.start);
  const int64_t length = absl::ToInt64Nanoseconds(quarter.end - quarter.start) / 100 * 95;
  for (int i = 0; i < count; ++i) {
    Kill kill;
    kill.where = static_cast<Kill::Where>(1 + random() % 4);
    kill.after = start + length / count * i + static_cast<int64_t>(random() % (length / count));
    if (random() % 2 == 0) {
      const absl::CivilDay day = absl::ToCivilDay(absl::FromUnixNanos(kill.after), quarter.zone);
      kill.after = absl::ToUnixNanos(absl::FromCivil(day, quarter.zone));
    }
    kill.count = 1 + static_cast<int>(random() % 3);
    // So that one follows the other within a few days: what comes before a reply grows with the
    // leads.
    if (kill.where == Kill::Where::kInReplies) {
      kill.count = 1 + static_cast<int>(random() % static_cast<uint64_t>(1 + leads / 50));
    }
    if (kill.where == Kill::Where::kAnywhere) kill.count = static_cast<int>(random() % 3000);
    kills.push_back(kill);
  }
  return kills;
}

// A moment, minutes, or days across midnights.
int64_t RandomPause(std::mt19937_64& random) {
  const int64_t longest[] = {1'000'000'000, 600'000'000'000, 50'000'000'000'000,
                             150'000'000'000'000};
  return 1 + static_cast<int64_t>(random() % static_cast<uint64_t>(longest[random() % 4]));
}

// Runs the quarter in one process after another; false where one of them failed.
bool Run(const World& world, const std::vector<Kill>& kills, std::mt19937_64& random,
         std::vector<Stretch>* stretches) {
  int64_t start = absl::ToUnixNanos(world.quarter.start) - RandomPause(random) % 1'000'000'000;
  for (size_t next = 0;;) {
    const Kill kill = next < kills.size() ? kills[next] : Kill();
    const uint64_t seed = random();
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      RunStretch(world, Stretch{start, 0}, kill, seed);
      _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return false;
    stretches->push_back({start, world.journal->head().now});
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) return false;
    ++next;
    start = world.journal->head().now + RandomPause(random);
  }
}

int Main(const Options& options) {
  const absl::Time begin = absl::Now();
  server::Log::Configure(server::LogLevel::kWarn, server::LogFormat::kText);
  World world;
  world.bundle = BundleIn(options.zone);
  if (world.bundle == nullptr) return 1;
  // With a 29 February in it, and the changes of the clock of spring.
  world.quarter.zone = world.bundle->time_zone;
  world.quarter.start = absl::FromCivil(absl::CivilDay(2028, 1, 15), world.quarter.zone);
  world.quarter.end = absl::FromCivil(absl::CivilDay(2028, 4, 16), world.quarter.zone);
  world.quarter.seed = options.seed;
  std::string directory = absl::StrCat(
      options.dir.empty() ? std::filesystem::temp_directory_path().string() : options.dir,
      "/leadgrade-quarter-XXXXXX");
  if (mkdtemp(directory.data()) == nullptr) return 1;
  world.data = directory + "/store";
  const std::vector<Scheduled> schedule = Schedule(world.quarter, options.first, options.leads);
  world.schedule = &schedule;
  Journal journal(schedule.size());
  world.journal = &journal;

  std::mt19937_64 random(options.seed);
  const std::vector<Kill> kills = Kills(world.quarter, options.leads, options.kills, random);
  std::vector<Stretch> stretches;
  bool good = Run(world, kills, random, &stretches);
  const absl::Time ran = absl::Now();
  Verdict verdict;
  if (good) {
    store::RocksDbOptions store_options;
    store_options.path = world.data;
    const auto store = store::OpenRocksDbStore(store_options);
    if (!store.ok()) return 1;
    verdict = Judge(world, stretches, **store);
  }
  std::filesystem::remove_all(directory);
  for (const std::string& finding : verdict.findings) {
    std::fprintf(stderr, "%s\n", finding.c_str());
  }
  const size_t killed = stretches.size() - 1;
  // The last few may find the quarter over.
  good = good && verdict.wrong == 0 && killed + 4 >= kills.size();
  std::printf(
      "%s: %d leads in %s, seed %llu: %zu inputs and looks, %lld changes (%lld by the clock), %lld "
      "forecasts of %lld steps, %zu kills, latest after %s; %lld wrong; %.1f s run, %.1f s "
      "checked\n",
      good ? "passed" : "FAILED", options.leads, options.zone.c_str(),
      static_cast<unsigned long long>(options.seed), schedule.size(),
      static_cast<long long>(verdict.changes), static_cast<long long>(verdict.by_clock),
      static_cast<long long>(verdict.probes), static_cast<long long>(verdict.forecast_steps),
      killed, absl::FormatDuration(verdict.worst_lateness).c_str(),
      static_cast<long long>(verdict.wrong), absl::ToDoubleSeconds(ran - begin),
      absl::ToDoubleSeconds(absl::Now() - ran));
  return good ? 0 : 1;
}

}  // namespace
}  // namespace leadgrade::simulation

int main(int argc, char** argv) {
  leadgrade::simulation::Options options;
  if (!leadgrade::simulation::Parse(argc, argv, &options)) {
    std::fprintf(
        stderr,
        "usage: %s [--leads N] [--first N] [--seed N] [--zone NAME] [--kills N] [--dir DIR]\n",
        argv[0]);
    return 2;
  }
  return leadgrade::simulation::Main(options);
}
