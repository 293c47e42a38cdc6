#include "engine/rules/file_format.h"

#include <algorithm>

namespace leadgrade::rules {
namespace {

using Kind = Shape::Kind;

constexpr absl::string_view kVersions[] = {kApiVersion};
constexpr absl::string_view kKindNames[] = {"Bundle",        "FactSchema", "RuleSet",
                                            "ActionCatalog", "Properties", "TestSuite",
                                            "Fixtures",      "Snapshots",  "Mapping"};
constexpr absl::string_view kZones[] = {
    "Asia/Shanghai",   "Asia/Singapore",      "Asia/Tokyo",
    "Europe/Berlin",   "Europe/London",       "America/New_York",
    "America/Chicago", "America/Los_Angeles", "UTC"};

constexpr KeyFormat kLocalizedKeys[] = {
    {"zh", &kTextShape, false, "What a Chinese-speaking salesperson reads.", "有需求"},
    {"en", &kTextShape, false, "What an English-speaking salesperson reads.", "Has a need"},
};

constexpr KeyFormat kMetadataKeys[] = {
    {"name", &kTextShape, true,
     "What the document is called: letters, digits, `-`, `_` and `.`. A rule set's name is read in "
     "conditions, as `name.output`, and so has no `-` and no `.`.",
     "sales"},
    {"title", &kLocalizedShape, false, "The name that people read.",
     "{ zh: 销售线索分级, en: Sales lead grading }"},
    {"description", &kTextShape, false, "What it is for, for whoever reads the file.", ""},
};

constexpr KeyFormat kSuiteMetadataKeys[] = {
    {"name", &kTextShape, true, "What the document is called.", "grading"},
    {"description", &kTextShape, false, "What it is for, for whoever reads the file.", ""},
};

constexpr KindFormat kKinds[] = {
    {"Bundle", &kBundleFormat, "What the directory as a whole is; one in each bundle.", false},
    {"FactSchema", &kFactSchemaFormat, "What rules may know of a lead: facts, their types, events.",
     false},
    {"RuleSet", &kRuleSetFormat, "An ordered list of rules with their outputs: a decision table.",
     false},
    {"ActionCatalog", &kActionCatalogFormat, "What a salesperson can be told to do next.", false},
    {"Properties", &kPropertiesFormat,
     "What must hold of every lead, for `leadgrade check` to prove.", false},
    {"TestSuite", &kTestSuiteFormat, "Leads and what must be said of them; in `*_test.yaml`.",
     true},
    {"Fixtures", &kFixturesFormat, "Leads that test cases share by name.", true},
    {"Snapshots", &kSnapshotsFormat, "Whole decisions, written by `leadgrade test --update`.",
     true},
    {"Mapping", &kMappingFormat, "How the rows of a file become leads, for `leadgrade import`.",
     true},
};

}  // namespace

const Shape kTextShape = {Kind::kText};
const Shape kFlagShape = {Kind::kFlag};
const Shape kNumberShape = {Kind::kNumber};
const Shape kWholeShape = {Kind::kWhole};
const Shape kInstantShape = {Kind::kInstant};
const Shape kAnyShape = {Kind::kAny};
const Shape kCelShape = {Kind::kCel};
const Shape kRowCelShape = {Kind::kRowCel};
const Shape kLocalizedShape = {.kind = Kind::kMap, .map = &kLocalizedFormat};
const Shape kMetadataShape = {.kind = Kind::kMap, .map = &kMetadataFormat};
const Shape kSuiteMetadataShape = {.kind = Kind::kMap, .map = &kSuiteMetadataFormat};
const Shape kApiVersionShape = {.kind = Kind::kChoice, .choices = kVersions};
const Shape kKindShape = {.kind = Kind::kChoice, .choices = kKindNames};
const Shape kTimeZoneShape = {.kind = Kind::kSuggested, .choices = kZones};

const MapFormat kLocalizedFormat = {"text", "a text in `zh` and `en`", kLocalizedKeys};
const MapFormat kMetadataFormat = {"metadata", "metadata", kMetadataKeys};
const MapFormat kSuiteMetadataFormat = {"suiteMetadata", "metadata", kSuiteMetadataKeys};

const KeyFormat* MapFormat::Find(absl::string_view key) const {
  const auto it = std::find_if(keys.begin(), keys.end(),
                               [&](const KeyFormat& format) { return format.name == key; });
  return it == keys.end() ? nullptr : &*it;
}

absl::Span<const KindFormat> Kinds() { return kKinds; }

const KindFormat* FindKind(absl::string_view kind) {
  const auto it = std::find_if(std::begin(kKinds), std::end(kKinds),
                               [&](const KindFormat& format) { return format.kind == kind; });
  return it == std::end(kKinds) ? nullptr : &*it;
}

}  // namespace leadgrade::rules
