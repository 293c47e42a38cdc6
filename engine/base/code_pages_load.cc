// Pages on what is wrong with a file before any expression in it is read.
#include "engine/base/code_pages.h"

namespace leadgrade::base {
namespace {

constexpr Severity kError = Severity::kError;

constexpr CodePage kPages[] = {
    {"bad-value", "bad-value", kError, "a value that is not one of those that can stand here",
     "The key is right and its value is not: a word that is none of those expected, a number out "
     "of\n"
     "bounds, a time that cannot be read, a value that does not go with another key. The message "
     "says\n"
     "what is expected.",
     R"y(hitPolicy: first)y", R"y(hitPolicy: FIRST)y",
     "Write one of the values that the message names."},
    {"cycle", "cycle", kError, "things that need each other",
     "Facts are derived from each other in a circle, or rule sets read each other's outputs in "
     "one.\n"
     "Neither can come first. The message shows the circle.",
     R"y(facts:
  a: { type: bool, derive: b }
  b: { type: bool, derive: a })y",
     R"y(facts:
  a: { type: bool }
  b: { type: bool, derive: a })y",
     "Break the circle: state one of the facts, or move what both need into a third."},
    {"duplicate-key", "duplicate-key", kError, "a key that is given twice",
     "The same key stands twice in one map. Which of the two is meant cannot be told.",
     R"y(need: { type: bool, type: int })y", R"y(need: { type: bool })y", "Take one of them out."},
    {"duplicate-name", "duplicate-name", kError, "a name that is taken already",
     "Two things that rules could mean by one name: facts, aggregates, parameters, types and "
     "their\n"
     "values, rule sets, the rules of a set, cases of a suite.",
     R"y(rules:
  - { id: no-need, when: "!need" }
  - { id: no-need, when: "!budget" })y",
     R"y(rules:
  - { id: no-need, when: "!need" }
  - { id: no-budget, when: "!budget" })y",
     "Call one of them something else."},
    {"invalid-name", "invalid-name", kError, "a name that cannot be one",
     "What expressions read is called by Latin letters, digits and `_`, does not begin with a "
     "digit and\n"
     "is no word of CEL. Ids of rules and names of documents may have `-` and `.` as well.",
     R"y(facts:
  key-person: { type: bool })y",
     R"y(facts:
  key_person: { type: bool })y",
     "Choose a name of these characters. What people read is in `title`, in any script."},
    {"limit", "limit", kError, "more than the bounds allow",
     "A file, a bundle, an expression or a list is larger than what is taken. The message names "
     "the\n"
     "bound; docs/rules.md and docs/cel.md list them.",
     "", "", "Make it smaller: split it, or move a part into a derived fact."},
    {"missing-key", "missing-key", kError, "something that must be there is not",
     "The message names the key that this kind of thing needs.",
     R"y(- id: no-need
  when: "!need"
  then: { grade: D })y",
     R"y(- id: no-need
  reason: { zh: 没有需求, en: No need }
  when: "!need"
  then: { grade: D })y",
     "Add it."},
    {"no-bundle", "no-bundle", kError, "a directory without a bundle",
     "None of the YAML files in it has a document of `kind: Bundle`.", "",
     R"y(apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: sales }
decision: { grade: grading.grade })y",
     "Give the directory that holds the rules, or add the document."},
    {"not-utf8", "not-utf8", kError, "a file that is no UTF-8 text",
     "It is in another encoding, such as GBK or UTF-16, or holds a control character.", "", "",
     "Save it as UTF-8."},
    {"unknown-column", "unknown-column", kError,
     "a mapping names a column that the file does not have",
     "`leadgrade import` was given a file without a column that its mapping reads.",
     R"y(lead: { column: Compnay })y", R"y(lead: { column: Company })y",
     "Correct the mapping, or give the file that it was made for."},
    {"unknown-fact", "unknown-fact", kError, "a mapping names a fact that the bundle does not have",
     "What it reads from the column would go nowhere.",
     R"y(facts:
  budgt: { column: Budget })y",
     R"y(facts:
  budget: { column: Budget })y",
     "Correct the name, or declare the fact in the bundle."},
    {"unknown-key", "unknown-key", kError, "a key that nothing reads",
     "The map has a key that this kind of thing does not have. It may be misspelt, or indented too "
     "far\n"
     "or too little.",
     R"y(- id: no-need
  wen: "!need")y",
     R"y(- id: no-need
  when: "!need")y",
     "Correct or remove it; the hint has the key that is nearest."},
    {"unknown-kind", "unknown-kind", kError, "a document of a kind that there is not",
     "Each document says by `kind` what it is: Bundle, FactSchema, RuleSet, ActionCatalog, "
     "Properties,\n"
     "TestSuite, Fixtures, Snapshots or Mapping.",
     R"y(kind: Ruleset)y", R"y(kind: RuleSet)y", "Write one of these, with its capitals."},
    {"unknown-name", "unknown-name", kError, "a name that nothing has",
     "An expression, a case or a reference names something that is not declared.",
     R"y(when: "!budgt")y", R"y(when: "!budget")y",
     "Correct it, or declare it. The hint has the name that is nearest."},
    {"unknown-time-zone", "unknown-time-zone", kError, "a time zone that there is not",
     "Time zones have the names of the IANA database. An offset is none: it knows no summer time.",
     R"y(timeZone: UTC+8)y", R"y(timeZone: Asia/Shanghai)y",
     "Write the name of a place in the zone."},
    {"unknown-type", "unknown-type", kError, "a type that there is not",
     "Types are `bool`, `int`, `double`, `string`, `timestamp`, `duration`, those declared under\n"
     "`types`, and `list(…)` of these.",
     R"y(need: { type: boolean })y", R"y(need: { type: bool })y",
     "Write one of these, or declare it."},
    {"unreadable", "unreadable", kError, "a directory or file that cannot be read",
     "The system refused it; the message has its words.", "", "",
     "See to it that it is there, and that whoever runs leadgrade may read it."},
    {"unsupported-api-version", "unsupported-api-version", kError,
     "a version that this program does not read",
     "Each document says which version of the format it is in.", R"y(apiVersion: leadgrade/v2)y",
     R"y(apiVersion: leadgrade/v1)y",
     "Write `leadgrade/v1`, or use a program that reads the other one."},
    {"wrong-shape", "wrong-shape", kError, "a list, a map or a value where another is expected",
     "The message says what is expected and what there is.", R"y(reason: No need)y",
     R"y(reason: { zh: 没有需求, en: No need })y", "Write it in the shape that is expected."},
    {"yaml-alias", "yaml-alias", kError, "an anchor, an alias or a merge key",
     "Rule files say what they mean where they mean it: `&name`, `*name` and `<<` are not read.",
     R"y(late: &late { grade: D }
other: *late)y",
     R"y(late: { grade: D }
other: { grade: D })y",
     "Write the value out. What is shared is a parameter or a derived fact. A text that begins "
     "with\n"
     "`*` or `&` goes in quotes."},
    {"yaml-syntax", "yaml-syntax", kError, "a text that is no YAML",
     "Most often a value needs quotes, or a line is indented wrongly.", R"y(when: !need)y",
     R"y(when: "!need")y",
     "Put the whole value in quotes where it holds `: `, `#` or begins with one of `!&*[{>|%@`."},
    {"yaml-tag", "yaml-tag", kError, "a value that is read as a tag",
     "What begins with `!` is a tag in YAML.", R"y(when: !need)y", R"y(when: "!need")y",
     "Put the whole value in quotes."},
};

}  // namespace

absl::Span<const CodePage> LoadCodePages() { return kPages; }

}  // namespace leadgrade::base
