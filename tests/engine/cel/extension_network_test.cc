#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/engine/cel/workbench.h"

namespace leadgrade::cel {
namespace {

struct Case {
  std::string source, want;
};

void Check(const std::vector<Case>& cases) {
  Workbench bench;
  bench.SetAll();
  for (const Case& test : cases) EXPECT_EQ(bench.Eval(test.source), test.want) << test.source;
}

TEST(NetworkExtension, WritesAddressesInCanonicalForm) {
  for (const auto& [text, canonical] : std::vector<std::pair<std::string, std::string>>{
           {"192.168.0.1", "192.168.0.1"},
           {"0.0.0.0", "0.0.0.0"},
           {"255.255.255.255", "255.255.255.255"},
           {"2001:DB8::68", "2001:db8::68"},
           {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
           {"2001:0db8::0001", "2001:db8::1"},
           {"::", "::"},
           {"0:0:0:0:0:0:0:0", "::"},
           {"::1", "::1"},
           {"1::", "1::"},
           {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
           {"1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},
           {"1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
           {"1::3:4:5:6:7:8", "1:0:3:4:5:6:7:8"},
           {"::ffff:c0a8:1", "192.168.0.1"},
       }) {
    Check({{absl::StrCat("string(ip('", text, "'))"), absl::StrCat("\"", canonical, "\"")},
           {absl::StrCat("ip.isCanonical('", text, "')"), text == canonical ? "true" : "false"},
           {absl::StrCat("isIP('", text, "')"), "true"}});
  }
}

TEST(NetworkExtension, RefusesWhatIsNoAddress) {
  for (const char* bad : {"",
                          "192.168.0.1.0",
                          "192.168.0",
                          "192.168.0.",
                          ".1.2.3",
                          "1..2.3",
                          "256.1.1.1",
                          "1.2.3.04",
                          "1.2.3.0004",
                          "1.2.3.+4",
                          "1.2.3.4 ",
                          "0x1.2.3.4",
                          "2001:db8:::68",
                          ":",
                          ":::",
                          "1:",
                          ":1",
                          "1:2:3:4:5:6:7",
                          "1:2:3:4:5:6:7:8:9",
                          "1::2::3",
                          "::1:2:3:4:5:6:7:8",
                          "1:2:3:4::5:6:7:8",
                          "12345::",
                          "g::",
                          "1.2.3.4:80",
                          "::1.2.3",
                          "1.2.3.4%en0",
                          "::g%en0"}) {
    const std::string error =
        absl::StrCat("error: IP Address '", bad, "' parse error during conversion from string");
    Check({{absl::StrCat("ip('", bad, "')"), error},
           {absl::StrCat("ip.isCanonical('", bad, "')"), error},
           {absl::StrCat("isIP('", bad, "')"), "false"}});
  }
}

TEST(NetworkExtension, CutsWhatItQuotesBetweenCharacters) {
  const std::string begin(63, 'a');
  Check({{absl::StrCat("ip('", begin, "é')"),
          absl::StrCat("error: IP Address '", begin,
                       "' parse error during conversion from string")}});
}

TEST(NetworkExtension, SaysWhyItRefusesWhatOthersTake) {
  Check({
      {"ip('fe80::1%en0')", "error: IP Address with zone value is not allowed"},
      {"ip('::ffff:192.168.0.1')", "error: IPv4-mapped IPv6 address is not allowed"},
      {"cidr('fe80::1%en0/24')", "error: CIDR with zone value is not allowed"},
      {"cidr('::ffff:192.168.0.1/24')", "error: IPv4-mapped IPv6 address is not allowed"},
      {"cidr('::ffff:0:0/95')", "error: IPv4-mapped IPv6 address is not allowed"},
      {"isIP('fe80::1%en0')", "false"},
      {"isCIDR('::ffff:192.168.0.1/24')", "false"},
  });
}

TEST(NetworkExtension, RefusesWhatIsNoNetwork) {
  for (const char* bad :
       {"", "/", "192.168.0.0", "192.168.0.0/", "192.168.0.0/33", "::/129", "1.2.3.4/-1",
        "1.2.3.4/+1", "1.2.3.4/08", "1.2.3.4/8/8", "/24", "1.2.3/8", "::/1280"}) {
    Check({{absl::StrCat("cidr('", bad, "')"),
            "error: network address parse error during conversion from string"},
           {absl::StrCat("isCIDR('", bad, "')"), "false"}});
  }
}

TEST(NetworkExtension, ComparesAddresses) {
  Check({
      {"ip('127.0.0.1') == ip('127.0.0.1')", "true"},
      {"ip('127.0.0.1') == ip('10.0.0.1')", "false"},
      {"ip('::ffff:c0a8:1') == ip('192.168.0.1')", "true"},
      {"ip('::ffff:c0a8:1') == ip('192.168.10.1')", "false"},
      {"ip('2001:db8::1') == ip('2001:DB8::1')", "true"},
      {"ip('0.0.0.0') == ip('::')", "false"},
      {"ip('::1') in [ip('::2'), ip('::1')]", "true"},
      {"cidr('127.0.0.1/24') == cidr('127.0.0.1/24')", "true"},
      {"cidr('127.0.0.1/24') == cidr('127.0.0.0/24')", "false"},
      {"cidr('127.0.0.1/24') == cidr('127.0.0.1/25')", "false"},
  });
}

TEST(NetworkExtension, TellsTheFamily) {
  Check({
      {"ip('192.168.0.1').family()", "4"},
      {"ip('2001:db8::68').family()", "6"},
      {"ip('::ffff:c0a8:1').family()", "4"},
  });
}

TEST(NetworkExtension, ClassifiesAddresses) {
  const std::vector<std::string> tests = {"isUnspecified", "isLoopback", "isLinkLocalMulticast",
                                          "isLinkLocalUnicast", "isGlobalUnicast"};
  for (const auto& [address, is] : std::vector<std::pair<std::string, std::string>>{
           {"0.0.0.0", "isUnspecified"},
           {"::", "isUnspecified"},
           {"127.0.0.1", "isLoopback"},
           {"127.255.0.1", "isLoopback"},
           {"::1", "isLoopback"},
           {"224.0.0.1", "isLinkLocalMulticast"},
           {"ff02::1", "isLinkLocalMulticast"},
           {"ff12::1", "isLinkLocalMulticast"},
           {"169.254.169.254", "isLinkLocalUnicast"},
           {"fe80::1", "isLinkLocalUnicast"},
           {"febf::1", "isLinkLocalUnicast"},
           {"192.168.0.1", "isGlobalUnicast"},
           {"1.2.3.4", "isGlobalUnicast"},
           {"2001:db8::abcd", "isGlobalUnicast"},
           {"fd80::1", "isGlobalUnicast"},
           {"fec0::1", "isGlobalUnicast"},
           {"::2", "isGlobalUnicast"},
           {"224.0.1.1", ""},
           {"239.1.1.1", ""},
           {"255.255.255.255", ""},
           {"ff00::1", ""},
       }) {
    for (const std::string& test : tests) {
      Check({{absl::StrCat("ip('", address, "').", test, "()"), test == is ? "true" : "false"}});
    }
  }
}

TEST(NetworkExtension, TakesNetworksApart) {
  Check({
      {"string(cidr('192.168.0.1/24'))", "\"192.168.0.1/24\""},
      {"cidr('192.168.0.1/24').ip()", "ip(\"192.168.0.1\")"},
      {"cidr('192.168.0.1/24').masked()", "cidr(\"192.168.0.0/24\")"},
      {"cidr('255.255.255.255/13').masked()", "cidr(\"255.248.0.0/13\")"},
      {"cidr('255.255.255.255/0').masked()", "cidr(\"0.0.0.0/0\")"},
      {"cidr('255.255.255.255/32').masked()", "cidr(\"255.255.255.255/32\")"},
      {"cidr('2001:db8:ffff::/33').masked()", "cidr(\"2001:db8:8000::/33\")"},
      {"cidr('192.168.0.0/24').prefixLength()", "24"},
      {"cidr('2001:db8::/128').prefixLength()", "128"},
      {"cidr('::ffff:c0a8:0/120')", "cidr(\"192.168.0.0/24\")"},
  });
}

TEST(NetworkExtension, FindsAddressesInNetworks) {
  Check({
      {"cidr('192.168.0.0/24').containsIP(ip('192.168.0.255'))", "true"},
      {"cidr('192.168.0.0/24').containsIP(ip('192.168.1.0'))", "false"},
      {"cidr('192.168.0.77/24').containsIP('192.168.0.1')", "true"},
      {"cidr('192.168.0.0/24').containsIP('::ffff:c0a8:1')", "true"},
      {"cidr('0.0.0.0/0').containsIP('8.8.8.8')", "true"},
      {"cidr('0.0.0.0/0').containsIP('::1')", "false"},
      {"cidr('2001:db8::/32').containsIP(ip('192.168.1.1'))", "false"},
      {"cidr('2001:db8::/32').containsIP('2001:db8::1')", "true"},
      {"cidr('10.0.0.0/8').containsIP('10.0.0')",
       "error: IP Address '10.0.0' parse error during conversion from string"},
  });
}

TEST(NetworkExtension, FindsNetworksInNetworks) {
  Check({
      {"cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/25'))", "true"},
      {"cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/23'))", "false"},
      {"cidr('192.168.0.0/24').containsCIDR('192.168.0.1/32')", "true"},
      {"cidr('192.168.0.0/24').containsCIDR('192.168.1.0/25')", "false"},
      {"cidr('10.0.0.0/8').containsCIDR('10.0.0.0/8')", "true"},
      {"cidr('::/0').containsCIDR('10.0.0.0/8')", "false"},
      {"cidr('2001:db8::/32').containsCIDR(cidr('2001:db8::/33'))", "true"},
      {"cidr('10.0.0.0/8').containsCIDR('10.0.0.0')",
       "error: network address parse error during conversion from string"},
  });
}

TEST(NetworkExtension, NamesItsTypes) {
  const Workbench bench;
  EXPECT_EQ(bench.env().FindType("net.IP"), Type::Opaque("net.IP"));
  EXPECT_EQ(bench.env().FindType("net.CIDR"), Type::Opaque("net.CIDR"));
  EXPECT_EQ(bench.TypeOf("ip('::1')"), "net.IP");
  EXPECT_EQ(bench.TypeOf("cidr('::1/8').masked()"), "net.CIDR");
}

TEST(NetworkExtension, TakesAddressesAsValuesOfAnyType) {
  Check({
      {"dyn(ip('::1')).family()", "6"},
      {"dyn(cidr('::1/8')).family()", "error: no such overload"},
      {"{'a': ip('::1')}['a'] == ip('::1')", "true"},
      {"isIP(dyn(cidr('10.0.0.0/8')))", "error: no such overload"},
  });
}

}  // namespace
}  // namespace leadgrade::cel
