// Where a server listens.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace leadgrade::server {

struct Address {
  std::string host;  // a name or an IP address; IPv6 without brackets
  int port = 0;      // 0 to 65535; 0: any free one
};

// Reads `HOST:PORT`; an IPv6 address stands in brackets. kInvalidArgument with what was expected.
absl::StatusOr<Address> ParseAddress(absl::string_view text);

// The way back.
std::string ToString(const Address& address);

// Why nobody can listen there just now ("Address already in use"), found by trying; for the message
// of a library that does not tell.
std::string WhyNotListening(const Address& address);

}  // namespace leadgrade::server
