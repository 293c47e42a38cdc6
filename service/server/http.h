// The operator's side, over HTTP/1.1: metrics and health. Read only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/server/address.h"

namespace leadgrade::server {

// What the pages show. Called on the HTTP server's threads.
struct HttpPages {
  std::function<std::string()> metrics;    // Prometheus' text format
  std::function<std::string()> not_ready;  // why the service takes no calls; empty: it does
};

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string allow;  // of a 405
};

// GET and HEAD of /metrics, /healthz and /readyz; 404 for other paths, 405 for other methods.
HttpReply AnswerHttp(absl::string_view method, absl::string_view path, const HttpPages& pages);

// Serves AnswerHttp on two threads of its own, from Listen to destruction. A connection is for one
// request, so that idle ones of scrapers and probes do not occupy the threads; it is cut after five
// seconds, and after 16 KiB received. A request's body is not looked at.
class HttpServer {
 public:
  // kUnavailable, naming the address and the reason, where it can't listen.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const Address& address,
                                                            HttpPages pages);
  // Cuts the connections that are open.
  ~HttpServer();

  // With the port that was found, where any was asked for.
  const Address& address() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace leadgrade::server
