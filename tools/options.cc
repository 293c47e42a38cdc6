#include "tools/options.h"

#include <algorithm>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace leadgrade::tools {

void AddFormat(CLI::App* command, std::string* format, const std::vector<std::string>& allowed) {
  *format = allowed.front();
  const std::string names = absl::StrJoin(allowed, "|");
  command->add_option("--format", *format, "How to print it")
      ->check([allowed, names](const std::string& given) -> std::string {
        const bool known = std::find(allowed.begin(), allowed.end(), given) != allowed.end();
        return known ? "" : absl::StrCat("expected ", names, "; got `", given, "`");
      })
      ->type_name(names)
      ->capture_default_str();
}

void AddServer(CLI::App* command, std::string* address) {
  *address = "127.0.0.1:7600";
  command->add_option("--server", *address, "The server's gRPC address")
      ->check([](const std::string& given) { return CheckServerAddress(given); })
      ->type_name("ADDR")
      ->capture_default_str();
}

void AddGrades(CLI::App* command, std::vector<std::string>* grades) {
  command
      ->add_option("--grade", *grades,
                   "Only leads with this grade on record; may be given more than once")
      ->type_name("GRADE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void AddLanguage(CLI::App* command, std::string* language) {
  *language = "en";
  command->add_option("--language", *language, "Language of the texts: `zh` or `en`")
      ->type_name("TAG")
      ->capture_default_str();
}

std::string CheckServerAddress(const std::string& address) {
  for (const char* scheme : {"unix:", "dns:", "ipv4:", "ipv6:"}) {
    if (absl::StartsWith(address, scheme)) return "";
  }
  // The port stands after the last colon; an IPv6 host in brackets has colons of its own.
  const size_t colon = address.rfind(':');
  const std::string host = colon == std::string::npos ? "" : address.substr(0, colon);
  const bool bare_ipv6 = host.find(':') != std::string::npos && !absl::StartsWith(host, "[");
  int port = 0;
  if (!host.empty() && !bare_ipv6 && absl::SimpleAtoi(address.substr(colon + 1), &port) &&
      port >= 1 && port <= 65535) {
    return "";
  }
  return absl::StrCat("expected HOST:PORT, such as 127.0.0.1:7600; got `", address, "`");
}

}  // namespace leadgrade::tools
