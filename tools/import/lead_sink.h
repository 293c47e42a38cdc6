// Where an import puts its leads.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "leadgrade/v1/lead_service.pb.h"

namespace leadgrade::tools {

class LeadSink {
 public:
  virtual ~LeadSink() = default;

  // How many calls of Import may run at a time.
  virtual int calls() const = 0;

  // Takes 1 to 1000 leads and fills one result for each, code 0 where it was taken. An error where
  // the import cannot go on: kUnavailable where the place cannot be reached or written to. Thread
  // safe; calls that run at the same time have no lead in common.
  virtual absl::Status Import(const v1::ImportLeadsRequest& request,
                              v1::ImportLeadsResponse* response) = 0;

  // After the last Import: once it returns OK, all that was taken is durable.
  virtual absl::Status Finish() { return absl::OkStatus(); }
};

}  // namespace leadgrade::tools
