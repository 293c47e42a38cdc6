#include "engine/base/zone_name.h"

#include <gtest/gtest.h>

#include <string>

namespace leadgrade::base {
namespace {

TEST(ZoneName, TakesWhatIanaNamesLookLike) {
  for (const char* name : {"UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+5",
                           "America/Port-au-Prince"}) {
    EXPECT_TRUE(IsZoneName(name)) << name;
  }
  EXPECT_TRUE(IsZoneName(std::string(64, 'a')));
}

TEST(ZoneName, RefusesWhatWouldOpenOtherFiles) {
  for (const char* name : {"", "/etc/localtime", "file:/etc/localtime", "../localtime",
                           "Asia/../../../etc/passwd", "libc:localtime", "Asia/\xE4\xB8\x8A"}) {
    EXPECT_FALSE(IsZoneName(name)) << name;
  }
  EXPECT_FALSE(IsZoneName(std::string(65, 'a')));
  EXPECT_FALSE(IsZoneName(absl::string_view("UTC\0", 4)));
}

}  // namespace
}  // namespace leadgrade::base
