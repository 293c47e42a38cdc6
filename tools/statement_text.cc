#include "tools/statement_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/labels.h"
#include "tools/terminal_text.h"

namespace leadgrade::tools {
namespace {

std::string StatusText(v1::FactStatus status, const std::string& language) {
  switch (status) {
    case v1::FACT_STATUS_CLAIMED:
      return Label(language, "声称", "claimed");
    case v1::FACT_STATUS_UNKNOWN:
      return Label(language, "问过，未告知", "asked, not told");
    case v1::FACT_STATUS_REFUTED:
      return Label(language, "已证伪", "refuted");
    default:
      return Label(language, "已确认", "confirmed");
  }
}

}  // namespace

std::string StatementText(const v1::FactStatement& statement, const Reader& reader) {
  std::vector<std::string> traits = {StatusText(statement.status(), reader.language)};
  for (const std::string& who : {statement.source(), statement.source_role()}) {
    if (!who.empty()) traits.push_back(Printable(who));
  }
  if (statement.has_observed_time()) {
    traits.push_back(TimeText(statement.observed_time(), reader.zone));
  }
  if (statement.has_expire_time()) {
    traits.push_back(absl::StrCat(Label(reader.language, "有效到 ", "until "),
                                  TimeText(statement.expire_time(), reader.zone)));
  }
  const bool told = statement.status() != v1::FACT_STATUS_UNKNOWN;
  return absl::StrCat(told ? Printable(ValueText(statement.value())) : "?", " (",
                      absl::StrJoin(traits, ", "), ")");
}

}  // namespace leadgrade::tools
