// A sink that does what a test says.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/import/lead_sink.h"

namespace leadgrade::tools {

class FakeSink : public LeadSink {
 public:
  int calls() const override { return max_calls; }

  absl::Status Import(const v1::ImportLeadsRequest& request,
                      v1::ImportLeadsResponse* response) override {
    std::vector<std::string> ids;
    for (const v1::ImportedLead& lead : request.leads()) {
      ids.push_back(lead.lead().name().substr(6));
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      requests_.push_back(absl::StrJoin(ids, " "));
    }
    if (on_import) {
      absl::Status status = on_import(ids);
      if (!status.ok()) return status;
    }
    for (const std::string& id : ids) {
      google::rpc::Status* result = response->add_results();
      if (absl::StartsWith(id, "bad")) {
        result->set_code(3);
        result->set_message(absl::StrCat("refused ", id));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Finish() override {
    finished = true;
    return absl::OkStatus();
  }

  // The ids of each request, in order of arrival.
  std::vector<std::string> requests() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }

  int max_calls = 1;
  // Called within Import; its error is what Import gives.
  std::function<absl::Status(const std::vector<std::string>& ids)> on_import;
  bool finished = false;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
};

}  // namespace leadgrade::tools
