#include "tools/lead_table.h"

#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/client.h"
#include "tools/days_left.h"
#include "tools/labels.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

constexpr int kNameCells = 24;
constexpr int kActionCells = 28;
constexpr int kReasonCells = 72;

std::string OrDash(const std::string& text) { return text.empty() ? "-" : text; }

}  // namespace

DecisionCells CellsOf(const v1::Decision& decision, absl::TimeZone zone) {
  DecisionCells cells;
  const std::optional<int64_t> days = DaysLeft(decision, zone);
  cells.lead = std::string(LeadId(decision.lead()));
  cells.grade = OrDash(decision.grade());
  cells.potential = OrDash(decision.potential_grade());
  cells.days_left = days.has_value() ? absl::StrCat(*days) : "-";
  cells.next_action =
      decision.next_actions().empty() ? "-" : OrDash(decision.next_actions(0).title());
  cells.reason = decision.reasons().empty() ? "-" : OrDash(decision.reasons(0).text());
  return cells;
}

Table MakeLeadTable(bool with_name, absl::string_view language) {
  std::vector<Column> columns = {{Label(language, "线索", "LEAD")}};
  if (with_name) columns.push_back({Label(language, "名称", "NAME"), kNameCells});
  columns.push_back({Label(language, "等级", "GRADE")});
  columns.push_back({Label(language, "最好", "POTENTIAL")});
  columns.push_back({Label(language, "剩余天数", "DAYS LEFT"), 0, true});
  columns.push_back({Label(language, "下一步", "NEXT ACTION"), kActionCells});
  columns.push_back({Label(language, "原因", "REASON"), kReasonCells});
  return Table(std::move(columns), TerminalCells());
}

absl::TimeZone ZoneOf(const std::string& name) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!absl::LoadTimeZone(name, &zone)) {
    std::cerr << "warning: the bundle's time zone `" << Printable(name)
              << "` is not known on this machine; days and times are those of UTC\n";
  }
  return zone;
}

}  // namespace leadgrade::tools
