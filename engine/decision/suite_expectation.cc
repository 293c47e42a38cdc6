#include "engine/decision/suite_expectation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/decision/suite_facts.h"
#include "engine/decision/suite_names.h"
#include "engine/facts/fact_row.h"

namespace leadgrade::decision {
namespace {

using rules::AddIssue;
using rules::Located;
using rules::MapReader;

class ExpectationReader {
 public:
  ExpectationReader(const rules::Bundle& bundle, base::IssueList* issues)
      : bundle_(bundle), issues_(issues), names_(bundle, issues) {}

  Expectation Read(const Located& at) {
    Expectation expect;
    const MapReader reader(issues_, at, rules::kExpectationFormat);
    if (!reader.is_map()) return expect;
    for (const auto& [key, target] :
         {std::pair("grade", &expect.grade), {"potentialGrade", &expect.potential_grade}}) {
      const auto grade = reader.Find(key);
      if (grade.has_value() && names_.IsGrade(*grade)) *target = (*grade)->text;
    }
    expect.provisional = reader.Bool("provisional");
    expect.score = reader.Number("score");
    expect.potential_score = reader.Number("potentialScore");
    const auto until = reader.Find("validUntil");
    const bool never = until.has_value() && (*until)->is_scalar() && (*until)->text == "never";
    expect.valid_until = never ? absl::InfiniteFuture() : ReadInstant(issues_, until);
    if (const auto outputs = reader.Find("outputs")) ReadOutputs(*outputs, &expect);
    ReadLists(reader, &expect);
    return expect;
  }

 private:
  void ReadLists(const MapReader& reader, Expectation* expect) {
    expect->attainable_grades = Texts(reader, "attainableGrades");
    expect->missing_facts = Texts(reader, "missingFacts");
    expect->conflicts = Texts(reader, "conflicts");
    expect->reasons = Texts(reader, "reasons");
    expect->actions = Texts(reader, "actions");
    expect->issues = Texts(reader, "issues");
    names_.CheckList(reader, "reasons", names_.RuleIds());
    names_.CheckList(reader, "attainableGrades", bundle_.grade_enum->values);
    names_.CheckList(reader, "missingFacts", names_.Facts());
    names_.CheckList(reader, "conflicts", names_.Facts());
    names_.CheckList(reader, "issues",
                     {"evaluation-error", "hit-policy-conflict", "no-outcome", "unreadable-fact"});
    if (bundle_.action_enum != nullptr) {
      names_.CheckList(reader, "actions", bundle_.action_enum->values);
    }
  }

  static std::optional<std::vector<std::string>> Texts(const MapReader& reader,
                                                       absl::string_view key) {
    if (!reader.Find(key).has_value()) return std::nullopt;
    std::vector<std::string> names;
    for (const Located& item : reader.Texts(key)) names.push_back(item->text);
    return names;
  }

  void ReadOutputs(const Located& at, Expectation* expect) {
    if (!at->is_map()) {
      AddIssue(issues_, at, "wrong-shape", "expected a map of outputs to values");
      return;
    }
    const std::vector<std::string> shown = names_.ShownOutputs();
    for (const auto& [key, value] : at->entries) {
      if (std::find(shown.begin(), shown.end(), key.text) == shown.end()) {
        names_.Check(at.At(key), "`decision.outputs`", shown);
      } else {
        ReadOutput(key.text, at.At(value), expect);
      }
    }
  }

  void ReadOutput(const std::string& name, const Located& value, Expectation* expect) {
    facts::Fact output;
    output.name = name;
    output.type = bundle_.env->FindVariable(name)->type;
    auto accepted = facts::Accept(output, ValueAsWritten(*value.node));
    if (accepted.ok()) {
      expect->outputs.emplace_back(name, *std::move(accepted));
    } else if (value->is_scalar() && value->plain && value->text == "unknown") {
      expect->outputs.emplace_back(name, std::nullopt);
    } else {
      AddIssue(issues_, value, "bad-value",
               absl::StrCat("`", name, "`: ", accepted.status().message()));
    }
  }

  const rules::Bundle& bundle_;
  base::IssueList* const issues_;
  const SuiteNames names_;
};

}  // namespace

Expectation ReadExpectation(const rules::Bundle& bundle, base::IssueList* issues,
                            const Located& at) {
  return ExpectationReader(bundle, issues).Read(at);
}

bool IsListExpectation(absl::string_view key) {
  const rules::KeyFormat* format = rules::kExpectationFormat.Find(key);
  return format != nullptr && format->shape->kind == rules::Shape::Kind::kList;
}

}  // namespace leadgrade::decision
