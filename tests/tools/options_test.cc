#include "tools/options.h"

#include <gtest/gtest.h>

namespace leadgrade::tools {
namespace {

TEST(ServerAddress, IsAHostAndAPort) {
  for (const char* address : {"127.0.0.1:7600", "localhost:1", "[::1]:65535", "crm.example.com:443",
                              "unix:/run/leadgrade.sock", "dns:///crm:7600"}) {
    EXPECT_EQ(CheckServerAddress(address), "");
  }
}

TEST(ServerAddress, NamesWhatWasExpected) {
  for (const char* address :
       {"", "localhost", ":7600", "localhost:", "localhost:0", "localhost:65536", "localhost:http",
        "::1", "http://localhost:7600"}) {
    EXPECT_EQ(CheckServerAddress(address),
              std::string("expected HOST:PORT, such as 127.0.0.1:7600; got `") + address + "`");
  }
}

}  // namespace
}  // namespace leadgrade::tools
