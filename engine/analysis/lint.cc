#include "engine/analysis/lint.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/analysis/lint_parts.h"

namespace leadgrade::analysis {

void LintRun::Report(const char* code, const base::SourceSpan& span, std::string message,
                     std::string hint) {
  findings_.push_back({base::Severity::kWarning, code, span, std::move(message), std::move(hint),
                       lines_.LineAt(span)});
}

base::SourceSpan LintRun::PlaceOf(const rules::Rule& rule, const cel::Range& range) {
  const std::string piece = SourceOf(*rule.when, range);
  for (const rules::Term& term : rule.terms) {
    if (range.begin < term.range.begin || range.begin >= term.range.end) continue;
    return lines_.Find(term.span, std::numeric_limits<int>::max(), piece);
  }
  return rule.span;
}

base::SourceSpan LintRun::PlaceBehind(const base::SourceSpan& name, absl::string_view piece) {
  return lines_.Find(name, std::numeric_limits<int>::max(), piece);
}

std::vector<base::Issue> LintRun::Finish() {
  base::IssueList sorted;
  for (base::Issue& finding : findings_) sorted.Add(std::move(finding));
  return sorted.Sorted();
}

std::string SourceOf(const cel::Program& program, const cel::Range& range) {
  const std::string& source = program.source();
  const int begin = std::clamp<int>(range.begin, 0, static_cast<int>(source.size()));
  const int end = std::clamp<int>(range.end, begin, static_cast<int>(source.size()));
  return source.substr(begin, end - begin);
}

std::vector<FormedRule> FormRules(const rules::RuleSet& set) {
  std::vector<FormedRule> formed;
  for (const rules::Rule& rule : set.rules) {
    FormedRule each{&rule, {}, ""};
    if (rule.when != nullptr) {
      each.form = FormOf(rule.when->expr());
    } else {
      each.form.kind = Form::Kind::kAll;
      Rewrite(&each.form);
    }
    for (const auto& value : rule.then) {
      absl::StrAppend(&each.outputs, value == nullptr ? "" : TextOf(value->expr()), ";");
    }
    formed.push_back(std::move(each));
  }
  return formed;
}

std::vector<base::Issue> Lint(const rules::Bundle& bundle, const rules::BundleFiles& files) {
  LintRun run(bundle, files);
  LintUnused(&run);
  LintDescriptions(&run);
  LintDuplicates(&run);
  LintGaps(&run);
  LintNumbers(&run);
  return run.Finish();
}

}  // namespace leadgrade::analysis
