#include "service/rpc/lead_filter.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "engine/base/unicode.h"
#include "engine/cel/arena.h"
#include "engine/facts/fact_row.h"
#include "engine/rules/expressions.h"

namespace leadgrade::rpc {
namespace {

// "line 1, column 7": columns count characters.
std::string PlaceOf(absl::string_view source, int begin) {
  absl::string_view before = source.substr(0, begin);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t line_end = before.rfind('\n');
  if (line_end != absl::string_view::npos) before.remove_prefix(line_end + 1);
  int column = 1;
  for (; !before.empty(); ++column) before.remove_prefix(base::FirstCharacter(before).bytes);
  return absl::StrCat("line ", line, ", column ", column);
}

using OutputNames = absl::flat_hash_map<int32_t, std::string>;

OutputNames OutputsOf(const rules::Bundle& bundle) {
  OutputNames names;
  for (const rules::RuleSet& set : bundle.rule_sets) {
    for (const rules::Output& output : set.outputs) {
      names[output.slot] = absl::StrCat(set.name, ".", output.name);
    }
  }
  return names;
}

// Trees are bounded in depth.
void FindOutputs(const cel::Expr& expr, const OutputNames& outputs,
                 std::vector<cel::ExprIssue>* issues) {
  const auto output = outputs.find(expr.slot);
  if (expr.kind == cel::ExprKind::kIdent && output != outputs.end()) {
    issues->push_back({"unknown-name", expr.range,
                       absl::StrCat("`", output->second, "` is an output of a rule set"),
                       "a filter can use facts, aggregates, parameters and `now`"});
  }
  for (const cel::ExprPtr& operand : expr.operands) FindOutputs(*operand, outputs, issues);
  if (expr.comprehension == nullptr) return;
  const cel::Comprehension& fold = *expr.comprehension;
  for (const cel::ExprPtr* part :
       {&fold.range, &fold.init, &fold.condition, &fold.step, &fold.result}) {
    FindOutputs(**part, outputs, issues);
  }
}

}  // namespace

std::shared_ptr<const LeadFilter> LeadFilter::Compile(std::shared_ptr<const rules::Bundle> bundle,
                                                      absl::string_view source,
                                                      std::vector<std::string>* problems) {
  std::vector<cel::ExprIssue> issues;
  auto program = rules::CompileText(source, *bundle->env, cel::Type(cel::TypeKind::kBool), &issues);
  if (program != nullptr) FindOutputs(program->expr(), OutputsOf(*bundle), &issues);
  for (const cel::ExprIssue& issue : issues) {
    problems->push_back(absl::StrCat(PlaceOf(source, issue.range.begin), ": ", issue.message,
                                     issue.hint.empty() ? "" : "; ", issue.hint));
  }
  if (!issues.empty()) return nullptr;
  return std::shared_ptr<const LeadFilter>(new LeadFilter(std::move(bundle), std::move(program)));
}

bool LeadFilter::Passes(const facts::Lead& lead, absl::Time now) const {
  cel::Arena arena;
  std::vector<cel::Value> slots(bundle_->env_slot_count);
  cel::EvalContext context;
  context.slots = slots;
  context.now = now;
  context.zone = bundle_->time_zone;
  context.arena = &arena;
  facts::FillRow(bundle_->schema, lead, context, absl::MakeSpan(slots), nullptr);
  return program_->Eval(context).is_true();
}

}  // namespace leadgrade::rpc
