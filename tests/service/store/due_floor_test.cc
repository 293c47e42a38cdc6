#include "service/store/due_floor.h"

#include <gtest/gtest.h>

namespace leadgrade::store {
namespace {

TEST(DueFloor, BeginsAtTheStart) { EXPECT_EQ(DueFloor().Read().key, ""); }

TEST(DueFloor, RisesToWhatAScanFoundFirst) {
  DueFloor floor;
  floor.Raise(floor.Read(), "b");
  EXPECT_EQ(floor.Read().key, "b");
}

TEST(DueFloor, FallsToAnEntryThatIsAddedBeforeIt) {
  DueFloor floor;
  floor.Raise(floor.Read(), "b");
  floor.Added("c");
  EXPECT_EQ(floor.Read().key, "b");
  floor.Added("a");
  EXPECT_EQ(floor.Read().key, "a");
}

// The scan may have begun before the entry could be read.
TEST(DueFloor, StaysWhereAnEntryWasAddedDuringTheScan) {
  DueFloor floor;
  const DueFloor::Seen seen = floor.Read();
  floor.Added("a");
  floor.Raise(seen, "b");
  EXPECT_EQ(floor.Read().key, "");
}

}  // namespace
}  // namespace leadgrade::store
