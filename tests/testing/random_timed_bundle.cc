#include "absl/strings/str_cat.h"
#include "tests/testing/random_bundle.h"

namespace leadgrade::testing {
namespace {

class TimedMaker {
 public:
  TimedMaker(Random& random, const std::string& zone, bool restful)
      : random_(random), zone_(zone), restful_(restful) {}

  std::string Text() {
    AddAggregates();
    const int derived = 2 + random_.Below(3);
    for (int i = 0; i < derived; ++i) AddDerived(absl::StrCat("g", i));
    std::string text =
        absl::StrCat(Head("Bundle", "timed"), "timeZone: ", zone_,
                     "\ndecision:\n  grade: grading.out\n  score: points.out\n  actions: "
                     "steps.out\n  outputs: [",
                     shown_, "]\n---\n", Head("FactSchema", "facts"),
                     "types:\n  Grade: [D, C, B, A]\nevents: [visit, call]\naggregates:\n",
                     aggregates_, "facts:\n  b: { type: bool }\n  t: { type: timestamp }\n",
                     "  o: { type: timestamp, nullable: true }\n  i: { type: int }\n", facts_);
    absl::StrAppend(&text, "---\n", Points(), "---\n", Steps(), "---\n", Grading());
    return text;
  }

 private:
  static std::string Head(absl::string_view kind, absl::string_view name) {
    return absl::StrCat("apiVersion: leadgrade/v1\nkind: ", kind, "\nmetadata: { name: ", name,
                        " }\n");
  }

  std::string Window() {
    return random_.Percent(50) ? random_.Of<std::string>({"1d", "2d", "7d", "30d"})
                               : random_.Of<std::string>({"36h", "90m", "24h", "0.5s"});
  }

  void AddAggregates() {
    absl::StrAppend(
        &aggregates_, "  last_visit: { of: events, types: [visit], take: last }\n",
        "  first_any: { of: events, take: first }\n",
        "  last_due: { of: events, take: last, value: due }\n",
        "  call_due: { of: events, types: [call], take: first, value: due, within: ", Window(),
        " }\n", "  entered: { of: gradeHistory, take: last }\n",
        "  last_grade: { of: gradeHistory, take: last, value: grade }\n",
        "  visits: { of: events, types: [visit], take: count, within: ", Window(), " }\n",
        "  sums: { of: events, take: sum, within: ", Window(), " }\n",
        "  recent: { of: events, types: [call], take: last, within: ", Window(), " }\n",
        "  changes: { of: gradeHistory, take: count, within: ", restful_ ? "7d" : Window(), " }\n");
  }

  // An instant that may be null, and one that is none.
  std::string MaybeInstant() {
    const std::string instant = random_.Of<std::string>(
        {"last_visit", "first_any", "last_due", "call_due", "entered", "recent", "o"});
    return restful_ && instant == "entered" ? "last_visit" : instant;
  }
  std::string Instant() {
    if (random_.Percent(50)) return "t";
    const std::string maybe = MaybeInstant();
    return absl::StrCat("(", maybe, " == null ? t : ", maybe, ")");
  }
  std::string Span() {
    return random_.Of<std::string>(
        {"duration('36h')", "duration('0.000000001s')", "duration('72h30m')", "duration('-24h')"});
  }

  void AddDerived(const std::string& name) {
    const std::string maybe = MaybeInstant();
    std::string type, derive;
    switch (random_.Below(9)) {
      case 0:
        type = "int";
        derive = absl::StrCat(maybe, " == null ? ", random_.Below(9), " : days_since(", maybe, ")");
        break;
      case 1:
        type = "int";
        derive = absl::StrCat("days_between(", Instant(), ", now) - ", random_.Below(3));
        break;
      case 2:
        type = "int";
        derive = absl::StrCat(random_.Below(9), " - days_since(", Instant(), ")");
        break;
      case 3:
        type = "timestamp";
        derive = absl::StrCat("start_of_day(", Instant(), ", ", random_.Below(4), ")");
        break;
      case 4:
        type = "timestamp";
        derive = absl::StrCat(Instant(), " + ", Span());
        break;
      case 5:
        type = "duration";
        derive = absl::StrCat("now - ", Instant());
        break;
      case 6:
        type = "bool";
        derive = Atom();
        break;
      case 7:
        type = "int";
        derive = absl::StrCat("b ? days_since(", Instant(), ") : days_since(", Instant(), ")");
        break;
      default:
        type = "timestamp";
        derive = absl::StrCat("b ? now - ", Span(), " : ", Instant());
        break;
    }
    absl::StrAppend(&facts_, "  ", name, ": { type: ", type, ", derive: \"", derive, "\" }\n");
    // What moves at every instant can't be shown for long.
    if (type != "duration" && random_.Percent(50)) {
      absl::StrAppend(&shown_, shown_.empty() ? "" : ", ", name);
    }
    if (type == "int") ints_.push_back(name);
    if (type == "timestamp") instants_.push_back(name);
    if (type == "duration") spans_.push_back(name);
    if (type == "bool") bools_.push_back(name);
  }

  std::string Comparison() {
    return random_.Of<std::string>({" == ", " != ", " < ", " <= ", " > ", " >= "});
  }

