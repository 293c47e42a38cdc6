#include "tests/testing/random_expression.h"

#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace leadgrade::testing {
namespace {

using cel::Kind;
using cel::Type;
using cel::TypeKind;
using cel::Value;

// Types go by a letter:
//   b bool, i int, u uint, d double, s string, y bytes, t timestamp, r duration, T type, x dyn,
//   L list(int), K list(string), M map(string, int)
// and so do texts and numbers that are mostly of a form that the operation can use:
//   z time zone, p pattern, n small int, c count, k key, N number, B bool, S timestamp, R duration,
//   f format
constexpr absl::string_view kTypes = "biudsytrTxLKM";
constexpr absl::string_view kOrdered = "biudsytr";

struct Production {
  char result;
  std::string op;
  std::string pattern;  // $0 is bracketed where it is not a primary expression, @0 is not
  std::string operands;
};

const std::vector<std::string>& Pool(char letter) {
  static const auto* const pools = new std::map<char, std::vector<std::string>>{
      {'b', {"true", "false"}},
      {'i',
       {"0",
        "1",
        "-1",
        "2",
        "3",
        "7",
        "-10",
        "42",
        "1000",
        "86400",
        "0x7f",
        "-0x10",
        "0xABCDEF",
        "1000000007",
        "3037000500",
        "4611686018427387904",
        "9007199254740993",
        "253402300799",
        "253402300800",
        "-62135596800",
        "9223372036854775806",
        "9223372036854775807",
        "-9223372036854775807",
        "-9223372036854775808"}},
      {'u',
       {"0u", "1u", "2u", "3u", "42u", "0xFFu", "0x10U", "4294967296u", "9007199254740993u",
        "9223372036854775807u", "9223372036854775808u", "18446744073709551614u",
        "18446744073709551615u"}},
      {'d',
       {"0.0",
        "1.0",
        "-1.0",
        "0.5",
        "1.5",
        "-2.5",
        "2.0",
        "3.0",
        "0.1",
        ".25",
        "1e3",
        "1e-7",
        "1e21",
        "1E+2",
        "123456789.125",
        "9007199254740992.0",
        "9007199254740993.0",
        "9223372036854774784.0",
        "9223372036854775807.0",
        "-9223372036854775808.0",
        "18446744073709549568.0",
        "18446744073709551616.0",
        "1.7976931348623157e308",
        "5e-324",
        "-0.0",
        "(0.0 / 0.0)",
        "(1.0 / 0.0)",
        "(-1.0 / 0.0)"}},
      {'t',
       {"timestamp('1970-01-01T00:00:00Z')", "timestamp('2024-02-29T12:34:56.789Z')",
        "timestamp('2026-03-29T00:59:59.999999999Z')", "timestamp('2026-03-29T01:00:00Z')",
        "timestamp('2026-10-25T00:30:00Z')", "timestamp('2023-12-31T23:59:59+00:00')",
        "timestamp('2024-12-31T20:00:00-05:00')", "timestamp('1969-12-31T23:59:59.5Z')",
        "timestamp('1900-01-01T00:00:00Z')", "timestamp('0001-01-01T00:00:00Z')",
        "timestamp('9999-12-31T23:59:59.999999999Z')"}},
      {'r',
       {"duration('0s')", "duration('1s')", "duration('-1.5s')", "duration('1h')",
        "duration('36h')", "duration('-90m')", "duration('1h2m3.004005006s')", "duration('1ns')",
        "duration('-1ns')", "duration('250ms')", "duration('1us')", "duration('2562047h47m16s')",
        "duration('-2562047h')"}},
      {'T',
       {"bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type",
        "google.protobuf.Timestamp", "google.protobuf.Duration"}},
      {'x', {"null", "1", "1u", "1.0", "'1'", "b'1'", "true", "[]", "{}", "int"}},
      {'L', {"[]", "[1]", "[1, 2, 3]", "[3, 1, 2, 1]", "[0]", "[-9223372036854775808]"}},
      {'K', {"[]", "['a']", "['b', 'a', '']", "['a', 'a']", "['北', '😀']"}},
      {'M', {"{}", "{'a': 1}", "{'b': 2, 'a': 1}", "{'': 0, '北': 5}"}},
      {'z',
       {"'UTC'", "'Europe/Berlin'", "'America/New_York'", "'Asia/Kolkata'", "'Asia/Shanghai'",
        "'Australia/Lord_Howe'", "'+05:30'", "'-08:00'", "'+00:00'", "'02:00'", "'+5:30'",
        "'Nowhere/Bad'", "''"}},
      {'p',
       {"''",    "'a'",       "'^a'", "'b$'",  "'^[a-z]+$'", "'[0-9]{2,}'", "r'\\d+'", "r'\\w'",
        "'a|b'", "'(a)(b)?'", "'.'",  "'^.$'", "'北'",       "'(?i)ABC'",   "r'\\pL'", "r'\\bA'",
        "'^$'",  "'a{2}'",    "'('",  "'*'",   "r'(a)\\1'",  "'(?=a)'"}},
      {'n', {"0", "1", "2", "3", "-1", "4", "100"}},
      {'c', {"0", "1", "2", "-1", "50"}},
      {'k', {"'a'", "'b'", "'c'", "''", "'北'"}},
      {'N',
       {"'0'",
        "'1'",
        "'-7'",
        "'12'",
        "'+5'",
        "'007'",
        "'-0'",
        "'9223372036854775807'",
        "'9223372036854775808'",
        "'-9223372036854775808'",
        "'18446744073709551615'",
        "'18446744073709551616'",
        "'1.5'",
        "'-2.5e3'",
        "'.5'",
        "'1e400'",
        "'NaN'",
        "'Infinity'",
        "'-Infinity'",
        "'inf'",
        "'0x10'",
        "''",
        "' 1'",
        "'1 '",
        "'1_000'",
        "'abc'",
        "'1u'"}},
      {'B',
       {"'true'", "'false'", "'True'", "'FALSE'", "'t'", "'0'", "'1'", "'yes'", "''", "'tRUE'"}},
      {'S',
       {"'2024-02-29T12:34:56Z'", "'2024-02-29T12:34:56.123456789Z'", "'2023-02-29T00:00:00Z'",
        "'2024-02-29T12:34:56+05:30'", "'2024-02-29T24:00:00Z'", "'2024-02-29'",
        "'2024-02-29 12:34:56Z'", "'0001-01-01T00:00:00Z'", "'0000-12-31T23:59:59Z'",
        "'9999-12-31T23:59:59Z'", "'9999-12-31T23:59:59-01:00'", "'10000-01-01T00:00:00Z'",
        "'2024-02-29T12:34:60Z'", "'2024-02-29T12:34:56'", "'2024-02-29t12:34:56z'", "''",
        "'1700000000'"}},
      {'R',
       {"'1h'", "'-1.5s'", "'1h30m'", "'1ms2us3ns'", "'0'", "'+1m'", "'1'", "''", "'1d'", "'1 h'",
        "'.5s'", "'1.s'", "'9223372036s'", "'9223372037s'", "'-9223372037s'", "'315576000001s'",
        "'1h1h'", "'s'", "'0.1ns'"}},
      {'f',
       {"'%s'", "'%d'", "'%s and %s'", "'%.3f'", "'%e'", "'%x'", "'%X'", "'%o'", "'%b'", "'%%'",
        "'%'", "'%q'", "'%.0f'", "''"}},
  };
  return pools->at(letter);
}

// What a text letter is made of besides its pool.
char BaseOf(char letter) {
  if (letter == 'n') return 'i';
  return absl::StrContains("zpkNBSRf", absl::string_view(&letter, 1)) ? 's' : letter;
}

void AddForEachType(std::vector<Production>* all) {
  const auto add = [all](char result, const char* op, std::string pattern, std::string operands) {
    all->push_back({result, op, std::move(pattern), std::move(operands)});
  };
  for (const char type : kTypes) {
    const std::string two(2, type);
    add(type, "_?_:_", "$0 ? $1 : $2", "b" + two);
    add('b', "_==_", "$0 == $1", two);
    add('b', "_!=_", "$0 != $1", two);
    add('T', "type", "type(@0)", std::string(1, type));
    add('x', "dyn", "dyn(@0)", std::string(1, type));
    add('x', "[]", "[@0, @1][@2]", two + "n");
    add('x', ".", "{'a': @0}.a", std::string(1, type));
    add('x', "list", "[@0, @1]", std::string(1, type) + "x");
    add('x', "map", "{@0: @1}", std::string("k") + type);
  }
  for (const char type : kOrdered) {
    for (const char* op : {"<", "<=", ">", ">="}) {
      add('b', absl::StrCat("_", op, "_").c_str(), absl::StrCat("$0 ", op, " $1"),
          std::string(2, type));
    }
  }
  for (const char type : absl::string_view("iud")) {
    for (const char other : absl::string_view("iud")) {
      for (const char* op : {"<", "<=", ">", ">=", "==", "!="}) {
        add('b', absl::StrCat("_", op, "_").c_str(), absl::StrCat("dyn(@0) ", op, " $1"),
            {type, other});
      }
    }
    for (const char* op : {"+", "-", "*", "/", "%"}) {
      if (type == 'd' && *op == '%') continue;
      add(type, absl::StrCat("_", op, "_").c_str(), absl::StrCat("$0 ", op, " $1"),
          std::string(2, type));
    }
    if (type != 'u') add(type, "-_", "-$0", std::string(1, type));
  }
  for (const char type : absl::string_view("sytLKM")) {
    if (type == 't') continue;
    add('i', "size", "size(@0)", std::string(1, type));
    add('i', "size", "$0.size()", std::string(1, type));
    if (type != 'M') add(type, "_+_", "$0 + $1", std::string(2, type));
  }
  for (const char* name : {"FullYear", "Month", "DayOfYear", "DayOfMonth", "Date", "DayOfWeek",
                           "Hours", "Minutes", "Seconds", "Milliseconds"}) {
    const std::string function = absl::StrCat("get", name);
    add('i', function.c_str(), absl::StrCat("$0.", function, "()"), "t");
    add('i', function.c_str(), absl::StrCat("$0.", function, "(@1)"), "tz");
  }
  for (const char* name : {"Hours", "Minutes", "Seconds", "Milliseconds"}) {
    const std::string function = absl::StrCat("get", name);
    add('i', function.c_str(), absl::StrCat("$0.", function, "()"), "r");
  }
  const std::pair<char, const char*> conversions[] = {
      {'i', "iudNst"}, {'u', "iudNs"}, {'d', "iudNs"}, {'s', "sbiudytr"},
      {'b', "bB"},     {'y', "ys"},    {'t', "Sti"},   {'r', "Rr"}};
  const std::map<char, const char*> names = {{'i', "int"},       {'u', "uint"},    {'d', "double"},
                                             {'s', "string"},    {'b', "bool"},    {'y', "bytes"},
                                             {'t', "timestamp"}, {'r', "duration"}};
  for (const auto& [to, from] : conversions) {
    for (const char type : absl::string_view(from)) {
      add(to, names.at(to), absl::StrCat(names.at(to), "(@0)"), std::string(1, type));
    }
  }
}

std::vector<Production> CommonProductions() {
  std::vector<Production> all = {
      {'b', "_&&_", "$0 && $1", "bb"},
      {'b', "_||_", "$0 || $1", "bb"},
      {'b', "_&&_", "$0 && $1 && $2", "bbb"},
      {'b', "_||_", "$0 || $1 || $2", "bbb"},
      {'b', "!_", "!$0", "b"},
      {'b', "_in_", "$0 in $1", "iL"},
      {'b', "_in_", "$0 in $1", "sK"},
      {'b', "_in_", "$0 in $1", "kM"},
      {'b', "_in_", "dyn(@0) in $1", "uL"},
      {'b', "_in_", "dyn(@0) in $1", "dL"},
      {'b', "_in_", "$0 in {1: 'a', 2u: 'b', true: 'c'}", "x"},
      {'b', "_in_", "dyn(@0) in {1: 'a', 2: 'b'}", "d"},
      {'b', "has", "has($0.a)", "M"},
      {'b', "has", "has($0.c)", "M"},
      {'b', "has", "has({'a': @0}.b)", "x"},
      {'b', "contains", "$0.contains(@1)", "ss"},
      {'b', "startsWith", "$0.startsWith(@1)", "ss"},
      {'b', "endsWith", "$0.endsWith(@1)", "ss"},
      {'b', "matches", "$0.matches(@1)", "sp"},
      {'i', "[]", "$0[@1]", "Ln"},
      {'s', "[]", "$0[@1]", "Kn"},
      {'i', "[]", "$0[@1]", "Mk"},
      {'x', "[]", "$0[dyn(@1)]", "Ld"},
      {'x', "[]", "$0[dyn(@1)]", "Lu"},
      {'x', "[]", "{1: 'a', 2: 'b', -1: 'c'}[dyn(@0)]", "d"},
      {'x', "[]", "{1u: 'a', 2u: 'b'}[dyn(@0)]", "n"},
      {'i', ".", "$0.a", "M"},
      {'i', ".", "$0.b", "M"},
      {'t', "_+_", "$0 + $1", "tr"},
      {'t', "_+_", "$0 + $1", "rt"},
      {'t', "_-_", "$0 - $1", "tr"},
      {'r', "_-_", "$0 - $1", "tt"},
      {'r', "_+_", "$0 + $1", "rr"},
      {'r', "_-_", "$0 - $1", "rr"},
      {'L', "list", "[@0]", "i"},
      {'L', "list", "[@0, @1, @2]", "iii"},
      {'K', "list", "[@0, @1]", "ss"},
      {'M', "map", "{@0: @1}", "ki"},
      {'M', "map", "{@0: @1, @2: @3}", "kisi"},
      {'x', "map", "{@0: 1, @1: 2}", "xx"},
      {'s', "charAt", "$0.charAt(@1)", "sn"},
      {'i', "indexOf", "$0.indexOf(@1)", "ss"},
      {'i', "indexOf", "$0.indexOf(@1, @2)", "ssn"},
      {'i', "lastIndexOf", "$0.lastIndexOf(@1)", "ss"},
      {'i', "lastIndexOf", "$0.lastIndexOf(@1, @2)", "ssn"},
      {'s', "join", "$0.join()", "K"},
      {'s', "join", "$0.join(@1)", "Ks"},
      {'s', "lowerAscii", "$0.lowerAscii()", "s"},
      {'s', "upperAscii", "$0.upperAscii()", "s"},
      {'s', "replace", "$0.replace(@1, @2)", "sss"},
      {'s', "replace", "$0.replace(@1, @2, @3)", "sssc"},
      {'K', "split", "$0.split(@1)", "ss"},
      {'K', "split", "$0.split(@1, @2)", "ssn"},
      {'s', "substring", "$0.substring(@1)", "sn"},
      {'s', "substring", "$0.substring(@1, @2)", "snn"},
      {'s', "trim", "$0.trim()", "s"},
      {'s', "strings.quote", "strings.quote(@0)", "s"},
      {'s', "format", "$0.format([@1])", "fx"},
      {'s', "format", "$0.format([@1])", "fi"},
      {'s', "format", "$0.format([@1])", "fd"},
      {'s', "format", "$0.format([@1, @2])", "fsr"},
  };
  AddForEachType(&all);
  return all;
}

std::vector<Production> OwnProductions() {
  std::vector<Production> all = {
      {'i', "math.greatest", "math.greatest(@0, @1)", "ii"},
      {'d', "math.least", "math.least(@0, @1, @2)", "ddd"},
      {'i', "math.greatest", "math.greatest(@0)", "L"},
      {'d', "math.ceil", "math.ceil(@0)", "d"},
      {'d', "math.floor", "math.floor(@0)", "d"},
      {'d', "math.round", "math.round(@0)", "d"},
      {'d', "math.trunc", "math.trunc(@0)", "d"},
      {'i', "math.abs", "math.abs(@0)", "i"},
      {'d', "math.sign", "math.sign(@0)", "d"},
      {'d', "math.sqrt", "math.sqrt(@0)", "i"},
      {'b', "math.isNaN", "math.isNaN(@0)", "d"},
      {'b', "math.isFinite", "math.isFinite(@0)", "d"},
      {'i', "math.bitAnd", "math.bitAnd(@0, @1)", "ii"},
      {'u', "math.bitXor", "math.bitXor(@0, @1)", "uu"},
      {'i', "math.bitShiftLeft", "math.bitShiftLeft(@0, @1)", "in"},
      {'u', "math.bitShiftRight", "math.bitShiftRight(@0, @1)", "un"},
      {'i', "greatest", "greatest(@0, @1)", "ii"},
      {'t', "least", "least(@0, @1)", "tt"},
      {'s', "reverse", "$0.reverse()", "s"},
      {'L', "slice", "$0.slice(@1, @2)", "Lnn"},
      {'L', "flatten", "[@0, @1].flatten()", "LL"},
      {'K', "distinct", "$0.distinct()", "K"},
      {'L', "reverse", "$0.reverse()", "L"},
      {'K', "sort", "$0.sort()", "K"},
      {'L', "sortBy", "$0.sortBy(x2, -x2)", "L"},
      {'L', "lists.range", "lists.range(@0)", "n"},
      {'x', "first", "$0.first()", "L"},
      {'x', "last", "$0.last()", "K"},
      {'s', "base64.encode", "base64.encode(@0)", "y"},
      {'y', "base64.decode", "base64.decode(@0)", "s"},
      {'b', "isIP", "isIP(@0)", "s"},
      {'i', "days_since", "days_since(@0)", "t"},
      {'i', "days_between", "days_between(@0, @1)", "tt"},
      {'t', "start_of_day", "start_of_day(@0)", "t"},
      {'t', "start_of_day", "start_of_day(@0, @1)", "ti"},
      {'i', "orValue", "optional.of(@0).orValue(@1)", "ii"},
      {'i', "orValue", "$0[?@1].orValue(@2)", "Lni"},
      {'i', "orValue", "$0.?a.orValue(@1)", "Mi"},
      {'b', "hasValue", "optional.ofNonZeroValue(@0).hasValue()", "s"},
      {'i', "value", "optional.ofNonZeroValue(@0).value()", "i"},
      {'L', "list", "[?optional.ofNonZeroValue(@0), @1]", "ii"},
      {'b', "all", "$0.all(x1, x2, x1 < x2)", "L"},
      {'M', "transformMap", "$0.transformMap(x1, x2, x2 + 1)", "M"},
      {'L', "transformList", "$0.transformList(x1, x2, x1 + x2)", "L"},
  };
  const std::vector<Production> common = CommonProductions();
  all.insert(all.end(), common.begin(), common.end());
  return all;
}

using ProductionsByType = std::map<char, std::vector<const Production*>>;

ProductionsByType ByType(const std::vector<Production>& all) {
  ProductionsByType by_type;
  for (const Production& production : all) by_type[production.result].push_back(&production);
  return by_type;
}

const ProductionsByType& Productions(bool own) {
  static const auto* const common = new std::vector<Production>(CommonProductions());
  static const auto* const with_own = new std::vector<Production>(OwnProductions());
  static const auto* const common_by_type = new ProductionsByType(ByType(*common));
  static const auto* const own_by_type = new ProductionsByType(ByType(*with_own));
  return own ? *own_by_type : *common_by_type;
}

constexpr std::array<absl::string_view, 44> kEscaped = {
    "a", "Z", "0", " ", "北", "é", "😀", "𝄞", "b", "\\n", "\\a", "\\b", "\\f", "\\r", "\\t", "\\v",
    "\\\\", "\\'", "\\\"", "\\`", "\\?", "\\x41", "\\X7e", "\\101", "\\177", "\\u4e2d", "\\u00e9",
    "\\xe9", "\\377", "\\000", "\\U0001F600", "\\U0010FFFF", "\\u2028", "\\uFEFF", "ß", "aa",
    // These are no literals.
    "\\q", "\\8", "\\400", "\\x4", "\\u12", "\\ud800", "\\U00110000", "\\"};
constexpr uint32_t kGoodEscapes = 36;
constexpr std::array<absl::string_view, 8> kRaw = {"a", "\\d", "\\n", " ", "北", "b", "😀", "\\\\"};

class Maker {
 public:
  Maker(Choices& choices, const ExpressionOptions& options)
      : choices_(choices), options_(options), productions_(Productions(options.own)) {}

