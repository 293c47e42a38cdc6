#include "engine/decision/test_suite.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/decision/explain.h"
#include "engine/decision/snapshot.h"
#include "engine/decision/suite_loader.h"
#include "engine/decision/suite_run.h"
#include "engine/decision/suite_text.h"

namespace leadgrade::decision {
namespace {

// `*` any text, `?` one character. Linear in practice: one point to come back to.
bool Glob(absl::string_view pattern, absl::string_view text) {
  size_t p = 0, t = 0, star = absl::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

class Runner {
 public:
  Runner(const std::shared_ptr<const rules::Bundle>& bundle, const rules::BundleFiles& files,
         const RunOptions& options, base::IssueList* issues)
      : bundle_(bundle),
        files_(files),
        options_(options),
        coverage_(std::make_shared<Coverage>(bundle)),
        on_file_(LoadSnapshots(files, issues)) {}

  SuiteResults Run(const std::vector<SuiteCase>& cases) {
    SuiteResults results;
    for (const SuiteCase& test : cases) {
      const std::string name = absl::StrCat(test.suite, "/", test.name);
      if (options_.filter.empty() || Glob(options_.filter, name)) {
        results.cases.push_back(Run(test));
      } else if (test.snapshot) {
        Keep(test);
      }
    }
    results.coverage = coverage_;
    return results;
  }

  // What is on file and of no case, and what files are to be instead.
  void Finish(SuiteResults* results) const {
    for (const auto& [path, snapshots] : on_file_) {
      const auto taken = taken_.find(path);
      for (const auto& [name, text] : snapshots) {
        if (taken != taken_.end() && taken->second.contains(name)) continue;
        results->stale_snapshots.push_back(absl::StrCat(path, ": ", name));
      }
      if (options_.update_snapshots && taken == taken_.end()) {
        results->snapshot_files[path] = std::nullopt;
      }
    }
    if (!options_.update_snapshots) return;
    for (const auto& [path, snapshots] : taken_) {
      std::string text = WriteSnapshots(suites_.at(path), snapshots);
      const auto file = files_.find(path);
      if (file == files_.end() || file->second != text) {
        results->snapshot_files[path] = std::move(text);
      }
    }
  }

 private:
  CaseResult Run(const SuiteCase& test) {
    CaseResult result;
    result.suite = test.suite;
    result.name = test.name;
    result.span = test.span;
    std::string snapshot;
    LiveThrough(bundle_, test,
                [&](const SuiteStep* step, const facts::Lead& lead, const Decision& decision) {
                  coverage_->Add(lead, decision);
                  if (step == nullptr) return;
                  Check(test, *step, lead, decision, &result);
                  if (test.snapshot) snapshot += SnapshotText(decision);
                });
    if (test.snapshot) CheckSnapshot(test, std::move(snapshot), &result);
    result.passed = result.failures.empty();
    return result;
  }

  void Check(const SuiteCase& test, const SuiteStep& step, const facts::Lead& lead,
             const Decision& decision, CaseResult* result) {
    std::vector<CaseFailure> failures = CheckExpectation(step.expect, decision);
    if (failures.empty()) return;
    AddTraces(Explain(bundle_, lead, decision.now), &failures);
    for (CaseFailure& failure : failures) {
      if (test.stateful) {
        failure.message =
            absl::StrCat(InstantText(step.at, bundle_->time_zone), ": ", failure.message);
      }
      result->failures.push_back(std::move(failure));
    }
  }

  std::string PathOf(const SuiteCase& test) { return SnapshotPath(test.span.file, test.suite); }

  const std::string* OnFile(const std::string& path, const std::string& name) const {
    const auto file = on_file_.find(path);
    if (file == on_file_.end()) return nullptr;
    const auto snapshot = file->second.find(name);
    return snapshot == file->second.end() ? nullptr : &snapshot->second;
  }

  // A case that does not run has the snapshot that it has.
  void Keep(const SuiteCase& test) {
    const std::string path = PathOf(test);
    if (const std::string* text = OnFile(path, test.name)) {
      suites_[path] = test.suite;
      taken_[path][test.name] = *text;
    }
  }

  void CheckSnapshot(const SuiteCase& test, std::string text, CaseResult* result) {
    const std::string path = PathOf(test);
    const std::string* on_file = OnFile(path, test.name);
    suites_[path] = test.suite;
    const std::string& taken = taken_[path][test.name] = std::move(text);
    if (options_.update_snapshots || (on_file != nullptr && *on_file == taken)) return;
    CaseFailure& failure = result->failures.emplace_back();
    failure.what = "snapshot";
    failure.got = taken;
    if (on_file == nullptr) {
      failure.message = "snapshot: there is none yet; `leadgrade test --update` takes it";
    } else {
      failure.expected = *on_file;
      failure.message =
          absl::StrCat("snapshot: the decision is another one; where it is as it should be, ",
                       "`leadgrade test --update` takes it\n", SnapshotDiff(*on_file, taken));
      failure.message.pop_back();
    }
  }

  const std::shared_ptr<const rules::Bundle>& bundle_;
  const rules::BundleFiles& files_;
  const RunOptions& options_;
  const std::shared_ptr<Coverage> coverage_;
  const std::map<std::string, Snapshots> on_file_;
  std::map<std::string, Snapshots> taken_;     // by path
  std::map<std::string, std::string> suites_;  // by path
};

}  // namespace

SuiteResults RunSuites(const std::shared_ptr<const rules::Bundle>& bundle,
                       const rules::BundleFiles& files, const RunOptions& options,
                       base::IssueList* issues) {
  base::IssueList own;
  Runner runner(bundle, files, options, &own);
  SuiteResults results = runner.Run(LoadSuites(*bundle, files, &own));
  if (!own.has_errors()) runner.Finish(&results);
  issues->Append(own);
  return results;
}

}  // namespace leadgrade::decision
