#include "tests/testing/random_bundle.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace leadgrade::testing {
namespace {

using cel::Value;

const std::vector<std::string> kLevels = {"LOW", "MID", "HIGH"};
const std::vector<std::string> kGrades = {"D", "C", "B", "A"};
const std::vector<std::string> kComparisons = {"==", "!=", "<", "<=", ">", ">="};

// A name that conditions may read, and its type as written.
struct Name {
  std::string name, type;
};

class Maker {
 public:
  Maker(Random& random, bool steady) : random_(random), steady_(steady) {}

  std::string Text() {
    const int facts = 2 + random_.Below(3);
    for (int i = 0; i < facts; ++i) AddFact(absl::StrCat("f", i));
    const int derived = random_.Below(3);
    for (int i = 0; i < derived; ++i) AddDerived(absl::StrCat("g", i));
    const int sets = random_.Below(3);
    for (int i = 0; i < sets; ++i) {
      documents_.push_back(RuleSet(absl::StrCat("s", i), random_.Of(kOutputTypes)));
    }
    documents_.push_back(RuleSet("grading", "Grade"));
    std::string score;
    if (random_.Percent(60)) {
      documents_.push_back(RuleSet("points", "int"));
      score = "  score: points.out\n";
      if (points_are_a_list_) score.clear();
    }
    // The order of the documents is nobody's business.
    std::string text = absl::StrCat(Head("Bundle", "random"), "decision:\n  grade: grading.out\n",
                                    score, "---\n", Head("FactSchema", "facts"),
                                    "types:\n  Grade: [D, C, B, A]\n  Level: [LOW, MID, HIGH]\n",
                                    "facts:\n", facts_);
    while (!documents_.empty()) {
      const size_t next = static_cast<size_t>(random_.Below(static_cast<int>(documents_.size())));
      absl::StrAppend(&text, "---\n", documents_[next]);
      documents_.erase(documents_.begin() + static_cast<int>(next));
    }
    return text;
  }

 private:
  static std::string Head(absl::string_view kind, absl::string_view name) {
    return absl::StrCat("apiVersion: leadgrade/v1\nkind: ", kind, "\nmetadata: { name: ", name,
                        " }\n");
  }

  void AddFact(const std::string& name) {
    const std::string& type = random_.Of(kFactTypes);
    names_.push_back({name, type});
    if (type == "Level?") {
      absl::StrAppend(&facts_, "  ", name, ": { type: Level, nullable: true }\n");
    } else if (type == "int") {
      absl::StrAppend(&facts_, "  ", name, ": { type: int, range: { min: 0, max: 3 } }\n");
    } else if (type == "double") {
      absl::StrAppend(&facts_, "  ", name, ": { type: double, range: { min: 0, max: 2 } }\n");
    } else {
      absl::StrAppend(&facts_, "  ", name, ": { type: ", type, " }\n");
    }
  }

  void AddDerived(const std::string& name) {
    const std::string type = random_.Percent(50) ? "bool" : random_.Percent(50) ? "int" : "Level";
    absl::StrAppend(&facts_, "  ", name, ": { type: ", type, ", derive: \"", ValueOf(type, 2),
                    "\" }\n");
    names_.push_back({name, type});
  }

  std::string Constant(const std::string& type) {
    if (type == "bool") return random_.Percent(50) ? "true" : "false";
    if (type == "int") return absl::StrCat(random_.Below(4));
    if (type == "Grade") return random_.Of(kGrades);
    return random_.Of(kLevels);
  }

  // A value of bool, int, Level or Grade.
  std::string ValueOf(const std::string& type, int depth) {
    if (type == "bool" && random_.Percent(80)) return Condition(depth);
    std::vector<std::string> same;
    for (const Name& name : names_) {
      if (name.type == type) same.push_back(name.name);
    }
    // An int fact as it is has more values than its comparisons tell apart.
    if (!same.empty() && (!steady_ || type != "int") && random_.Percent(30)) {
      return random_.Of(same);
    }
    if (depth > 0 && random_.Percent(50)) {
      return absl::StrCat("(", Condition(depth - 1), ") ? ", Constant(type), " : ", Constant(type));
    }
    return Constant(type);
  }