  Node Make(char type, uint32_t depth) {
    // Always small: @bufbuild/cel would go on replacing nothing for as long as it is told to.
    if (type == 'c') return Literal('i', choices_.Of(Pool(type)));
    if (options_.ill_typed && choices_.OneIn(40)) type = choices_.Of(kTypes);
    if (BaseOf(type) != type) {
      if (!choices_.OneIn(4)) return Literal(BaseOf(type), choices_.Of(Pool(type)));
      type = BaseOf(type);
    }
    if (depth == 0 || nodes_ > 80 || choices_.OneIn(6)) return Leaf(type);
    ++nodes_;
    if (macros_ < 3 && choices_.OneIn(8)) {
      Node macro;
      if (Macro(type, depth, &macro)) return macro;
    }
    const auto& all = productions_.at(type);
    return Fill(*choices_.Of(all), depth);
  }

 private:
  static Node Literal(char type, std::string text) {
    return {"literal", type, {std::move(text)}, {}, ""};
  }

  std::string TextLiteral(bool bytes) {
    static constexpr std::array<absl::string_view, 4> kQuotes = {"'", "\"", "'''", "\"\"\""};
    const absl::string_view quote = choices_.Of(kQuotes);
    const bool raw = choices_.OneIn(5);
    std::string text = bytes ? (choices_.OneIn(2) ? "B" : "b") : "";
    if (raw) text += choices_.OneIn(2) ? "R" : "r";
    absl::StrAppend(&text, quote);
    for (uint32_t i = choices_.Below(4); i > 0; --i) {
      if (raw) {
        absl::StrAppend(&text, choices_.Of(kRaw));
      } else if (quote.size() == 3 && choices_.OneIn(6)) {
        text += "\n";
      } else {
        const bool any = options_.ill_typed && choices_.OneIn(30);
        const absl::string_view piece =
            kEscaped[choices_.Below(any ? static_cast<uint32_t>(kEscaped.size()) : kGoodEscapes)];
        // A code point is no part of bytes.
        const bool code_point = absl::StartsWithIgnoreCase(piece, "\\u");
        if (!bytes || !code_point || any) absl::StrAppend(&text, piece);
      }
    }
    return absl::StrCat(text, quote);
  }

