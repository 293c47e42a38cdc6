// A bare gRPC callback server that answers every call with a reply of a fixed size: the ceiling
// that scoring a stored lead is measured against.
//
// usage: bench_echo_server ADDRESS REPLY_BYTES
#include <grpcpp/grpcpp.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "echo.grpc.pb.h"

namespace {

class EchoService final : public leadgrade::bench::EchoService::CallbackService {
 public:
  explicit EchoService(size_t reply_bytes) : payload_(reply_bytes, 'x') {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const leadgrade::bench::EchoRequest*,
                                 leadgrade::bench::EchoReply* reply) override {
    reply->set_payload(payload_);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const std::string payload_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s ADDRESS REPLY_BYTES\n", argv[0]);
    return 2;
  }
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  EchoService service(static_cast<size_t>(std::atol(argv[2])));
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(argv[1], grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::fprintf(stderr, "cannot listen on %s\n", argv[1]);
    return 5;
  }
  std::printf("ready port=%d\n", port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop_signals, &signal);
  server->Shutdown();
  return 0;
}