  std::string Condition(int depth) {
    if (depth == 0 || random_.Percent(25)) return Atom();
    switch (random_.Below(7)) {
      case 0:
      case 1:
        return absl::StrCat("(", Condition(depth - 1), ") && (", Condition(depth - 1), ")");
      case 2:
      case 3:
        return absl::StrCat("(", Condition(depth - 1), ") || (", Condition(depth - 1), ")");
      case 4:
        return absl::StrCat("!(", Condition(depth - 1), ")");
      case 5:
        return absl::StrCat("(", Condition(depth - 1), ") ? (", Condition(depth - 1), ") : (",
                            Condition(depth - 1), ")");
      default:
        return Atom();
    }
  }

  std::string Atom() {
    const Name& name = random_.Of(names_);
    const std::string& n = name.name;
    const std::string& op = random_.Of(kComparisons);
    if (name.type == "bool") return random_.Percent(60) ? n : absl::StrCat("!", n);
    if (name.type == "int") return IntAtom(n, op);
    if (name.type == "double") {
      return absl::StrCat(n, " ", op, " ", random_.Of<std::string>({"0.5", "1.0", "1.5", "2.0"}));
    }
    if (name.type == "string") {
      const std::string text = random_.Of<std::string>({"'a'", "'b'", "'ab'"});
      if (steady_) return absl::StrCat(n, random_.Percent(50) ? " == " : " != ", text);
      return random_.Percent(30) ? absl::StrCat(n, " in [", text, ", 'c']")
                                 : absl::StrCat(n, " ", op, " ", text);
    }
    if (name.type == "list(Level)") return ListAtom(n, "Level");
    if (name.type == "list(Grade)") return ListAtom(n, "Grade");
    if (name.type == "list(int)") return ListAtom(n, "int");
    if (name.type == "list(bool)") return ListAtom(n, "bool");
    const std::string type = name.type == "Level?" ? "Level" : name.type;
    if (name.type == "Level?" && random_.Percent(30)) return absl::StrCat(n, " != null");
    if (random_.Percent(20)) {
      return absl::StrCat(n, " in [", Constant(type), ", ", Constant(type), "]");
    }
    return random_.Percent(20) ? absl::StrCat(Constant(type), " ", op, " ", n)
                               : absl::StrCat(n, " ", op, " ", Constant(type));
  }

  std::string IntAtom(const std::string& n, const std::string& op) {
    const std::string constant = Constant("int");
    if (random_.Percent(15)) return absl::StrCat(n, " in [", constant, ", ", Constant("int"), "]");
    if (random_.Percent(15)) return absl::StrCat(constant, " ", op, " ", n);
    if (random_.Percent(10)) return absl::StrCat(n, " ", op, " ", constant, ".5");
    if (!steady_ && random_.Percent(20)) {
      return absl::StrCat(n, random_.Percent(50) ? " + 1 " : " / (" + n + ") ", op, " ", constant);
    }
    return absl::StrCat(n, " ", op, " ", constant);
  }

  std::string ListAtom(const std::string& n, const std::string& type) {
    if (random_.Percent(40)) return absl::StrCat("size(", n, ") > ", random_.Below(3));
    if (random_.Percent(30)) {
      return absl::StrCat(n, random_.Percent(50) ? ".exists(" : ".all(", "v, v == ", Constant(type),
                          ")");
    }
    return absl::StrCat(Constant(type), " in ", n);
  }

  std::string RuleSet(const std::string& name, const std::string& type) {
    std::string policy = random_.Of(kPolicies);
    std::string aggregation;
    const bool collects = policy == "COLLECT" || policy == "RULE ORDER";
    // The grade is one value.
    if (collects && (name == "grading" || random_.Percent(60))) {
      policy = "COLLECT";
      aggregation = Aggregation(type);
      if (aggregation.empty()) policy = "FIRST";
    }
    std::string priority;
    if (policy == "PRIORITY") priority = absl::StrCat(", priority: [", Shuffled(type), "]");
    const std::string default_value =
        random_.Percent(70) ? absl::StrCat("default: { out: ", Constant(type), " }\n") : "";
    const int count = 2 + random_.Below(3);
    std::string rules;
    for (int i = 0; i < count; ++i) absl::StrAppend(&rules, Rule(name, i, type));
    const bool list = (policy == "COLLECT" || policy == "RULE ORDER") && aggregation.empty();
    if (name == "points") points_are_a_list_ = list;
    const std::string read = list                     ? absl::StrCat("list(", type, ")")
                             : aggregation == "COUNT" ? "int"
                                                      : type;
    names_.push_back({name + ".out", read});
    return absl::StrCat(Head("RuleSet", name), "hitPolicy: ", policy, "\n",
                        aggregation.empty() ? "" : absl::StrCat("aggregation: ", aggregation, "\n"),
                        "outputs: [{ name: out, type: ", type, priority, " }]\nrules:\n", rules,
                        default_value);
  }

