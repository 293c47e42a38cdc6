// Options that several subcommands have, declared alike.
#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"

namespace leadgrade::tools {

// `--format`, one of `allowed`; the first is the default and is set.
void AddFormat(CLI::App* command, std::string* format, const std::vector<std::string>& allowed);

// `--server ADDR`, default 127.0.0.1:7600: HOST:PORT, or an address with a scheme of gRPC
// (`unix:`, `dns:`, `ipv4:`, `ipv6:`).
void AddServer(CLI::App* command, std::string* address);

// `--grade GRADE`, once for each.
void AddGrades(CLI::App* command, std::vector<std::string>* grades);

// `--language`, a BCP 47 tag, default `en`.
void AddLanguage(CLI::App* command, std::string* language);

// Empty where the address is one AddServer takes; else what is wrong with it.
std::string CheckServerAddress(const std::string& address);

}  // namespace leadgrade::tools
