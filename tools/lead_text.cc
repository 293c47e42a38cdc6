#include "tools/lead_text.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/client.h"
#include "tools/labels.h"
#include "tools/statement_text.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

// Facts of which something is said, by name and title: those of the bundle in its order, then the
// others.
std::vector<std::pair<std::string, std::string>> StatedFacts(const v1::Lead& lead,
                                                             const v1::Bundle& bundle) {
  std::vector<std::pair<std::string, std::string>> names;
  std::set<std::string> rest;
  for (const auto& [name, statement] : lead.facts()) rest.insert(name);
  for (const v1::FactStatement& statement : lead.statements()) rest.insert(statement.fact());
  for (const v1::FactDescription& fact : bundle.facts()) {
    if (rest.erase(fact.name()) > 0) names.emplace_back(fact.name(), fact.title());
  }
  for (const std::string& name : rest) names.emplace_back(name, "");
  return names;
}

std::string FactLines(const v1::Lead& lead, const v1::Bundle& bundle, const Reader& reader) {
  std::string lines;
  for (const auto& [name, title] : StatedFacts(lead, bundle)) {
    const auto counts = lead.facts().find(name);
    absl::StrAppend(&lines, "  ", Printable(title.empty() ? name : title), ": ",
                    counts == lead.facts().end() ? Label(reader.language, "未知", "not known")
                                                 : StatementText(counts->second, reader),
                    " [", Printable(name), "]\n");
    for (const v1::FactStatement& other : lead.statements()) {
      if (other.fact() != name) continue;
      const bool shown = counts != lead.facts().end() &&
                         counts->second.status() == other.status() &&
                         counts->second.source() == other.source();
      if (!shown) absl::StrAppend(&lines, "    - ", StatementText(other, reader), "\n");
    }
  }
  return lines;
}

std::string HistoryLines(const v1::Lead& lead, const Reader& reader) {
  std::string lines;
  for (const v1::GradeChange& change : lead.grade_history()) {
    absl::StrAppend(&lines, "  ", TimeText(change.change_time(), reader.zone), "  ",
                    change.from_grade().empty() ? "-" : change.from_grade(), " -> ",
                    change.to_grade(), "  ", CauseText(change.cause(), reader.language),
                    change.rule().empty() ? "" : ", ", change.rule(),
                    change.overridden()
                        ? Label(reader.language, "（人工等级不变）", " (beneath an override)")
                        : "",
                    "\n");
  }
  return lines;
}

}  // namespace

std::string LeadText(const v1::Lead& lead, const v1::Bundle& bundle, const Reader& reader) {
  const std::string& language = reader.language;
  std::string text = std::string(LeadId(lead.name()));
  if (!lead.display_name().empty()) absl::StrAppend(&text, "  ", Printable(lead.display_name()));
  absl::StrAppend(&text, "\n", Label(language, "等级 ", "grade "),
                  lead.grade().empty() ? "-" : lead.grade());
  if (lead.has_grade_valid_until()) {
    absl::StrAppend(&text, Label(language, "（无新消息则保持到 ", " (with no news until "),
                    TimeText(lead.grade_valid_until(), reader.zone), Label(language, "）", ")"));
  }
  if (!lead.owner().empty()) {
    absl::StrAppend(&text, Label(language, "，负责人 ", ", owner "), Printable(lead.owner()));
  }
  absl::StrAppend(&text, Label(language, "，事件 ", ", events "), lead.event_count());
  if (lead.has_create_time()) {
    absl::StrAppend(&text, Label(language, "，创建于 ", ", created "),
                    TimeText(lead.create_time(), reader.zone));
  }
  absl::StrAppend(&text, "\n\n", Label(language, "事实", "facts"), "\n",
                  FactLines(lead, bundle, reader));
  const std::string history = HistoryLines(lead, reader);
  if (!history.empty()) {
    absl::StrAppend(&text, "\n", Label(language, "等级变化", "grade history"), "\n", history);
  }
  return text;
}

std::string CauseText(v1::ChangeCause cause, absl::string_view language) {
  switch (cause) {
    case v1::CHANGE_CAUSE_EVENT:
      return Label(language, "事件", "event");
    case v1::CHANGE_CAUSE_FACT:
      return Label(language, "事实", "fact");
    case v1::CHANGE_CAUSE_TIMER:
      return Label(language, "到时", "timer");
    case v1::CHANGE_CAUSE_BUNDLE:
      return Label(language, "规则", "bundle");
    case v1::CHANGE_CAUSE_IMPORT:
      return Label(language, "导入", "import");
    case v1::CHANGE_CAUSE_OVERRIDE:
      return Label(language, "人工", "override");
    default:
      return "-";
  }
}

}  // namespace leadgrade::tools
