#include "tools/junit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/base/unicode.h"

namespace leadgrade::tools {
namespace {

size_t Failures(const JunitSuite& suite) {
  return std::count_if(suite.cases.begin(), suite.cases.end(),
                       [](const JunitCase& test) { return !test.failure.empty(); });
}

std::string Attribute(absl::string_view name, absl::string_view value) {
  return absl::StrCat(" ", name, "=\"", XmlEscape(value), "\"");
}

void AppendCase(const JunitCase& test, std::string* xml) {
  absl::StrAppend(xml, "    <testcase", Attribute("classname", test.class_name),
                  Attribute("name", test.name));
  if (!test.file.empty()) absl::StrAppend(xml, Attribute("file", test.file));
  if (test.line > 0) absl::StrAppend(xml, Attribute("line", absl::StrCat(test.line)));
  if (test.failure.empty() && test.output.empty()) {
    absl::StrAppend(xml, "/>\n");
    return;
  }
  absl::StrAppend(xml, ">\n");
  if (!test.failure.empty()) {
    const absl::string_view text = test.failure;
    absl::StrAppend(xml, "      <failure", Attribute("message", text.substr(0, text.find('\n'))),
                    ">", XmlEscape(text), "</failure>\n");
  }
  if (!test.output.empty()) {
    absl::StrAppend(xml, "      <system-out>", XmlEscape(test.output), "</system-out>\n");
  }
  absl::StrAppend(xml, "    </testcase>\n");
}

bool IsXml(uint32_t point) {
  return point == '\t' || point == '\n' || point == '\r' ||
         (point >= 0x20 && point != 0xFFFE && point != 0xFFFF && point != base::kMalformed);
}

}  // namespace

std::string ToJunit(const std::vector<JunitSuite>& suites) {
  size_t tests = 0, failures = 0;
  for (const JunitSuite& suite : suites) {
    tests += suite.cases.size();
    failures += Failures(suite);
  }
  std::string xml = absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
                                 "<testsuites name=\"leadgrade\" tests=\"", tests, "\" failures=\"",
                                 failures, "\" errors=\"0\">\n");
  for (const JunitSuite& suite : suites) {
    absl::StrAppend(&xml, "  <testsuite", Attribute("name", suite.name), " tests=\"",
                    suite.cases.size(), "\" failures=\"", Failures(suite),
                    "\" errors=\"0\" skipped=\"0\">\n");
    for (const JunitCase& test : suite.cases) AppendCase(test, &xml);
    absl::StrAppend(&xml, "  </testsuite>\n");
  }
  return xml + "</testsuites>\n";
}

std::string XmlEscape(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const base::Character character = base::FirstCharacter(text);
    switch (character.point) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      case '\r':
        out.append("&#13;");
        break;
      default:
        absl::StrAppend(
            &out, IsXml(character.point) ? text.substr(0, character.bytes) : base::kReplacement);
    }
    text.remove_prefix(character.bytes);
  }
  return out;
}

}  // namespace leadgrade::tools
