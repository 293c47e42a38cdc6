// Records single events over gRPC from a number of writers, each waiting for its reply before the
// next, and prints one JSON line: how many were acknowledged, in how long, and the latencies.
//
// usage: bench_record_client ADDRESS WRITERS SECONDS LEADS
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "leadgrade/v1/lead_service.grpc.pb.h"

namespace {

using SteadyClock = std::chrono::steady_clock;

// Latencies in microseconds of what one writer got acknowledged; stops at the first error.
std::vector<double> Write(const std::string& address, int writer, int leads,
                          SteadyClock::time_point end) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("grpc.use_local_subchannel_pool", 1);
  auto stub = leadgrade::v1::LeadService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  std::vector<double> latencies;
  for (int i = 0; SteadyClock::now() < end; ++i) {
    leadgrade::v1::RecordEventsRequest request;
    request.set_create_missing_leads(true);
    leadgrade::v1::Event* event = request.add_events();
    event->set_lead("leads/bench-" + std::to_string((i * 7919 + writer * 104729) % leads));
    event->set_event_id(std::to_string(writer) + "-" + std::to_string(i));
    event->set_type("visit");
    grpc::ClientContext context;
    leadgrade::v1::RecordEventsResponse response;
    const auto begin = SteadyClock::now();
    const grpc::Status status = stub->RecordEvents(&context, request, &response);
    if (!status.ok()) {
      std::fprintf(stderr, "RecordEvents: %s\n", status.error_message().c_str());
      return latencies;
    }
    latencies.push_back(
        std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count());
  }
  return latencies;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s ADDRESS WRITERS SECONDS LEADS\n", argv[0]);
    return 2;
  }
  const int writers = std::atoi(argv[2]);
  const auto begin = SteadyClock::now();
  const auto end = begin + std::chrono::seconds(std::atoi(argv[3]));
  std::vector<std::vector<double>> per_writer(writers);
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w) {
    threads.emplace_back([&, w] { per_writer[w] = Write(argv[1], w, std::atoi(argv[4]), end); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();

  std::vector<double> all;
  for (const auto& latencies : per_writer) {
    all.insert(all.end(), latencies.begin(), latencies.end());
  }
  if (all.empty()) return 1;
  std::sort(all.begin(), all.end());
  std::printf(
      "{\"events\": %zu, \"seconds\": %.3f, \"per_second\": %.1f, \"p50_us\": %.1f, "
      "\"p99_us\": %.1f}\n",
      all.size(), seconds, all.size() / seconds, all[all.size() / 2], all[all.size() * 99 / 100]);
  return 0;
}