  Node Leaf(char type) {
    std::vector<const std::string*> inner;
    for (const auto& [name, letter] : scope_) {
      if (letter == type) inner.push_back(&name);
    }
    if (!inner.empty() && !choices_.OneIn(3))
      return {"variable", type, {*choices_.Of(inner)}, {}, ""};
    if (choices_.OneIn(2)) {
      for (const ExpressionVariable& variable : ExpressionVariables()) {
        if (variable.letter == type) return {"variable", type, {variable.name}, {}, ""};
      }
    }
    if (type == 's' || type == 'y') return Literal(type, TextLiteral(type == 'y'));
    Node literal = Literal(type, choices_.Of(Pool(type)));
    if (type == 'x' || type == 'T') HideType(&literal);
    return literal;
  }

  static bool IsPrimary(const Node& node) {
    if (node.op == "literal") {
      return !absl::StrContains("iud", absl::string_view(&node.type, 1)) ||
             node.pieces[0][0] == '(';
    }
    return node.op[0] != '_' && node.op != "!_" && node.op != "-_";
  }

  void Place(Node operand, bool bracketed, Node* node) {
    if (bracketed && !IsPrimary(operand)) {
      node->pieces.back() += "(";
      node->pieces.emplace_back(")");
    } else {
      node->pieces.emplace_back();
    }
    node->operands.push_back(std::move(operand));
  }

