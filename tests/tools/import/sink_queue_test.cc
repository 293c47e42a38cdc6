#include "tools/import/sink_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "absl/strings/match.h"
#include "tests/tools/import/fake_sink.h"

namespace leadgrade::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

std::unique_ptr<ImportBatch> Batch(const std::vector<std::string>& ids) {
  auto batch = std::make_unique<ImportBatch>();
  for (const std::string& id : ids) {
    batch->request().add_leads()->mutable_lead()->set_name("leads/" + id);
  }
  batch->AddRow(1, ids.empty() ? "none" : ids.front());
  return batch;
}

// The text of each batch's first row, as they come back.
class SinkQueueTest : public ::testing::Test {
 protected:
  SinkQueue::Done Note() {
    return [this](ImportBatch& batch) {
      done_.emplace_back(batch.Text(batch.rows().front()));
      statuses_.push_back(batch.status);
    };
  }

  FakeSink sink_;
  std::vector<std::string> done_;
  std::vector<absl::Status> statuses_;
};

TEST_F(SinkQueueTest, GivesBatchesBackInOrderThoughLaterOnesAreQuicker) {
  sink_.max_calls = 2;
  std::promise<void> second_is_through;
  sink_.on_import = [&](const std::vector<std::string>& ids) {
    if (ids.front() == "a") second_is_through.get_future().wait();
    if (ids.front() == "b") second_is_through.set_value();
    return absl::OkStatus();
  };
  SinkQueue queue(sink_, Note());
  EXPECT_TRUE(queue.Push(Batch({"a"})).ok());
  EXPECT_TRUE(queue.Push(Batch({"b"})).ok());
  EXPECT_TRUE(queue.Push(Batch({})).ok());
  EXPECT_TRUE(queue.Push(Batch({"c"})).ok());
  EXPECT_TRUE(queue.Finish().ok());
  EXPECT_THAT(done_, ElementsAre("a", "b", "none", "c"));
  EXPECT_THAT(sink_.requests(), UnorderedElementsAre("a", "b", "c"));
}

TEST_F(SinkQueueTest, KeepsTheBatchesOfOneLeadApart) {
  sink_.max_calls = 4;
  std::atomic<int> running{0};
  std::atomic<bool> together{false};
  sink_.on_import = [&](const std::vector<std::string>& ids) {
    if (ids.back() != "x") return absl::OkStatus();
    if (++running > 1) together = true;
    std::this_thread::yield();
    --running;
    return absl::OkStatus();
  };
  SinkQueue queue(sink_, Note());
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(queue.Push(Batch({std::to_string(i), "x"})).ok());
    EXPECT_TRUE(queue.Push(Batch({std::to_string(1000 + i)})).ok());
  }
  EXPECT_TRUE(queue.Finish().ok());
  EXPECT_FALSE(together);
  std::vector<std::string> with_x;
  for (const std::string& request : sink_.requests()) {
    if (absl::EndsWith(request, " x")) with_x.push_back(request);
  }
  ASSERT_EQ(with_x.size(), 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(with_x[i], std::to_string(i) + " x");
}

TEST_F(SinkQueueTest, AfterAFailureNothingMoreIsBegunWith) {
  sink_.on_import = [&](const std::vector<std::string>& ids) {
    return ids.front() == "b" ? absl::UnavailableError("gone") : absl::OkStatus();
  };
  SinkQueue queue(sink_, Note());
  absl::Status status;
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
    if (status.ok()) status = queue.Push(Batch({id}));
  }
  EXPECT_EQ(status, absl::UnavailableError("gone"));
  EXPECT_EQ(queue.Finish(), absl::UnavailableError("gone"));
  EXPECT_THAT(sink_.requests(), ElementsAre("a", "b"));
  EXPECT_EQ(statuses_.front(), absl::OkStatus());
  for (size_t i = 1; i < statuses_.size(); ++i) {
    EXPECT_EQ(statuses_[i], absl::UnavailableError("gone"));
  }
}

TEST_F(SinkQueueTest, WithoutBatchesThereIsNothingToDo) {
  SinkQueue queue(sink_, Note());
  EXPECT_TRUE(queue.Finish().ok());
  EXPECT_THAT(sink_.requests(), ElementsAre());
}

}  // namespace
}  // namespace leadgrade::tools
