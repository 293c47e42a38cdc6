// The gRPC side: the API's services, grpc.health.v1 and server reflection behind one port.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/rpc/services.h"
#include "service/server/address.h"

namespace grpc {
class Server;
}

namespace leadgrade::server {

// gRPC's threads and globals, kept for as long as this lives: without it, whoever happens to be the
// last to use gRPC would have to wait for its threads. What gRPC has to say goes to the log.
class GrpcLibrary {
 public:
  GrpcLibrary();
  ~GrpcLibrary();
  GrpcLibrary(const GrpcLibrary&) = delete;
  GrpcLibrary& operator=(const GrpcLibrary&) = delete;
};

class GrpcServer {
 public:
  // `services` is borrowed, and outlives it. Health is NOT_SERVING at first. kUnavailable, naming
  // the address and the reason, where it can't listen.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Listen(const Address& address,
                                                            rpc::Services& services);
  // Shutdown must have ended.
  ~GrpcServer();

  // With the port that was found, where any was asked for.
  const Address& address() const { return address_; }

  // What grpc.health.v1 says of the server ("") and of each of the API's services. Thread safe.
  void SetServing(bool serving);
  // Takes no calls from here on, and waits for those in flight; cancels what is left at `deadline`.
  // Once.
  void Shutdown(absl::Time deadline);
  // Lets a Shutdown that waits end at once. Thread safe.
  void CancelCalls();

 private:
  GrpcServer(Address address, std::unique_ptr<grpc::Server> server);

  Address address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace leadgrade::server