  Node Fill(const Production& production, uint32_t depth) {
    Node node{production.op, production.result, {""}, {}, ""};
    const std::string& pattern = production.pattern;
    for (size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] != '$' && pattern[i] != '@') {
        node.pieces.back() += pattern[i];
        continue;
      }
      const bool bracketed = pattern[i] == '$';
      const auto operand = static_cast<size_t>(pattern[++i] - '0');
      Place(Make(production.operands[operand], depth - 1), bracketed, &node);
    }
    if (production.result == 'x' || production.result == 'T') HideType(&node);
    return node;
  }

  // What has a type of its own is not comparable with all there is.
  void HideType(Node* node) const {
    if (options_.ill_typed || !options_.own || node->op == "dyn") return;
    node->pieces.front().insert(0, "dyn(");
    node->pieces.back() += ")";
  }

  bool Macro(char type, uint32_t depth, Node* node) {
    struct Shape {
      char result;
      const char* op;
      const char* bodies;  // their types
    };
    static constexpr Shape kShapes[] = {
        {'b', "all", "b"},    {'b', "exists", "b"}, {'b', "exists_one", "b"}, {'L', "map", "i"},
        {'K', "map", "s"},    {'L', "map", "bi"},   {'K', "map", "bs"},       {'L', "filter", "b"},
        {'K', "filter", "b"}, {'x', "map", "x"}};
    std::vector<const Shape*> fitting;
    for (const Shape& shape : kShapes) {
      if (shape.result == type) fitting.push_back(&shape);
    }
    if (fitting.empty()) return false;
    const Shape& shape = *choices_.Of(fitting);
    char range = choices_.Of(absl::string_view("LKM"));
    if (absl::string_view(shape.op) == "filter") range = type;
    ++macros_;
    *node = {shape.op, type, {""}, {}, absl::StrCat("x", scope_.size())};
    Place(Make(range, depth - 1), true, node);
    node->pieces.back() += absl::StrCat(".", shape.op, "(", node->iterator);
    scope_.emplace_back(node->iterator, range == 'L' ? 'i' : 's');
    for (const char body : absl::string_view(shape.bodies)) {
      node->pieces.back() += ", ";
      Place(Make(body, depth - 1), false, node);
    }
    scope_.pop_back();
    node->pieces.back() += ")";
    if (type == 'x') HideType(node);
    --macros_;
    return true;
  }

  Choices& choices_;
  const ExpressionOptions& options_;
  const ProductionsByType& productions_;
  std::vector<std::pair<std::string, char>> scope_;
  int nodes_ = 0;
  int macros_ = 0;
};

