#include "engine/decision/suite_facts.h"

#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/facts/fact_row.h"
#include "engine/facts/statements.h"

namespace leadgrade::decision {
namespace {

using facts::FactStatus;
using rules::AddIssue;
using rules::Located;
using rules::MapReader;
using rules::YamlNode;

class StatementReader {
 public:
  StatementReader(const facts::Schema& schema, const facts::Fact& fact, base::IssueList* issues,
                  absl::Time at)
      : schema_(schema), fact_(fact), issues_(issues), at_(at) {}

  void Read(const Located& value) {
    if (!value->is_map()) {
      facts::StatedFact stated;
      stated.observed_time = at_;
      if (ReadValue(value, &stated)) statements_.push_back(std::move(stated));
    } else if (value->Find("statements") != nullptr) {
      const MapReader reader(issues_, value, rules::kStatementsFormat);
      for (const Located& item : reader.List("statements").value_or(std::vector<Located>())) {
        ReadStatement(item);
      }
    } else {
      ReadStatement(value);
    }
  }

  std::vector<facts::StatedFact> Take() { return std::move(statements_); }

 private:
  bool ReadValue(const Located& at, facts::StatedFact* stated) {
    auto accepted = facts::Accept(fact_, ValueAsWritten(*at.node));
    if (accepted.ok()) {
      stated->value = *std::move(accepted);
      return true;
    }
    AddIssue(issues_, at, "bad-value",
             absl::StrCat("`", fact_.name, "`: ", accepted.status().message()));
    return false;
  }

  void ReadStatement(const Located& at) {
    const MapReader reader(issues_, at, rules::kStatementFormat);
    if (!reader.is_map()) return;
    facts::StatedFact stated;
    stated.status = ReadStatus(reader);
    stated.source = reader.Text("source").value_or("");
    stated.role = ReadRole(reader);
    stated.observed_time = ReadInstant(issues_, reader.Find("observedTime")).value_or(at_);
    stated.expire_time =
        ReadInstant(issues_, reader.Find("expireTime")).value_or(absl::InfiniteFuture());
    if (stated.status == FactStatus::kUnknown) {
      if (const auto value = reader.Find("value")) {
        AddIssue(issues_, *value, "bad-value", "a fact that is said to be unknown has no value");
      }
    } else {
      const auto value = reader.Require("value");
      if (!value.has_value() || !ReadValue(*value, &stated)) return;
    }
    statements_.push_back(std::move(stated));
  }

  FactStatus ReadStatus(const MapReader& reader) {
    const std::optional<std::string> text = reader.Text("status");
    if (!text.has_value()) return FactStatus::kConfirmed;
    std::vector<std::string> names;
    for (const auto& [name, status] : facts::kFactStatusNames) {
      if (*text == name) return status;
      names.emplace_back(name);
    }
    AddIssue(issues_, *reader.Find("status"), "bad-value",
             absl::StrCat("`", *text, "` is no status"), base::DidYouMeanOrAll(*text, names));
    return FactStatus::kConfirmed;
  }

  std::string ReadRole(const MapReader& reader) {
    const std::string role = reader.Text("sourceRole").value_or("");
    const auto& roles = schema_.source_roles;
    if (!role.empty() && roles != nullptr && !roles->OrdinalOf(role).has_value()) {
      AddIssue(issues_, *reader.Find("sourceRole"), "unknown-name",
               absl::StrCat("`", role, "` is no ", roles->name),
               base::DidYouMeanOrAll(role, roles->values));
    }
    return role;
  }

  const facts::Schema& schema_;
  const facts::Fact& fact_;
  base::IssueList* issues_;
  const absl::Time at_;
  std::vector<facts::StatedFact> statements_;
};

}  // namespace

facts::FactValue ValueAsWritten(const YamlNode& node) {
  if (node.is_null()) return {std::monostate()};
  if (node.is_sequence()) {
    facts::FactList list;
    for (const YamlNode& item : node.items) list.push_back(ValueAsWritten(item));
    return {std::move(list)};
  }
  if (!node.plain) return {node.text};
  if (node.text == "true" || node.text == "false") return {node.text == "true"};
  int64_t whole = 0;
  if (absl::SimpleAtoi(node.text, &whole)) return {whole};
  double real = 0;
  if (absl::SimpleAtod(node.text, &real)) return {real};
  return {node.text};
}

std::vector<facts::StatedFact> ReadStatements(const facts::Schema& schema, base::IssueList* issues,
                                              const Located& name, const Located& value,
                                              absl::Time at) {
  const facts::Fact* fact = schema.Find(name->text);
  if (fact == nullptr) {
    std::vector<std::string> known;
    for (const facts::Fact& declared : schema.facts) known.push_back(declared.name);
    AddIssue(issues, name, "unknown-name", absl::StrCat("unknown fact `", name->text, "`"),
             base::DidYouMeanOrAll(name->text, known));
    return {};
  }
  StatementReader reader(schema, *fact, issues, at);
  reader.Read(value);
  return reader.Take();
}

std::optional<absl::Time> ReadInstant(base::IssueList* issues, const std::optional<Located>& at) {
  if (!at.has_value()) return std::nullopt;
  const std::optional<std::string> text = rules::ReadText(issues, *at);
  absl::Time time = absl::UnixEpoch();
  if (text.has_value() && (!absl::ParseTime(absl::RFC3339_full, *text, &time, nullptr) ||
                           time == absl::InfiniteFuture() || time == absl::InfinitePast())) {
    AddIssue(issues, *at, "bad-value", absl::StrCat("`", *text, "` is no instant"),
             "with its offset, such as `2026-03-01T09:30:00+08:00`");
  }
  return time;
}

}  // namespace leadgrade::decision
