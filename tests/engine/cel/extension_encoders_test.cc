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
  for (const Case& test : cases) EXPECT_EQ(bench.Eval(test.source), test.want) << test.source;
}

TEST(EncoderExtension, EncodesWithPadding) {
  Check({
      {"base64.encode(b'')", "\"\""},
      {"base64.encode(b'f')", "\"Zg==\""},
      {"base64.encode(b'fo')", "\"Zm8=\""},
      {"base64.encode(b'foo')", "\"Zm9v\""},
      {"base64.encode(b'foob')", "\"Zm9vYg==\""},
      {"base64.encode(b'\\xfb\\xff\\x00')", "\"+/8A\""},
  });
}

TEST(EncoderExtension, DecodesWithAndWithoutPadding) {
  Check({
      {"base64.decode('') == b''", "true"},
      {"base64.decode('Zg==') == b'f'", "true"},
      {"base64.decode('Zg') == b'f'", "true"},
      {"base64.decode('Zm8=') == b'fo'", "true"},
      {"base64.decode('Zm8') == b'fo'", "true"},
      {"base64.decode('Zm9v') == b'foo'", "true"},
      {"base64.decode('+/8A') == b'\\xfb\\xff\\x00'", "true"},
      {"base64.decode(base64.encode(b'Hello World!')) == b'Hello World!'", "true"},
  });
}

TEST(EncoderExtension, PassesOverLineBreaks) {
  Check({{"base64.decode('Zm9v\\r\\nYg==\\n') == b'foob'", "true"}});
}

TEST(EncoderExtension, RefusesWhatIsNoBase64) {
  for (const char* bad : {"Z", "Zm9vY", "Zg=", "Zg===", "Z===", "====", "=Zg=", "Zm=v",
                          "Zm9v====", "Zm 9v", "-_8A", "Zm9é"}) {
    Check({{absl::StrCat("base64.decode('", bad, "')"), "error: invalid base64"}});
  }
}

}  // namespace
}  // namespace leadgrade::cel
