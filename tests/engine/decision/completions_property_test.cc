// Random rules that ask how facts are known: which grades can be had is held against each way in
// which what is not known, or not confirmed, may turn out, one lead after the other.
#include <gtest/gtest.h>

#include <bit>

#include "absl/strings/str_cat.h"
#include "engine/decision/attainable.h"
#include "engine/decision/completions.h"
#include "engine/facts/statements.h"
#include "tests/testing/bundles.h"
#include "tests/testing/random_bundle.h"

namespace leadgrade::decision {
namespace {

using facts::FactStatus;
using testing::Random;

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(24) * 20000;

constexpr char kHead[] = R"(apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: random }
decision: { grade: grading.grade }
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: facts }
types:
  Grade: [D, C, B, A]
  Level: [X, Y, Z]
  Role: [LOW, HIGH]
sourceRoles: Role
facts:
  a: { type: bool }
  b: { type: bool }
  e: { type: Level }
)";

std::string Atom(Random& random, bool roles) {
  std::vector<std::string> atoms = {"a",
                                    "b",
                                    "e == X",
                                    "e >= Y",
                                    "confirmed(a)",
                                    "confirmed(b)",
                                    "confirmed(e)",
                                    "claimed(a)",
                                    "(e != Z && claimed(e))",
                                    "known(b)",
                                    "age(b) < duration(\"5h\")"};
  if (roles) {
    atoms.insert(atoms.end(), {"source_role(a) == HIGH", "source_role(e) != null"});
  } else {
    atoms.insert(atoms.end(), {"conflicted(a)", "conflicted(e)"});
  }
  return random.Of(atoms);
}

std::string Condition(Random& random, bool roles, int depth) {
  if (depth == 0 || random.Percent(25)) {
    return absl::StrCat(random.Percent(30) ? "!" : "", "(", Atom(random, roles), ")");
  }
  return absl::StrCat("(", Condition(random, roles, depth - 1),
                      random.Percent(50) ? " && " : " || ", Condition(random, roles, depth - 1),
                      ")");
}

std::string BundleText(Random& random, bool roles) {
  std::string text = kHead;
  if (random.Percent(60)) {
    absl::StrAppend(&text, "  d: { type: bool, derive: '", Condition(random, roles, 1), "' }\n");
  } else {
    absl::StrAppend(&text, "  d: { type: bool, derive: 'true' }\n");
  }
  absl::StrAppend(&text,
                  "---\napiVersion: leadgrade/v1\nkind: RuleSet\nmetadata: { name: grading }\n",
                  "hitPolicy: FIRST\noutputs: [{ name: grade, type: Grade }]\nrules:\n");
  for (int i = 0; i < 3; ++i) {
    const std::string d = random.Percent(30) ? "d && " : "";
    absl::StrAppend(&text, "  - { id: r", i, ", reason: { zh: 因, en: R }, when: '", d,
                    Condition(random, roles, 2),
                    "', then: { grade: ", random.Of<std::string>({"A", "B", "C", "D"}), " } }\n");
  }
  return text + "default: { grade: D }\n";
}

// How one fact stands, or may come to stand.
struct Way {
  facts::Statements statements;
  std::string value;  // its state but for the role: two ways that differ in it are two answers
  std::string role;
};

facts::StatedFact Say(const facts::FactValue& value, FactStatus status, const std::string& source,
                      const std::string& role, absl::Time observed) {
  facts::StatedFact statement;
  statement.value = value;
  statement.status = status;
  statement.source = source;
  statement.role = role;
  statement.observed_time = observed;
  return statement;
}

std::vector<facts::FactValue> Values(const std::string& fact) {
  if (fact == "e") return {{std::string("X")}, {std::string("Y")}, {std::string("Z")}};
  return {{false}, {true}};
}

// What `fact` is now, and all that it may turn out to be.
struct Prospect {
  std::string fact;
  facts::Statements now;
  std::vector<Way> ways;
};

