#include "service/server/background_loop.h"

#include <gtest/gtest.h>

#include <future>

namespace leadgrade::server {
namespace {

TEST(BackgroundLoop, StartsAtOnceAndComesAgainWithoutARest) {
  std::promise<void> third;
  int steps = 0;
  const BackgroundLoop loop([&] {
    if (++steps == 3) third.set_value();
    return steps < 3 ? absl::ZeroDuration() : absl::InfiniteDuration();
  });
  third.get_future().wait();
}

TEST(BackgroundLoop, EndsDuringARest) {
  std::promise<void> first;
  {
    const BackgroundLoop loop([&] {
      first.set_value();
      return absl::InfiniteDuration();
    });
    first.get_future().wait();
  }
}

TEST(BackgroundLoop, EndsAfterTheStepThatIsUnderWay) {
  std::promise<void> begun;
  std::promise<void> go_on;
  bool ended = false;
  std::thread releasing;
  {
    const BackgroundLoop loop([&] {
      begun.set_value();
      go_on.get_future().wait();
      ended = true;
      return absl::InfiniteDuration();
    });
    begun.get_future().wait();
    releasing = std::thread([&] { go_on.set_value(); });
  }
  EXPECT_TRUE(ended);
  releasing.join();
}

}  // namespace
}  // namespace leadgrade::server
