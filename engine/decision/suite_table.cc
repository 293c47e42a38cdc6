#include "engine/decision/suite_table.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "engine/decision/suite_expectation.h"
#include "engine/decision/suite_names.h"

namespace leadgrade::decision {
namespace {

using rules::AddIssue;
using rules::Located;
using rules::MapReader;
using rules::YamlEntry;
using rules::YamlNode;

constexpr absl::string_view kExpect = "expect.";
constexpr absl::string_view kOutputs = "expect.outputs.";

// Sets `key` of a map, in the place of what it had.
YamlNode& Set(YamlNode* map, const YamlNode& key, absl::string_view name) {
  if (!map->is_map()) {
    map->kind = YamlNode::Kind::kMap;
    map->offset = key.offset;
  }
  for (YamlEntry& entry : map->entries) {
    if (entry.key.text == name) return entry.value;
  }
  YamlEntry& entry = map->entries.emplace_back();
  entry.key = key;
  entry.key.text = std::string(name);
  return entry.value;
}

std::string TextOf(const YamlNode& node) {
  if (node.is_scalar()) return node.text;
  std::vector<std::string> parts;
  for (const YamlNode& item : node.items) parts.push_back(TextOf(item));
  for (const YamlEntry& entry : node.entries) {
    parts.push_back(absl::StrCat(entry.key.text, " ", TextOf(entry.value)));
  }
  return absl::StrJoin(parts, " ");
}

class TableExpander {
 public:
  TableExpander(const rules::Bundle& bundle, base::IssueList* issues, const Located& test)
      : issues_(issues), names_(bundle, issues), test_(test) {}

  std::vector<TableRow> Expand() {
    const MapReader table(issues_, test_.At(*test_->Find("table")), rules::kTableFormat);
    if (!table.is_map()) return {};
    table.Require("columns");
    table.Require("rows");
    columns_ = table.Texts("columns");
    if (!CheckColumns()) return {};
    base_ = *test_.node;
    base_.entries.erase(
        std::remove_if(base_.entries.begin(), base_.entries.end(),
                       [](const YamlEntry& entry) { return entry.key.text == "table"; }),
        base_.entries.end());
    std::vector<TableRow> rows;
    for (const Located& row : table.List("rows").value_or(std::vector<Located>())) {
      if (auto written = Write(row)) rows.push_back({*std::move(written), row.Span()});
    }
    return rows;
  }

 private:
  bool CheckColumns() {
    std::vector<std::string> known = {"name", "now", "day", "lead"};
    for (const std::string& fact : names_.Facts()) known.push_back(fact);
    for (const rules::KeyFormat& key : rules::kExpectationFormat.keys) {
      known.push_back(absl::StrCat(kExpect, key.name));
    }
    for (const std::string& name : names_.ShownOutputs()) {
      known.push_back(absl::StrCat(kOutputs, name));
    }
    bool all = !columns_.empty();
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string& name = columns_[i]->text;
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        AddIssue(issues_, columns_[i], "unknown-name",
                 absl::StrCat("a table has no column `", name, "`"),
                 base::DidYouMeanOrAll(name, known));
        all = false;
      }
      for (size_t k = 0; k < i; ++k) {
        if (columns_[k]->text != name) continue;
        AddIssue(issues_, columns_[i], "duplicate-name",
                 absl::StrCat("the table has a column `", name, "` already"));
        all = false;
      }
    }
    return all;
  }

  std::optional<YamlNode> Write(const Located& row) {
    if (!row->is_sequence() || row->items.size() != columns_.size()) {
      AddIssue(issues_, row, "wrong-shape",
               absl::StrCat("a row is a list of ", columns_.size(), " cells, one for each column"),
               "an empty cell is `~`");
      return std::nullopt;
    }
    YamlNode written = base_;
    std::vector<std::string> given;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const YamlNode& cell = row->items[i];
      if (cell.is_null()) continue;
      WriteCell(*columns_[i].node, cell, &written);
      if (columns_[i]->text != "name" && !absl::StartsWith(columns_[i]->text, kExpect)) {
        given.push_back(absl::StrCat(columns_[i]->text, " ", TextOf(cell)));
      }
    }
    Name(row, given, &written);
    return written;
  }

  void WriteCell(const YamlNode& column, const YamlNode& cell, YamlNode* written) {
    absl::string_view name = column.text;
    if (name == "name") return;
    if (name == "now" || name == "day" || name == "lead") {
      Set(written, column, name) = cell;
    } else if (absl::ConsumePrefix(&name, kOutputs)) {
      Set(&Set(&Set(written, column, "expect"), column, "outputs"), column, name) = cell;
    } else if (absl::ConsumePrefix(&name, kExpect)) {
      YamlNode& value = Set(&Set(written, column, "expect"), column, name);
      value = cell;
      if (!IsListExpectation(name) || !cell.is_scalar()) return;
      value = YamlNode();
      value.kind = YamlNode::Kind::kSequence;
      value.offset = cell.offset;
      value.items.push_back(cell);
    } else {
      Set(&Set(written, column, "facts"), column, name) = cell;
    }
  }

  // `CASE: ROW`, where the row has no name by its cells.
  void Name(const Located& row, const std::vector<std::string>& given, YamlNode* written) {
    std::string name = absl::StrJoin(given, ", ");
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i]->text == "name" && row->items[i].is_scalar()) name = row->items[i].text;
    }
    for (YamlEntry& entry : written->entries) {
      if (entry.key.text == "name" && entry.value.is_scalar()) {
        entry.value.text = absl::StrCat(entry.value.text, ": ", name);
      }
    }
  }

  base::IssueList* const issues_;
  const SuiteNames names_;
  const Located test_;
  std::vector<Located> columns_;
  YamlNode base_;  // the case without its table
};

}  // namespace

std::vector<TableRow> ExpandTable(const rules::Bundle& bundle, base::IssueList* issues,
                                  const Located& test) {
  return TableExpander(bundle, issues, test).Expand();
}

}  // namespace leadgrade::decision
