#include "tools/report.h"

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace leadgrade::tools {

using Json = nlohmann::ordered_json;

std::string Count(size_t number, const char* what) {
  return absl::StrCat(number, " ", what, number == 1 ? "" : "s");
}

const char* NameOf(base::Severity severity) {
  return severity == base::Severity::kError ? "error" : "warning";
}

std::string Words(const base::Issue& issue) {
  return issue.hint.empty() ? issue.message : absl::StrCat(issue.message, "; ", issue.hint);
}

Json IssueJson(const base::Issue& issue) {
  return {{"severity", NameOf(issue.severity)},
          {"code", issue.code},
          {"file", issue.span.file},
          {"line", issue.span.line},
          {"column", issue.span.column},
          {"length", issue.span.length},
          {"message", issue.message},
          {"hint", issue.hint}};
}

Json IssuesJson(const std::vector<base::Issue>& issues) {
  Json list = Json::array();
  for (const base::Issue& issue : issues) list.push_back(IssueJson(issue));
  return list;
}

std::string Dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace leadgrade::tools
