#include "service/server/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace leadgrade::server {
namespace {

TEST(Address, ReadsHostAndPort) {
  for (const auto& [text, host, port] : {std::tuple("127.0.0.1:7600", "127.0.0.1", 7600),
                                         {"localhost:0", "localhost", 0},
                                         {"0.0.0.0:65535", "0.0.0.0", 65535},
                                         {"[::1]:80", "::1", 80},
                                         {"[fe80::1%eth0]:80", "fe80::1%eth0", 80},
                                         {"my-host.example:1", "my-host.example", 1}}) {
    const auto address = ParseAddress(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->host, host);
    EXPECT_EQ(address->port, port);
    EXPECT_EQ(ToString(*address), text);
  }
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text :
       {"", ":", ":7600", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:80x", "::1:80", "[::1]", "[]:80", "[::1:80",
        "a b:1", "http://127.0.0.1:80", "host:99999999999999999999"}) {
    const auto address = ParseAddress(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.status().message(),
              absl::StrCat("expected HOST:PORT with a port from 0 to 65535, such as "
                           "`127.0.0.1:7600`; got `",
                           text, "`"));
  }
}

TEST(Address, SaysWhyNobodyCanListen) {
  const int taken = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  getsockname(taken, reinterpret_cast<sockaddr*>(&address), &length);
  EXPECT_EQ(WhyNotListening({"127.0.0.1", ntohs(address.sin_port)}), "Address already in use");
  close(taken);
  // TEST-NET-1: no machine has it.
  EXPECT_EQ(WhyNotListening({"192.0.2.1", 0}), "Cannot assign requested address");
}

}  // namespace
}  // namespace leadgrade::server
