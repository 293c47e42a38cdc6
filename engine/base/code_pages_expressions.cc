// Pages on what is wrong with an expression.
#include "engine/base/code_pages.h"

namespace leadgrade::base {
namespace {

constexpr Severity kError = Severity::kError;

constexpr CodePage kPages[] = {
    {"ambiguous-name", "ambiguous-name", kError, "a value that two types have",
     "The bare name is a value of two enumerations, and nothing beside it says which is meant.",
     R"y(# both Level and Size have HIGH
derive: "[HIGH].size() > 0")y",
     R"y(derive: "[Level.HIGH].size() > 0")y", "Write the type before it, with a dot."},
    {"bad-pattern", "bad-pattern", kError, "a regular expression that is none",
     "What `matches()` is given does not follow RE2's syntax.", R"y(when: city.matches("(Shen"))y",
     R"y(when: city.matches("(Shen|Guang)zhou"))y",
     "Correct the pattern; a `\\` in CEL text is written twice, or the text as `r\"…\"`."},
    {"bad-variable", "bad-variable", kError, "a name or value that cannot be kept in a session",
     "`leadgrade repl` and `leadgrade cel` keep variables by name, up to a number and a size.", "",
     "", "Choose another name, or drop variables that are no longer needed."},
    {"no-field", "no-field", kError, "a field that a value does not have",
     "What stands before the dot is of a type without a field of this name.",
     R"y(when: city.name == "Shenzhen")y", R"y(when: city == "Shenzhen")y",
     "Read the value itself, or a field that it has."},
    {"no-overload", "no-overload", kError, "values that an operator or a function does not take",
     "The operator or the function exists, and not for values of these types. `int` and `double` "
     "do\n"
     "not mix in arithmetic, and text is not compared with numbers.",
     R"y(when: seats + 0.5 > 10.0)y", R"y(when: double(seats) + 0.5 > 10.0)y",
     "Convert one of the sides, or use another function. docs/cel.md lists them all."},
    {"syntax", "syntax", kError, "an expression that does not follow CEL's grammar",
     "It ends early, a bracket is open, or an operator is one of another language: CEL has `&&`, "
     "`||`,\n"
     "`!` and `==`.",
     R"y(when: need and budget = true)y", R"y(when: need && budget == true)y",
     "Correct it at the place that the message points at."},
    {"type-mismatch", "type-mismatch", kError, "a value of another type than is needed",
     "A condition is a `bool`, an output is of its declared type, an enumeration takes its own "
     "values.",
     R"y(when: visits)y", R"y(when: visits > 0)y",
     "Make a value of the right type of it: compare it, convert it, or name another one."},
    {"unknown-function", "unknown-function", kError, "a function that there is not",
     "Neither CEL, nor its extensions, nor leadgrade has a function of this name.",
     R"y(when: daysSince(last_contact) > 7)y", R"y(when: days_since(last_contact) > 7)y",
     "Correct the name. docs/cel.md lists them all."},
};

}  // namespace

absl::Span<const CodePage> ExpressionCodePages() { return kPages; }

}  // namespace leadgrade::base
