// Pieces that the reports of `check` and `test` share.
#pragma once

#include <string>
#include <vector>

#include "engine/base/issue.h"
#include "nlohmann/json_fwd.hpp"

namespace leadgrade::tools {

// "1 fact", "2 facts".
std::string Count(size_t number, const char* what);

// "error", "warning".
const char* NameOf(base::Severity severity);
// The message, and the hint behind it where there is one.
std::string Words(const base::Issue& issue);

// {severity, code, file, line, column, length, message, hint}
nlohmann::ordered_json IssueJson(const base::Issue& issue);
nlohmann::ordered_json IssuesJson(const std::vector<base::Issue>& issues);

// Indented, with a line end. Texts that are no UTF-8 are made so.
std::string Dump(const nlohmann::ordered_json& json);

}  // namespace leadgrade::tools