  std::string Atom() {
    switch (random_.Below(14)) {
      case 0:
        return absl::StrCat("days_since(", Instant(), ")", Comparison(), random_.Below(9));
      case 1:
        return absl::StrCat(Instant(), Comparison(), "now");
      case 2:
        return absl::StrCat("now - ", Instant(), Comparison(), Span());
      case 3:
        return absl::StrCat("now", Comparison(), Instant(), " + ", Span());
      case 4:
        return absl::StrCat("visits", Comparison(), random_.Below(3));
      case 5:
        return absl::StrCat("sums", Comparison(), "2.5");
      case 6:
        return absl::StrCat("changes + ", random_.Below(2), Comparison(), "1");
      case 7:
        return absl::StrCat("last_grade != null && last_grade >= C && days_since(entered)",
                            Comparison(), random_.Below(5));
      case 8:
        return absl::StrCat("start_of_day(", Instant(), ", ", random_.Below(5), ")", Comparison(),
                            "now");
      case 9:
        return random_.Percent(50)
                   ? absl::StrCat("days_since(", Instant(), ") * 2", Comparison(), random_.Below(9))
                   : absl::StrCat("days_since(", Instant(), ") in [1, 3]");
      case 10:
        return absl::StrCat("recent == null || recent < ", Instant());
      case 11:
        return absl::StrCat("last_due != null && now", Comparison(), "last_due");
      case 12:
        return absl::StrCat("last_due != null && days_since(last_due)", Comparison(),
                            random_.Below(4) - 1);
      default:
        return absl::StrCat("known(t) ? days_between(now, ", Instant(), ")", Comparison(), "-",
                            random_.Below(5), " : b");
    }
  }

  // Over derived facts where there are any of the kind picked.
  std::string Condition(int depth) {
    if (depth > 0 && random_.Percent(60)) {
      const std::string x = Condition(depth - 1), y = Condition(depth - 1);
      switch (random_.Below(4)) {
        case 0:
          return absl::StrCat("(", x, ") && (", y, ")");
        case 1:
          return absl::StrCat("(", x, ") || (", y, ")");
        case 2:
          return absl::StrCat("!(", x, ")");
        default:
          return absl::StrCat("b ? (", x, ") : (", y, ")");
      }
    }
    switch (random_.Below(6)) {
      case 0:
        if (!ints_.empty()) {
          return absl::StrCat(random_.Of(ints_), Comparison(), random_.Below(9));
        }
        break;
      case 1:
        if (!instants_.empty()) return absl::StrCat(random_.Of(instants_), Comparison(), "now");
        break;
      case 2:
        if (!spans_.empty()) return absl::StrCat(random_.Of(spans_), Comparison(), Span());
        break;
      case 3:
        if (!bools_.empty()) return random_.Of(bools_);
        break;
      case 4:
        if (ints_.size() > 1) {
          return absl::StrCat(random_.Of(ints_), Comparison(), random_.Of(ints_), " + i");
        }
        break;
      default:
        break;
    }
    return Atom();
  }

  std::string Rule(const std::string& id, const std::string& value) {
    return absl::StrCat("  - id: ", id, "\n    reason: { zh: 因, en: R }\n    when: \"",
                        Condition(2), "\"\n    then: { out: \"", value, "\" }\n");
  }

  std::string Points() {
    std::string rules;
    for (int i = 0; i < 2; ++i) {
      const bool moving = !ints_.empty() && random_.Percent(30);
      absl::StrAppend(&rules, Rule(absl::StrCat("p", i),
                                   moving ? random_.Of(ints_) : absl::StrCat(random_.Below(9))));
    }
    return absl::StrCat(Head("RuleSet", "points"), "hitPolicy: COLLECT\naggregation: SUM\n",
                        "outputs: [{ name: out, type: int }]\nrules:\n", rules);
  }

  std::string Steps() {
    return absl::StrCat(Head("ActionCatalog", "actions"),
                        "actions:\n  visit: { title: { zh: 访, en: V } }\n",
                        "  phone: { title: { zh: 话, en: P } }\n---\n", Head("RuleSet", "steps"),
                        "hitPolicy: COLLECT\noutputs: [{ name: out, type: Action }]\nrules:\n",
                        Rule("n0", "visit"), Rule("n1", "phone"));
  }

  std::string Grading() {
    std::string rules;
    for (const char* grade : {"A", "B", "C"}) {
      absl::StrAppend(&rules, Rule(absl::StrCat("to-", grade), grade));
    }
    return absl::StrCat(Head("RuleSet", "grading"), "hitPolicy: FIRST\n",
                        "outputs: [{ name: out, type: Grade }]\nrules:\n", rules,
                        "default: { out: D }\n");
  }

  Random& random_;
  const std::string zone_;
  const bool restful_;
  std::string aggregates_, facts_, shown_;
  std::vector<std::string> ints_, instants_, spans_, bools_;
};

}  // namespace

std::string RandomTimedBundleText(Random& random, const std::string& zone, bool restful) {
  return TimedMaker(random, zone, restful).Text();
}

}  // namespace leadgrade::testing
