// The parts of the lint, a topic each. See lint.h.
#pragma once

#include <string>
#include <vector>

#include "engine/analysis/form.h"
#include "engine/analysis/source_lines.h"
#include "engine/base/issue.h"
#include "engine/rules/bundle.h"

namespace leadgrade::analysis {

// What the parts work on, and where they put what they find.
class LintRun {
 public:
  LintRun(const rules::Bundle& bundle, const rules::BundleFiles& files)
      : bundle_(bundle), lines_(files) {}

  const rules::Bundle& bundle() const { return bundle_; }
  void Report(const char* code, const base::SourceSpan& span, std::string message,
              std::string hint);
  // The place of a piece of a rule's condition. `range`: in the source of its `when`.
  base::SourceSpan PlaceOf(const rules::Rule& rule, const cel::Range& range);
  // The place of a piece of what stands behind a name: a fact's derivation.
  base::SourceSpan PlaceBehind(const base::SourceSpan& name, absl::string_view piece);
  std::vector<base::Issue> Finish();

 private:
  const rules::Bundle& bundle_;
  SourceLines lines_;
  std::vector<base::Issue> findings_;
};

// A rule, and its condition in its form.
struct FormedRule {
  const rules::Rule* rule = nullptr;
  Form form;
  std::string outputs;  // what it gives, as text
};
std::vector<FormedRule> FormRules(const rules::RuleSet& set);

// The piece of a program's source; of what is out of it "".
std::string SourceOf(const cel::Program& program, const cel::Range& range);

void LintUnused(LintRun* run);
void LintDescriptions(LintRun* run);
void LintDuplicates(LintRun* run);
void LintGaps(LintRun* run);
void LintNumbers(LintRun* run);

}  // namespace leadgrade::analysis
