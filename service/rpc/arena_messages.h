// A call's messages in one block of memory: what a reply of many small messages is made of costs
// no allocation each.
#pragma once

#include <google/protobuf/arena.h>
#include <grpcpp/support/message_allocator.h>

namespace leadgrade::rpc {

// For SetMessageAllocatorFor_…; lives as long as the server. Thread safe.
template <typename Request, typename Response>
class ArenaMessages : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Holder; }

 private:
  class Holder : public grpc::MessageHolder<Request, Response> {
   public:
    Holder() {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
    }
    void Release() override { delete this; }

   private:
    // Enough for one decision of the usual kind.
    alignas(8) char block_[4096];
    google::protobuf::Arena arena_{block_, sizeof(block_)};
  };
};

}  // namespace leadgrade::rpc