  std::string Aggregation(const std::string& type) {
    if (type == "int") return random_.Of<std::string>({"SUM", "MIN", "MAX", "COUNT"});
    if (type == "bool") return "";
    return random_.Percent(50) ? "MIN" : "MAX";
  }

  std::string Shuffled(const std::string& type) {
    std::vector<std::string> values = {"true", "false"};
    if (type == "int") values = {"0", "1", "2", "3"};
    if (type == "Level") values = kLevels;
    if (type == "Grade") values = kGrades;
    for (size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[static_cast<size_t>(random_.Below(static_cast<int>(i)))]);
    }
    return absl::StrJoin(values, ", ");
  }

  std::string Rule(const std::string& set, int index, const std::string& type) {
    std::string when;
    if (random_.Percent(15)) {
      when =
          absl::StrCat("    when:\n      ", random_.Of<std::string>({"all", "any", "none"}),
                       ":\n        - \"", Condition(1), "\"\n        - \"", Condition(1), "\"\n");
    } else if (random_.Percent(95)) {
      when = absl::StrCat("    when: \"", Condition(2), "\"\n");
    }
    const std::string value = random_.Percent(75) ? Constant(type) : ValueOf(type, 1);
    return absl::StrCat("  - id: ", set, "-", index, "\n    reason: { zh: 因, en: R }\n", when,
                        "    then: { out: \"", value, "\" }\n");
  }

  inline static const std::vector<std::string> kFactTypes = {"bool", "bool",   "Level",  "Level",
                                                             "int",  "Level?", "double", "string"};
  inline static const std::vector<std::string> kOutputTypes = {"bool", "int", "int", "Level"};
  inline static const std::vector<std::string> kPolicies = {
      "UNIQUE", "FIRST", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER"};

  Random& random_;
  const bool steady_;
  std::vector<Name> names_;
  std::string facts_;
  std::vector<std::string> documents_;
  bool points_are_a_list_ = false;
};

int Setting(const char* name, int usual) {
  const char* text = std::getenv(name);
  int number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : usual;
}

}  // namespace

int PropertyCount(int usual) { return Setting("LEADGRADE_PROPERTY_COUNT", usual); }
uint32_t PropertySeed() { return static_cast<uint32_t>(Setting("LEADGRADE_PROPERTY_SEED", 1)); }

std::string RandomBundleText(Random& random, bool steady) { return Maker(random, steady).Text(); }

std::vector<Value> DomainOf(const facts::Fact& fact) {
  std::vector<Value> values;
  if (fact.type.kind() == cel::TypeKind::kNullable) values.push_back(Value::Null());
  const cel::Type type = fact.type.WithoutNull();
  switch (type.kind()) {
    case cel::TypeKind::kBool:
      values.push_back(Value::Bool(false));
      values.push_back(Value::Bool(true));
      break;
    case cel::TypeKind::kInt:
      for (int i = 0; i <= 3; ++i) values.push_back(Value::Int(i));
      break;
    case cel::TypeKind::kDouble:
      for (int i = 0; i <= 8; ++i) values.push_back(Value::Double(i / 4.0));
      break;
    case cel::TypeKind::kString:
      for (const char* text : {"", "a", "aa", "ab", "b", "bb", "c", "d"}) {
        values.push_back(Value::String(text));
      }
      break;
    default:
      for (size_t i = 0; i < type.enum_type()->values.size(); ++i) {
        values.push_back(Value::Enum(type.enum_type().get(), static_cast<int>(i)));
      }
  }
  return values;
}

}  // namespace leadgrade::testing
