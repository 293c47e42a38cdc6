#include "service/server/http.h"

#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "service/server/bounded_stream.h"
#include "service/server/log.h"

namespace leadgrade::server {
namespace {

constexpr size_t kThreads = 2;
// Of one connection, as a whole.
constexpr absl::Duration kMaxTime = absl::Seconds(5);
constexpr size_t kMaxReadBytes = 16 << 10;

HttpReply NotFound() {
  HttpReply reply;
  reply.status = 404;
  reply.body = "not found; there are /metrics, /healthz and /readyz\n";
  return reply;
}

}  // namespace

HttpReply AnswerHttp(absl::string_view method, absl::string_view path, const HttpPages& pages) {
  if (path != "/metrics" && path != "/healthz" && path != "/readyz") return NotFound();
  HttpReply reply;
  if (method != "GET" && method != "HEAD") {
    reply.status = 405;
    reply.allow = "GET, HEAD";
    reply.body = "only GET and HEAD\n";
  } else if (path == "/metrics") {
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    reply.body = pages.metrics();
  } else if (path == "/healthz") {
    reply.body = "ok\n";
  } else if (const std::string why = pages.not_ready(); !why.empty()) {
    reply.status = 503;
    reply.body = absl::StrCat(why, "\n");
  } else {
    reply.body = "ready\n";
  }
  return reply;
}

class HttpServer::Impl : private httplib::Server {
 public:
  explicit Impl(HttpPages pages) : pages_(std::move(pages)) {
    new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    // The library's own default lets a second server share the port unnoticed.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      Answer(request, &response);
      return HandlerResponse::Handled;
    });
    set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
          Log::Error("an HTTP request failed");
          response.status = 500;
        });
  }

  ~Impl() override {
    if (!thread_.joinable()) return;
    // Before it listens it can't be told to stop.
    while (!is_running() && !ended_) std::this_thread::yield();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const socket_t connection : connections_) shutdown(connection, SHUT_RDWR);
      stopping_ = true;
    }
    stop();
    thread_.join();
  }

  bool Start(const Address& address) {
    address_ = address;
    if (address.port == 0) {
      address_.port = bind_to_any_port(address.host);
      if (address_.port <= 0) return false;
    } else if (!bind_to_port(address.host, address.port)) {
      return false;
    }
    thread_ = std::thread([this] { Run(); });
    return true;
  }

  const Address& address() const { return address_; }

 private:
  void Run() {
    listen_after_bind();
    ended_ = true;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) Log::Error("the HTTP server takes no more connections");
  }

  void Answer(const httplib::Request& request, httplib::Response* response) const {
    HttpReply reply = AnswerHttp(request.method, request.path, pages_);
    response->status = reply.status;
    if (!reply.allow.empty()) response->set_header("Allow", reply.allow);
    response->set_content(std::move(reply.body), reply.content_type);
  }

  // Answers one request.
  bool process_and_close_socket(socket_t socket) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      connections_.insert(socket);
      if (stopping_) shutdown(socket, SHUT_RDWR);
    }
    BoundedStream stream(socket, kMaxTime, kMaxReadBytes);
    bool closed = false;
    const bool answered = process_request(stream, /*close_connection=*/true, closed, nullptr);
    stream.End();
    const std::lock_guard<std::mutex> lock(mutex_);
    connections_.erase(socket);
    close(socket);
    return answered;
  }

  const HttpPages pages_;
  Address address_;
  std::mutex mutex_;
  std::set<socket_t> connections_;  // those being answered
  bool stopping_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() = default;

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Listen(const Address& address,
                                                               HttpPages pages) {
  auto impl = std::make_unique<Impl>(std::move(pages));
  if (!impl->Start(address)) {
    return absl::UnavailableError(
        absl::StrCat("can't listen on ", ToString(address), " (http): ", WhyNotListening(address)));
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

const Address& HttpServer::address() const { return impl_->address(); }

}  // namespace leadgrade::server
