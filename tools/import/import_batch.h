// Some rows of an import, on their way together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "leadgrade/v1/lead_service.pb.h"

namespace leadgrade::tools {

class ImportBatch {
 public:
  struct Row {
    int64_t line = 1;
    size_t begin = 0, size = 0;  // of its text
    int lead = -1;               // its place in the request; -1: `error` says why it has none
    bool is_rest = false;        // a further part of the row before, for the rejects
    std::string error;
  };

  v1::ImportLeadsRequest& request() { return *request_; }
  const v1::ImportLeadsRequest& request() const { return *request_; }
  v1::ImportLeadsResponse& response() { return *response_; }

  // The text is copied.
  Row& AddRow(int64_t line, absl::string_view text) {
    Row& row = rows_.emplace_back();
    row.line = line;
    row.begin = texts_.size();
    row.size = text.size();
    texts_.append(text.data(), text.size());
    return row;
  }
  const std::vector<Row>& rows() const { return rows_; }
  absl::string_view Text(const Row& row) const {
    return absl::string_view(texts_).substr(row.begin, row.size);
  }
  size_t text_bytes() const { return texts_.size(); }

  // What the sink gave.
  absl::Status status;

 private:
  google::protobuf::Arena arena_;
  v1::ImportLeadsRequest* const request_ =
      google::protobuf::Arena::CreateMessage<v1::ImportLeadsRequest>(&arena_);
  v1::ImportLeadsResponse* const response_ =
      google::protobuf::Arena::CreateMessage<v1::ImportLeadsResponse>(&arena_);
  std::vector<Row> rows_;
  std::string texts_;
};

}  // namespace leadgrade::tools