Prospect MakeProspect(Random& random, const std::string& fact, bool roles) {
  Prospect prospect;
  prospect.fact = fact;
  const auto values = Values(fact);
  const absl::Time before = kNow - absl::Hours(random.Below(10));
  const std::string role = roles ? random.Of<std::string>({"", "LOW", "HIGH"}) : "";
  const int kind = random.Below(roles ? 3 : 4);
  if (kind == 0) {  // confirmed
    prospect.now = {Say(random.Of(values), FactStatus::kConfirmed, "s", role, before)};
    prospect.ways.push_back({prospect.now, "", ""});
  } else if (kind == 1) {  // claimed
    const facts::StatedFact claim = Say(random.Of(values), FactStatus::kClaimed, "s", role, before);
    facts::StatedFact confirmed = claim;
    confirmed.status = FactStatus::kConfirmed;
    prospect.now = {claim};
    prospect.ways = {{{claim}, "claimed", ""}, {{confirmed}, "confirmed", ""}};
  } else {
    const bool conflict = kind == 3;
    if (conflict) {
      prospect.now = {Say(values[0], FactStatus::kClaimed, "s", "", before),
                      Say(values[1], FactStatus::kClaimed, "t", "", before)};
    }
    prospect.ways.push_back({prospect.now, "", ""});  // nobody says more
    for (size_t i = 0; i < values.size(); ++i) {
      const std::string name = absl::StrCat(i);
      for (const char* told_by : {"", "LOW", "HIGH"}) {
        if (!roles && *told_by != 0) continue;
        facts::StatedFact claim =
            Say(values[i], FactStatus::kClaimed, "u", conflict ? "HIGH" : told_by, kNow);
        facts::StatedFact confirmed = claim;
        confirmed.status = FactStatus::kConfirmed;
        facts::Statements claims = prospect.now;
        claims.push_back(claim);
        prospect.ways.push_back({claims, absl::StrCat(name, " claimed"), told_by});
        prospect.ways.push_back({{confirmed}, absl::StrCat(name, " confirmed"), told_by});
      }
    }
  }
  return prospect;
}

struct Ending {
  std::vector<size_t> ways;
  uint64_t grades = 0;
};

// 0 where it is open.
uint64_t GradesOf(const rules::Bundle& bundle, const facts::Lead& lead) {
  Evaluation evaluation(bundle, lead, kNow);
  Outcome outcome;
  RunGradeSets(evaluation, nullptr, &outcome);
  const cel::Value& grade = evaluation.slots()[bundle.rule_sets[0].outputs[0].slot];
  return grade.is_unknown() ? 0 : uint64_t{1} << grade.ordinal();
}

std::vector<Ending> AllEndings(const rules::Bundle& bundle,
                               const std::vector<Prospect>& prospects) {
  std::vector<Ending> endings;
  std::vector<size_t> ways(prospects.size(), 0);
  while (true) {
    facts::Lead lead;
    for (size_t i = 0; i < prospects.size(); ++i) {
      const facts::Statements& statements = prospects[i].ways[ways[i]].statements;
      if (!statements.empty()) lead.facts[prospects[i].fact] = statements;
    }
    if (const uint64_t grades = GradesOf(bundle, lead); grades != 0) {
      endings.push_back({ways, grades});
    }
    size_t i = 0;
    while (i < ways.size() && ++ways[i] == prospects[i].ways.size()) ways[i++] = 0;
    if (i == ways.size()) return endings;
  }
}

// Whether two endings with other grades differ in nothing but this fact, its source's role aside.
bool CanChange(const std::vector<Prospect>& prospects, const std::vector<Ending>& endings,
               size_t fact) {
  for (const Ending& a : endings) {
    for (const Ending& b : endings) {
      if (a.grades == b.grades) continue;
      bool alike = true;
      for (size_t i = 0; i < prospects.size() && alike; ++i) {
        const Way& x = prospects[i].ways[a.ways[i]];
        const Way& y = prospects[i].ways[b.ways[i]];
        alike = i == fact ? x.role == y.role : a.ways[i] == b.ways[i];
      }
      if (alike) return true;
    }
  }
  return false;
}

