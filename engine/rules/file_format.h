// What may stand where in rule files: the kinds of documents, their keys, and what each key takes.
// The loaders take the keys they allow from here, so that they, the JSON Schema of `leadgrade
// schema` and the language server cannot say different things. All of it is constant data, shared
// by all threads.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace leadgrade::rules {

struct MapFormat;

// Whose name a text, or the key of a map, is.
enum class Names : uint8_t {
  kNothing,
  kFact,       // also an aggregate, where facts are declared
  kShown,      // a fact or an output `ruleSet.output`
  kOutput,     // `ruleSet.output`
  kOutputKey,  // an output of the rule set it stands in
  kAction,
  kGrade,
  kRule,
  kType,  // of a fact or an output
  kEnum,  // one of the bundle's `types`
  kRole,  // a value of the type of source roles
  kEventType,
  kParameter,
  kLead,    // of a document of fixtures
  kColumn,  // of a table of cases
};

// What stands in a place.
struct Shape {
  enum class Kind : uint8_t {
    kAny,
    kText,  // a single value, taken as text
    kFlag,  // `true` or `false`
    kNumber,
    kWhole,
    kInstant,    // RFC 3339, with its offset
    kChoice,     // one of `choices`
    kSuggested,  // text; `choices` are those everybody has
    kCel,        // an expression over the bundle's names
    kRowCel,     // an expression over the row of an import
    kMap,        // with the keys of `map`
    kNamed,      // a map whose keys are names of the author's, each with an `element`
    kList,       // of `element`
    kEither,     // one of `options`
  };
  Kind kind = Kind::kAny;
  absl::Span<const absl::string_view> choices = {};
  const MapFormat* map = nullptr;
  const Shape* element = nullptr;
  absl::Span<const Shape* const> options = {};
  Names names = Names::kNothing;  // kText, kSuggested: of the text; kNamed: of the keys
  bool declares = false;          // the name is declared here, not used
};

struct KeyFormat {
  absl::string_view name;
  const Shape* shape;
  bool required = false;               // whatever else the map holds
  absl::string_view description = "";  // one or two sentences of Markdown
  absl::string_view example = "";      // YAML in flow style; "" where the shape tells it all
};

struct MapFormat {
  absl::string_view id;    // of its own: "aggregate"
  absl::string_view what;  // completes "expected …": "an aggregate"
  absl::Span<const KeyFormat> keys;

  const KeyFormat* Find(absl::string_view key) const;
};

struct KindFormat {
  absl::string_view kind;
  const MapFormat* document;
  absl::string_view description;
  // Stands beside the rules: LoadBundle passes it over.
  bool companion;
};

inline constexpr absl::string_view kApiVersion = "leadgrade/v1";

// In the order in which people are told of them.
absl::Span<const KindFormat> Kinds();
// Null where there is none of that name.
const KindFormat* FindKind(absl::string_view kind);

// The maps of rule files. file_format.cc has those that several kinds share.
extern const MapFormat kLocalizedFormat, kMetadataFormat, kSuiteMetadataFormat;
// file_format_rules.cc
extern const MapFormat kBundleFormat, kParameterFormat, kDecisionFormat;
extern const MapFormat kFactSchemaFormat, kAggregateFormat, kFactFormat, kRangeFormat;
extern const MapFormat kRuleSetFormat, kOutputFormat, kRuleFormat, kConditionFormat;
extern const MapFormat kActionCatalogFormat, kActionFormat;
extern const MapFormat kPropertiesFormat, kPropertyFormat, kImplicationFormat, kMonotoneFormat;
// file_format_suites.cc
extern const MapFormat kTestSuiteFormat, kCaseFormat, kStepFormat, kTableFormat;
extern const MapFormat kExpectationFormat, kStatementsFormat, kStatementFormat;
extern const MapFormat kEventFormat, kGradeChangeFormat;
extern const MapFormat kFixturesFormat, kFixtureFormat, kSnapshotsFormat, kSnapshotFormat;
// file_format_mapping.cc
extern const MapFormat kMappingFormat, kMappedLeadFormat, kMappedFactFormat, kMappedEventsFormat;

// Shapes that several kinds share.
extern const Shape kTextShape, kFlagShape, kNumberShape, kWholeShape, kInstantShape, kAnyShape;
extern const Shape kCelShape, kRowCelShape, kLocalizedShape, kMetadataShape, kSuiteMetadataShape;
extern const Shape kApiVersionShape, kKindShape, kTimeZoneShape;

// What each kind of document begins with.
inline constexpr KeyFormat kApiVersionKey = {"apiVersion", &kApiVersionShape, true,
                                             "The version of this format.", "leadgrade/v1"};
inline constexpr KeyFormat kKindKey = {"kind", &kKindShape, true, "What this document is.",
                                       "RuleSet"};
inline constexpr KeyFormat kMetadataKey = {"metadata", &kMetadataShape, true, "Its name.",
                                           "{ name: grading }"};
inline constexpr KeyFormat kSuiteMetadataKey = {"metadata", &kSuiteMetadataShape, true, "Its name.",
                                                "{ name: grading }"};

}  // namespace leadgrade::rules