template <typename T>
T IntegerOf(Choices& choices) {
  const T whole[] = {0,
                     1,
                     2,
                     7,
                     std::numeric_limits<T>::min(),
                     std::numeric_limits<T>::max(),
                     static_cast<T>(-1),
                     T{1} << 53,
                     (T{1} << 53) + 1,
                     std::numeric_limits<T>::max() - 1,
                     static_cast<T>(choices.Below(100000))};
  return choices.Of(whole);
}

Value InputOf(char letter, Choices& choices, cel::Arena& arena) {
  static const double kDoubles[] = {0,
                                    -0.0,
                                    1,
                                    -1,
                                    2.5,
                                    1e-310,
                                    1e308,
                                    0.1,
                                    0x1p53,
                                    0x1p63,
                                    -0x1p63,
                                    0x1p64,
                                    std::numeric_limits<double>::quiet_NaN(),
                                    std::numeric_limits<double>::infinity(),
                                    -std::numeric_limits<double>::infinity()};
  static const absl::string_view kTexts[] = {
      "",    "a", "b",  "abc",  "aXbXa", " \tpad\u00a0", "北京",       "é", "e\u0301",
      "a😀b", "𝄞", "12", "true", "1.5e3", "a\"b'\\",      "line\nline", "ß", "ABC"};
  static const absl::string_view kBytes[] = {"",        "a", "abc", "\xff\xfe", "\xe5\x8c\x97",
                                             "\xe5\x8c"};
  static const absl::Time kTimes[] = {
      absl::UnixEpoch(),
      absl::FromUnixSeconds(1772330400),
      absl::FromUnixMillis(1711846799999),
      absl::FromUnixNanos(-1),
      absl::FromUnixSeconds(-62135596800),
      absl::FromUnixSeconds(253402300799) + absl::Nanoseconds(999999999),
      absl::FromUnixSeconds(951782400)};
  static const absl::Duration kDurations[] = {
      absl::ZeroDuration(), absl::Seconds(1),          absl::Milliseconds(-1500), absl::Hours(36),
      absl::Nanoseconds(1), absl::Seconds(9223372036), absl::Minutes(-90)};
  switch (letter) {
    case 'b':
      return Value::Bool(choices.Below(2) != 0);
    case 'i':
      return Value::Int(IntegerOf<int64_t>(choices));
    case 'u':
      return Value::Uint(IntegerOf<uint64_t>(choices));
    case 'd':
      return Value::Double(choices.Of(kDoubles));
    case 's':
      return Value::String(choices.Of(kTexts));
    case 'y':
      return Value::Bytes(choices.Of(kBytes));
    case 't':
      return Value::Timestamp(choices.Of(kTimes));
    case 'r':
      return Value::Duration(choices.Of(kDurations));
    case 'L':
    case 'K': {
      std::vector<Value> elements(choices.Below(4));
      for (Value& element : elements) element = InputOf(letter == 'L' ? 'i' : 's', choices, arena);
      return arena.MakeList(elements);
    }
    case 'M': {
      std::vector<Value> entries;
      for (const absl::string_view key : {"a", "b", "北"}) {
        if (choices.OneIn(2)) continue;
        entries.push_back(Value::String(key));
        entries.push_back(InputOf('i', choices, arena));
      }
      return arena.MakeMap(entries);
    }
    default:
      return choices.OneIn(10)
                 ? Value::Null()
                 : InputOf(choices.Of(absl::string_view("biudsytrLKM")), choices, arena);
  }
}

}  // namespace