void CheckQuestion(const rules::Bundle& bundle, Evaluation& evaluation,
                   const std::vector<Prospect>& prospects, size_t fact, Random& random) {
  const auto values = Values(prospects[fact].fact);
  const facts::FactValue& value = random.Of(values);
  std::vector<Prospect> told = prospects;
  told[fact].ways.clear();
  for (const char* role : {"", "LOW", "HIGH"}) {
    told[fact].ways.push_back(
        {{Say(value, FactStatus::kConfirmed, "u", role, kNow)}, "confirmed", role});
  }
  uint64_t grades = 0;
  for (const Ending& ending : AllEndings(bundle, told)) grades |= ending.grades;
  const facts::Fact* asked = bundle.schema.Find(prospects[fact].fact);
  cel::Value answer;
  if (const bool* flag = std::get_if<bool>(&value.value)) {
    answer = cel::Value::Bool(*flag);
  } else {
    const cel::EnumType* type = asked->type.enum_type().get();
    answer = cel::Value::Enum(type, *type->OrdinalOf(std::get<std::string>(value.value)));
  }
  const Answer given[] = {{static_cast<int>(asked - bundle.schema.facts.data()), answer}};
  EXPECT_EQ(FindAttainableIf(evaluation, given).grades, grades)
      << "if " << prospects[fact].fact << " is " << cel::ToString(answer);
}

void Try(Random& random) {
  const bool roles = random.Percent(50);
  const std::string text = BundleText(random, roles);
  SCOPED_TRACE(text);
  const auto bundle = testing::LoadText(text);
  ASSERT_NE(bundle, nullptr);
  std::vector<Prospect> prospects;
  facts::Lead lead;
  for (const char* fact : {"a", "b", "e"}) {
    prospects.push_back(MakeProspect(random, fact, roles));
    if (!prospects.back().now.empty()) lead.facts[fact] = prospects.back().now;
  }
  std::string shown;
  for (const auto& [name, statements] : lead.facts) {
    for (const facts::StatedFact& statement : statements) {
      absl::StrAppend(&shown, name, " status ", static_cast<int>(statement.status), " role ",
                      statement.role, " observed ", absl::FormatTime(statement.observed_time),
                      "\n");
    }
  }
  SCOPED_TRACE(shown);
  const std::vector<Ending> endings = AllEndings(*bundle, prospects);
  uint64_t grades = 0;
  for (const Ending& ending : endings) grades |= ending.grades;
  Evaluation evaluation(*bundle, lead, kNow);
  const Attainable attainable = FindAttainable(evaluation, nullptr);
  EXPECT_TRUE(attainable.exact);
  EXPECT_EQ(attainable.grades, grades);
  for (size_t i = 0; i < prospects.size(); ++i) {
    const bool listed = std::any_of(
        attainable.missing.begin(), attainable.missing.end(),
        [&](const MissingFact& missing) { return missing.fact->name == prospects[i].fact; });
    EXPECT_EQ(listed, CanChange(prospects, endings, i)) << prospects[i].fact;
    CheckQuestion(*bundle, evaluation, prospects, i, random);
  }
}

TEST(CompletionsProperty, EveryGradeThatCanBeHadIsFoundAndNoOther) {
  const uint32_t first = testing::PropertySeed();
  const int count = testing::PropertyCount(400);
  for (uint32_t seed = first; seed < first + static_cast<uint32_t>(count); ++seed) {
    Random random(seed);
    Try(random);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "LEADGRADE_PROPERTY_SEED=" << seed;
  }
}

}  // namespace
}  // namespace leadgrade::decision
