#include "service/server/address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace leadgrade::server {
namespace {

constexpr size_t kMaxHostBytes = 253;  // of a name in DNS
constexpr int kMaxPort = 65535;

bool IsHost(absl::string_view host, bool is_ipv6) {
  return !host.empty() && host.size() <= kMaxHostBytes &&
         std::all_of(host.begin(), host.end(), [&](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_' ||
                  (is_ipv6 && (c == ':' || c == '%'));
         });
}

bool IsPort(absl::string_view text, int* port) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, port) && *port <= kMaxPort;
}

}  // namespace

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  Address address;
  if (colon != absl::string_view::npos && IsPort(text.substr(colon + 1), &address.port)) {
    absl::string_view host = text.substr(0, colon);
    const bool is_ipv6 =
        absl::StartsWith(host, "[") && absl::EndsWith(host, "]") && host.size() > 2;
    if (is_ipv6) host = host.substr(1, host.size() - 2);
    if (IsHost(host, is_ipv6)) {
      address.host = std::string(host);
      return address;
    }
  }
  return absl::InvalidArgumentError(absl::StrCat("expected HOST:PORT with a port from 0 to ",
                                                 kMaxPort, ", such as `127.0.0.1:7600`; got `",
                                                 text, "`"));
}

std::string ToString(const Address& address) {
  const bool is_ipv6 = absl::StrContains(address.host, ":");
  return absl::StrCat(is_ipv6 ? "[" : "", address.host, is_ipv6 ? "]" : "", ":", address.port);
}

std::string WhyNotListening(const Address& address) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int looked_up =
      getaddrinfo(address.host.c_str(), absl::StrCat(address.port).c_str(), &hints, &found);
  if (looked_up != 0) return gai_strerror(looked_up);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, freeaddrinfo);
  for (const addrinfo* it = found; it != nullptr; it = it->ai_next) {
    const int fd = socket(it->ai_family, it->ai_socktype | SOCK_CLOEXEC, it->ai_protocol);
    if (fd < 0) return std::strerror(errno);
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    const bool listens = bind(fd, it->ai_addr, it->ai_addrlen) == 0 && listen(fd, 1) == 0;
    const int why = errno;
    close(fd);
    if (!listens) return std::strerror(why);
  }
  return "the reason is not known";
}

}  // namespace leadgrade::server