std::string Node::Text() const {
  std::string text = pieces[0];
  for (size_t i = 0; i < operands.size(); ++i) {
    absl::StrAppend(&text, operands[i].Text(), pieces[i + 1]);
  }
  return text;
}

Node RandomExpression(Choices& choices, const ExpressionOptions& options) {
  Maker maker(choices, options);
  const uint32_t depth = 1 + choices.Below(options.depth);
  return maker.Make(choices.Of(kTypes), depth);
}

const std::vector<ExpressionVariable>& ExpressionVariables() {
  static const auto* const variables = new std::vector<ExpressionVariable>{
      {"vb", Type(TypeKind::kBool), 'b'},
      {"vi", Type(TypeKind::kInt), 'i'},
      {"vu", Type(TypeKind::kUint), 'u'},
      {"vd", Type(TypeKind::kDouble), 'd'},
      {"vs", Type(TypeKind::kString), 's'},
      {"vy", Type(TypeKind::kBytes), 'y'},
      {"vt", Type(TypeKind::kTimestamp), 't'},
      {"vr", Type(TypeKind::kDuration), 'r'},
      {"vl", Type::List(Type(TypeKind::kInt)), 'L'},
      {"vk", Type::List(Type(TypeKind::kString)), 'K'},
      {"vm", Type::Map(Type(TypeKind::kString), Type(TypeKind::kInt)), 'M'},
      {"vx", Type(TypeKind::kDyn), 'x'},
      {"x0", Type(TypeKind::kDyn), '-'},
      {"x1", Type(TypeKind::kDyn), '-'},
      {"x2", Type(TypeKind::kDyn), '-'},
  };
  return *variables;
}

cel::Env ExpressionEnv() {
  cel::Env env;
  int32_t slot = 0;
  for (const ExpressionVariable& variable : ExpressionVariables()) {
    (void)env.AddVariable(variable.name, variable.type, slot++);  // the names are good
  }
  return env;
}

std::vector<Value> RandomInputs(Choices& choices, cel::Arena& arena) {
  std::vector<Value> inputs;
  for (const ExpressionVariable& variable : ExpressionVariables()) {
    inputs.push_back(InputOf(variable.letter, choices, arena));
  }
  return inputs;
}

}  // namespace leadgrade::testing
