#include "tools/junit.h"

#include <gtest/gtest.h>

namespace leadgrade::tools {
namespace {

TEST(Junit, CountsCasesAndFailures) {
  const std::string xml =
      ToJunit({{"grading",
                {{"rules/sales/grading", "passes", "rules/sales/t.yaml", 7, "", ""},
                 {"rules/sales/grading", "fails", "rules/sales/t.yaml", 9, "first\nsecond", ""}}}});
  EXPECT_EQ(xml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites name=\"leadgrade\" tests=\"2\" failures=\"1\" errors=\"0\">\n"
            "  <testsuite name=\"grading\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\">\n"
            "    <testcase classname=\"rules/sales/grading\" name=\"passes\" "
            "file=\"rules/sales/t.yaml\" line=\"7\"/>\n"
            "    <testcase classname=\"rules/sales/grading\" name=\"fails\" "
            "file=\"rules/sales/t.yaml\" line=\"9\">\n"
            "      <failure message=\"first\">first\nsecond</failure>\n"
            "    </testcase>\n"
            "  </testsuite>\n"
            "</testsuites>\n");
}

TEST(Junit, IsAnEmptyListWithoutSuites) {
  EXPECT_EQ(ToJunit({}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites name=\"leadgrade\" tests=\"0\" failures=\"0\" errors=\"0\">\n"
            "</testsuites>\n");
}

TEST(XmlEscape, EscapesMarkup) {
  EXPECT_EQ(XmlEscape("<a b=\"c\"> & 'd' ]]>"), "&lt;a b=&quot;c&quot;&gt; &amp; 'd' ]]&gt;");
}

TEST(XmlEscape, ReplacesWhatXmlCannotHold) {
  EXPECT_EQ(XmlEscape("\x1b[0m\x01\xFF\uFFFE"), "\uFFFD[0m\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(XmlEscape("tab\tline\nreturn\r"), "tab\tline\nreturn&#13;");
}

}  // namespace
}  // namespace leadgrade::tools
