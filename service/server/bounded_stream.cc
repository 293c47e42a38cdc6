#include "service/server/bounded_stream.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "absl/time/clock.h"

namespace leadgrade::server {
namespace {

void Describe(const sockaddr_storage& address, socklen_t length, std::string& ip, int& port) {
  char host[NI_MAXHOST];
  char service[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, host, sizeof(host), service,
                  sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
    ip = host;
    port = std::atoi(service);
  }
}

}  // namespace

BoundedStream::BoundedStream(socket_t socket, absl::Duration timeout, size_t max_bytes)
    : socket_(socket), deadline_(absl::Now() + timeout), bytes_left_(max_bytes) {}

bool BoundedStream::WaitFor(short events) const {
  pollfd wanted = {socket_, events, 0};
  while (true) {
    const absl::Duration left = deadline_ - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    const int ready = poll(&wanted, 1, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool BoundedStream::is_readable() const { return bytes_left_ > 0 && WaitFor(POLLIN); }

bool BoundedStream::is_writable() const { return WaitFor(POLLOUT); }

ssize_t BoundedStream::read(char* to, size_t size) {
  if (!is_readable()) return -1;
  const ssize_t count = recv(socket_, to, std::min(size, bytes_left_), MSG_DONTWAIT);
  if (count > 0) bytes_left_ -= static_cast<size_t>(count);
  return count;
}

ssize_t BoundedStream::write(const char* from, size_t size) {
  if (!is_writable()) return -1;
  return send(socket_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void BoundedStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address = {};
  socklen_t length = sizeof(address);
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
    Describe(address, length, ip, port);
  }
}

void BoundedStream::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address = {};
  socklen_t length = sizeof(address);
  if (getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
    Describe(address, length, ip, port);
  }
}

void BoundedStream::End() {
  shutdown(socket_, SHUT_WR);
  char ignored[1024];
  while (read(ignored, sizeof(ignored)) > 0) {
  }
}

}  // namespace leadgrade::server
