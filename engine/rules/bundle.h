// A bundle: one directory's fact schema, rule sets and action catalog, checked and compiled.
// Immutable, shared by all threads, named by its digest.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/issue.h"
#include "engine/base/text.h"
#include "engine/cel/program.h"
#include "engine/facts/schema.h"

namespace leadgrade::rules {

enum class HitPolicy : uint8_t { kUnique, kFirst, kPriority, kAny, kCollect, kRuleOrder };
enum class Aggregation : uint8_t { kNone, kSum, kMin, kMax, kCount };

// A typed output of a rule set. Other rule sets read it as `ruleset.output`.
struct Output {
  std::string name;
  cel::Type type;
  // PRIORITY: enum ordinals or constants in falling priority, as the file lists them.
  std::vector<cel::Value> priority;
  std::vector<std::shared_ptr<const cel::Program>> priority_programs;  // own what those point to
  int32_t slot = -1;  // list-typed for COLLECT without aggregation and for RULE ORDER
};

// One leaf of a rule's `when`: a whole CEL string, or one operand of a top-level `&&` of it. Kept
// apart for explanations.
struct Term {
  enum class Group : uint8_t { kAll, kAny, kNone } group = Group::kAll;
  std::string source;
  std::shared_ptr<const cel::Program> program;
  base::SourceSpan span;
  cel::Range range;  // where it is in the source of the rule's `when`
};

struct Rule {
  std::string id;  // unique in its rule set
  base::SourceSpan span;
  base::LocalizedText reason;  // what the salesperson reads when it matched
  std::string description;
  std::shared_ptr<const cel::Program> when;  // bool; null: always
  std::vector<Term> terms;
  std::vector<std::shared_ptr<const cel::Program>> then;  // one per output; null: none given
};

struct RuleSet {
  std::string name;
  base::SourceSpan span;
  std::string description;
  HitPolicy hit_policy = HitPolicy::kUnique;
  Aggregation aggregation = Aggregation::kNone;
  std::vector<Output> outputs;
  std::vector<Rule> rules;
  // Outputs when no rule matches; empty when none are given.
  std::vector<std::shared_ptr<const cel::Program>> defaults;
  // Of all the programs above, those that the clock alone can change.
  std::vector<std::shared_ptr<const facts::TimedProgram>> timed;
  bool of_grade = false;  // one of Bundle::grade_rule_sets
};

// The answers to an unknown fact that the grade's rules can tell apart.
struct Answers {
  std::vector<cel::Value> values;  // text points to the bundle's programs
  // The values stand for all there are; false where a rule reads the fact in a way that is not
  // followed, or where there are too many.
  bool exhaustive = true;
  // A rule asks whether the fact, or one derived from it, is known.
  bool known_asked = false;
  // Derived facts that change with it, as indexes into schema.facts, in derivation order.
  std::vector<int> dependents;
};

enum class Priority : uint8_t { kLow = 1, kNormal = 2, kHigh = 3, kUrgent = 4 };

struct Action {
  std::string code;  // a CEL identifier; value of the enumeration `Action`
  base::SourceSpan span;
  base::LocalizedText title;
  base::LocalizedText text;
  std::string channel;  // "visit", "phone", "message", ...: free, lower case
  Priority priority = Priority::kNormal;
  absl::Duration due_within;  // from the instant it is proposed; zero: no due time
  std::vector<base::LocalizedText> checklist;
};

struct Parameter {
  std::string name;
  base::SourceSpan span;
  cel::Type type;
  cel::Value value;
  std::shared_ptr<const cel::Program> program;  // owns what `value` points to
  std::string description;
};

// Where the decision's named parts are: indexes into rule_sets and its outputs.
struct OutputRef {
  int rule_set = -1;
  int output = -1;
  explicit operator bool() const { return rule_set >= 0; }
};

// Something that must hold of every lead, for `leadgrade check` to prove. CEL over facts and
// outputs.
struct Property {
  enum class Claim : uint8_t {
    kAlways,      // left
    kNever,       // left
    kImplies,     // where left, there right
    kEquivalent,  // left and right are both true or both false
    kMonotone,  // of two leads that differ in the fact, the output of the one with more is not less
  };
  std::string id;  // unique in its bundle
  base::SourceSpan span;
  std::string description;
  std::shared_ptr<const cel::Program> given;  // only where this holds; null: everywhere
  Claim claim = Claim::kAlways;
  std::shared_ptr<const cel::Program> left, right;
  // kMonotone: index into schema.facts; the output, and whether it is not more instead.
  int fact = -1;
  OutputRef output;
  bool falling = false;
};

// What facts have to do with each other, taken for granted in proofs.
struct Relation {
  base::SourceSpan span;
  std::shared_ptr<const cel::Program> holds;
};

struct Bundle {
  std::string name;
  base::LocalizedText title;
  std::string description;
  std::string
      digest;  // "sha256:" and 64 hex digits, over the decision-relevant files' paths and bytes
  std::string time_zone_name;
  absl::TimeZone time_zone;

  facts::Schema schema;
  std::vector<Parameter> parameters;
  std::vector<RuleSet> rule_sets;
  std::vector<int> evaluation_order;  // rule sets, those read before those that read them
  std::vector<Action> actions;
  std::shared_ptr<const cel::EnumType> action_enum;  // ordinal = index into actions; may be null
  int32_t slot_count = 0;                            // that a decision reads
  int32_t env_slot_count = 0;  // that CEL with `env` may read: these, and the other attributes

  OutputRef grade;           // an enum output, single-valued; required
  OutputRef score;           // numeric; optional
  OutputRef actions_output;  // list of Action; optional
  // `decision.outputs`: facts and single outputs that decisions show, by name.
  std::vector<std::pair<std::string, int32_t>> shown_slots;
  std::shared_ptr<const cel::EnumType> grade_enum;  // worst to best; at most kMaxGrades values
  // The rule set of the grade and those it reads, in evaluation order.
  std::vector<int> grade_rule_sets;
  // Facts that these read, directly or through derived ones, as indexes into schema.facts, rising.
  std::vector<int> grade_facts;
  // Attributes that these read, likewise, as indexes into schema.attributes, rising.
  std::vector<int> grade_attributes;
  // Per fact of the schema.
  std::vector<Answers> answers;

  // What proofs are asked for, and what they may take for granted. Decisions do not read them, and
  // files with nothing else do not count in the digest.
  std::vector<Property> properties;
  std::vector<Relation> relations;

  // For CEL outside the rules (suites, filters): variables, parameters and enums of this bundle.
  std::shared_ptr<const cel::Env> env;
  // File texts, path → bytes, as loaded (what the digest is of).
  std::map<std::string, std::string> files;

  const Action* FindAction(absl::string_view code) const;
  const RuleSet* FindRuleSet(absl::string_view name) const;
};

// The files of a bundle directory: path ("sales/bundle.yaml") → bytes. Whoever reads the disk fills
// it; the engine does not.
using BundleFiles = std::map<std::string, std::string>;

// Reads, checks and compiles. Files named *_test.yaml, and those of kind Mapping, Fixtures and
// Snapshots, are not part of the decision: they are skipped and do not count in the digest. Only
// *.yaml and *.yml are read. Null when an error was added to `issues`; warnings may be added in any
// case. Thread safe.
std::shared_ptr<const Bundle> LoadBundle(const BundleFiles& files, base::IssueList* issues);

}  // namespace leadgrade::rules
