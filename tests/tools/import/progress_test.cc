#include "tools/import/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace leadgrade::tools {
namespace {

class ProgressTest : public ::testing::Test {
 protected:
  Progress Make(bool terminal, std::optional<int64_t> total) {
    return Progress(out_, {terminal, total, [this] { return now_; }});
  }
  std::string Printed() {
    const std::string text = out_.str();
    out_.str("");
    return text;
  }

  absl::Time now_ = absl::UnixEpoch();
  std::ostringstream out_;
};

TEST_F(ProgressTest, IsALineEveryFiveSecondsWhereThereIsNoTerminal) {
  Progress progress = Make(false, 1000);
  now_ += absl::Milliseconds(4999);
  progress.Update(100, 100);
  EXPECT_EQ(Printed(), "");
  now_ += absl::Milliseconds(1);
  progress.Update(150, 250);
  EXPECT_EQ(Printed(), "150 rows, 30/s, 25%, 0:15 left\n");
  now_ += absl::Seconds(4);
  progress.Update(200, 300);
  EXPECT_EQ(Printed(), "");
}

TEST_F(ProgressTest, IsABarOnATerminal) {
  Progress progress = Make(true, 1000);
  now_ += absl::Milliseconds(200);
  progress.Update(10, 500);
  EXPECT_EQ(Printed(), "\r\x1b[K[############            ] 10 rows, 50/s, 50%");
  now_ += absl::Seconds(2);
  progress.Update(22, 1000);
  EXPECT_EQ(Printed(), "\r\x1b[K[########################] 22 rows, 10/s, 100%, 0:00 left");
  progress.Clear();
  EXPECT_EQ(Printed(), "\r\x1b[K");
  progress.Clear();
  EXPECT_EQ(Printed(), "");
}

TEST_F(ProgressTest, TellsNoShareWhereTheSizeIsNotKnown) {
  Progress progress = Make(false, std::nullopt);
  now_ += absl::Seconds(10);
  progress.Update(200000, 5);
  EXPECT_EQ(Printed(), "200000 rows, 20000/s\n");
}

TEST_F(ProgressTest, CountsHours) {
  Progress progress = Make(false, 10000);
  now_ += absl::Seconds(5);
  progress.Update(1, 1);
  EXPECT_EQ(Printed(), "1 rows, 0/s, 0%, 13:53:15 left\n");
}

}  // namespace
}  // namespace leadgrade::tools
