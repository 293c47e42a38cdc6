// One connection to the HTTP server, with bounds that the library does not have: on how long it
// takes as a whole and on how much is read. So no client occupies one of the few threads for long,
// however slowly it sends, or makes the library keep headers without end.
#pragma once

#include <httplib.h>

#include <string>

#include "absl/time/time.h"

namespace leadgrade::server {

// Not thread safe; borrows the socket.
class BoundedStream : public httplib::Stream {
 public:
  // Reads and writes fail once `timeout` has passed from now, and after `max_bytes` were read.
  BoundedStream(socket_t socket, absl::Duration timeout, size_t max_bytes);

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

  // Says that nothing more is written, and reads what the client still sends, within the bounds:
  // closing a socket with unread bytes would take the reply back.
  void End();

 private:
  // Waits for one of the events of poll(2), till the deadline.
  bool WaitFor(short events) const;

  const socket_t socket_;
  const absl::Time deadline_;
  size_t bytes_left_;
};

}  // namespace leadgrade::server
