// The kinds of documents that decide: Bundle, FactSchema, RuleSet, ActionCatalog, Properties.
#include "engine/rules/file_format.h"

namespace leadgrade::rules {
namespace {

using Kind = Shape::Kind;

constexpr absl::string_view kTypeNames[] = {"bool",   "int",       "double",
                                            "string", "timestamp", "duration"};
constexpr absl::string_view kSources[] = {"events", "gradeHistory"};
constexpr absl::string_view kTakes[] = {"count", "sum", "first", "last"};
constexpr absl::string_view kAggregateValues[] = {"time", "grade", "due"};
constexpr absl::string_view kHitPolicies[] = {"UNIQUE", "FIRST",   "PRIORITY",
                                              "ANY",    "COLLECT", "RULE ORDER"};
constexpr absl::string_view kAggregations[] = {"SUM", "MIN", "MAX", "COUNT"};
constexpr absl::string_view kChannels[] = {"visit", "phone", "message", "meeting"};
constexpr absl::string_view kPriorities[] = {"low", "normal", "high", "urgent"};

constexpr Shape kTypeShape = {
    .kind = Kind::kSuggested, .choices = kTypeNames, .names = Names::kType};
constexpr Shape kOutputName = {.kind = Kind::kText, .names = Names::kOutput};
constexpr Shape kFactName = {.kind = Kind::kText, .names = Names::kFact};
constexpr Shape kGradeName = {.kind = Kind::kText, .names = Names::kGrade};
constexpr Shape kGradeNames = {.kind = Kind::kList, .element = &kGradeName};
constexpr Shape kRuleName = {.kind = Kind::kText, .names = Names::kRule};
constexpr Shape kRuleId = {.kind = Kind::kText, .names = Names::kRule, .declares = true};
constexpr Shape kRuleNames = {.kind = Kind::kList, .element = &kRuleName};
constexpr Shape kEventName = {.kind = Kind::kText, .names = Names::kEventType};
constexpr Shape kEventNames = {.kind = Kind::kList, .element = &kEventName};
constexpr Shape kCelList = {.kind = Kind::kList, .element = &kCelShape};

// ---- Bundle

constexpr Shape kParameterShape = {.kind = Kind::kMap, .map = &kParameterFormat};
constexpr Shape kParametersShape = {.kind = Kind::kNamed,
                                    .element = &kParameterShape,
                                    .names = Names::kParameter,
                                    .declares = true};
constexpr Shape kDecisionShape = {.kind = Kind::kMap, .map = &kDecisionFormat};
constexpr Shape kShownName = {.kind = Kind::kText, .names = Names::kShown};
constexpr Shape kShownNames = {.kind = Kind::kList, .element = &kShownName};

constexpr KeyFormat kBundleKeys[] = {
    kApiVersionKey,
    kKindKey,
    kMetadataKey,
    {"timeZone", &kTimeZoneShape, false,
     "An IANA time zone: days are calendar days here. Left out: `Asia/Shanghai`.", "Asia/Shanghai"},
    {"parameters", &kParametersShape, false, "Constants that rules read by name.",
     "{ window_days_a: { type: int, value: 10 } }"},
    {"decision", &kDecisionShape, true, "Which outputs are which part of the answer.",
     "{ grade: grading.grade }"},
};

constexpr KeyFormat kParameterKeys[] = {
    {"type", &kTypeShape, true,
     "`bool`, `int`, `double`, `string`, `timestamp`, `duration`, one of "
     "the bundle's `types`, or `list(…)` of these.",
     "int"},
    {"value", &kCelShape, true, "A constant: CEL, or plain text where the type is `string`.", "10"},
    {"description", &kTextShape, false, "What it is for, and when to change it.", ""},
};

constexpr KeyFormat kDecisionKeys[] = {
    {"grade", &kOutputName, true,
     "The output that is the grade, as `ruleSet.output`: one value of an enumeration.",
     "grading.grade"},
    {"score", &kOutputName, false, "The output that is the score: an `int` or a `double`.",
     "points.total"},
    {"actions", &kOutputName, false, "The output that is the next actions, of type `Action`.",
     "next_steps.action"},
    {"outputs", &kShownNames, false, "Facts and single outputs that decisions show as well.",
     "[window_end]"},
};

// ---- FactSchema

constexpr Shape kEnumValues = {.kind = Kind::kList, .element = &kTextShape};
constexpr Shape kTypesShape = {
    .kind = Kind::kNamed, .element = &kEnumValues, .names = Names::kEnum, .declares = true};
constexpr Shape kRoleType = {.kind = Kind::kText, .names = Names::kEnum};
constexpr Shape kDeclaredEvent = {
    .kind = Kind::kText, .names = Names::kEventType, .declares = true};
constexpr Shape kDeclaredEvents = {.kind = Kind::kList, .element = &kDeclaredEvent};
constexpr Shape kAggregateShape = {.kind = Kind::kMap, .map = &kAggregateFormat};
constexpr Shape kAggregatesShape = {
    .kind = Kind::kNamed, .element = &kAggregateShape, .names = Names::kFact, .declares = true};
constexpr Shape kFactShape = {.kind = Kind::kMap, .map = &kFactFormat};
constexpr Shape kFactsShape = {
    .kind = Kind::kNamed, .element = &kFactShape, .names = Names::kFact, .declares = true};
constexpr Shape kRangeShape = {.kind = Kind::kMap, .map = &kRangeFormat};
constexpr Shape kLikelihoodShape = {.kind = Kind::kNamed, .element = &kNumberShape};
constexpr Shape kOfShape = {.kind = Kind::kChoice, .choices = kSources};
constexpr Shape kTakeShape = {.kind = Kind::kChoice, .choices = kTakes};
constexpr Shape kValueShape = {.kind = Kind::kChoice, .choices = kAggregateValues};

constexpr KeyFormat kFactSchemaKeys[] = {
    kApiVersionKey,
    kKindKey,
    kMetadataKey,
    {"types", &kTypesShape, false, "Enumerations: names, each with its values from worst to best.",
     "{ Grade: [D, C, B, A] }"},
    {"events", &kDeclaredEvents, false, "What can happen to a lead. Left out: anything.",
     "[visit, call, signature]"},
    {"sourceRoles", &kRoleType, false,
     "The one of `types` whose values are who says things, from least to most say.", "SourceRole"},
    {"aggregates", &kAggregatesShape, false,
     "What rules may know of the timeline and of the grades so far.",
     "{ visits_90d: { of: events, types: [visit], take: count, within: 90d } }"},
    {"facts", &kFactsShape, false, "The inputs of the rules, stated or derived.",
     "{ need: { type: bool } }"},
};

constexpr KeyFormat kAggregateKeys[] = {
    {"of", &kOfShape, true, "What it is drawn from: the lead's events, or its grades so far.",
     "events"},
    {"types", &kEventNames, false, "Of events: only these. Left out: all.", "[visit, call]"},
    {"rules", &kRuleNames, false, "Of the grade history: only changes made by these rules.",
     "[window-passed]"},
    {"grades", &kGradeNames, false, "Of the grade history: only changes to these grades.", "[A]"},
    {"take", &kTakeShape, true,
     "`count` (an `int`), `sum` (of event amounts, a `double`), `first` or `last` (a `timestamp`, "
     "or `null` where there is none).",
     "count"},
    {"value", &kValueShape, false,
     "With `first` and `last`, instead of the time: the `grade` of the grade history, or when an "
     "event is `due`.",
     "grade"},
    {"within", &kTextShape, false,
     "Calendar days such as `90d`, today and the 89 days before it; or exact time such as `36h`.",
     "90d"},
    {"description", &kTextShape, false, "What it is, for whoever reads the file.", ""},
};

constexpr KeyFormat kFactKeys[] = {
    {"type", &kTypeShape, true,
     "`bool`, `int`, `double`, `string`, `timestamp`, `duration`, one of "
     "`types`, or `list(…)` of these.",
     "bool"},
    {"nullable", &kFlagShape, false,
     "The value may be `null`, \"there is none\", which is not the same as unknown.", "true"},
    {"range", &kRangeShape, false, "For numbers: what is outside is refused.",
     "{ min: 0, max: 9 }"},
    {"title", &kLocalizedShape, false, "What the fact is called.",
     "{ zh: 有需求, en: Has a need }"},
    {"question", &kLocalizedShape, false, "How to ask for it where it is missing.",
     "{ zh: 谁有否决权？, en: Who can veto it? }"},
    {"description", &kTextShape, false, "What it means, for whoever reads the file.", ""},
    {"likelihood", &kLikelihoodShape, false,
     "Of a `bool` or an enumeration: a weight for each value. Questions come in the order of what "
     "their answers change on average; left out, all answers are as likely.",
     "{ true: 3, false: 1 }"},
    {"changeable", &kFlagShape, false,
     "`false` for what no effort of ours changes: it is in no advice on a better grade.", "false"},
    {"changeCost", &kNumberShape, false,
     "What changing it takes, in a unit of your choice; 1 where it is left out. The cheapest "
     "advice comes first.",
     "2"},
    {"derive", &kCelShape, false,
     "CEL over other facts, aggregates, parameters and `now`. What someone states takes "
     "precedence.",
     "visits > 0"},
};

constexpr KeyFormat kRangeKeys[] = {
    {"min", &kNumberShape, false, "The least value; left out: none.", "0"},
    {"max", &kNumberShape, false, "The greatest value; left out: none.", "9"},
};

// ---- RuleSet

constexpr Shape kHitPolicyShape = {.kind = Kind::kChoice, .choices = kHitPolicies};
constexpr Shape kAggregationShape = {.kind = Kind::kChoice, .choices = kAggregations};
constexpr Shape kOutputShape = {.kind = Kind::kMap, .map = &kOutputFormat};
constexpr Shape kOutputsShape = {.kind = Kind::kList, .element = &kOutputShape};
constexpr Shape kRuleShape = {.kind = Kind::kMap, .map = &kRuleFormat};
constexpr Shape kRulesShape = {.kind = Kind::kList, .element = &kRuleShape};
constexpr Shape kOutcomeShape = {
    .kind = Kind::kNamed, .element = &kCelShape, .names = Names::kOutputKey};
constexpr Shape kConnectiveShape = {.kind = Kind::kMap, .map = &kConditionFormat};
constexpr const Shape* kConditionOptions[] = {&kCelShape, &kConnectiveShape};
constexpr Shape kConditionShape = {.kind = Kind::kEither, .options = kConditionOptions};
constexpr Shape kConditionsShape = {.kind = Kind::kList, .element = &kConditionShape};

constexpr KeyFormat kRuleSetKeys[] = {
    kApiVersionKey,
    kKindKey,
    kMetadataKey,
    {"hitPolicy", &kHitPolicyShape, false,
     "Whose outcome counts (DMN). `UNIQUE`, the default: the one rule that holds. `FIRST`: the "
     "first that holds, from the top. `PRIORITY`: the one whose first output stands earliest in "
     "that output's `priority`. `ANY`: any, all that hold agree. `COLLECT`: all, as a list, or "
     "with `aggregation` one value. `RULE ORDER`: all, as a list, in their order.",
     "FIRST"},
    {"aggregation", &kAggregationShape, false, "With `hitPolicy: COLLECT`: one value made of all.",
     "SUM"},
    {"outputs", &kOutputsShape, true, "What each rule gives.", "[{ name: grade, type: Grade }]"},
    {"rules", &kRulesShape, true, "The rules, from the top.",
     "[{ id: no-need, reason: { zh: 没有需求, en: No need }, when: \"!need\", then: { grade: D } "
     "}]"},
    {"default", &kOutcomeShape, false, "The outputs when no rule holds.", "{ grade: D }"},
};

constexpr KeyFormat kOutputKeys[] = {
    {"name", &kTextShape, true, "Read in conditions of other rule sets as `ruleSet.name`.",
     "grade"},
    {"type", &kTypeShape, true, "The type of its values, as of a fact; or `Action`.", "Grade"},
    {"nullable", &kFlagShape, false, "A rule may leave it out.", "true"},
    {"priority", &kCelList, false,
     "With `hitPolicy: PRIORITY`, of the first output: its values, the strongest first.", "[A, B]"},
};

constexpr KeyFormat kRuleKeys[] = {
    {"id", &kRuleId, true,
     "Its name in reasons, tests and reports: letters, digits, `-`, `_` and `.`. Once in its rule "
     "set.",
     "no-need"},
    {"reason", &kLocalizedShape, true, "What the salesperson reads where it decided.",
     "{ zh: 没有需求, en: No need }"},
    {"description", &kTextShape, false, "Why it is so, for whoever reads the file.", ""},
    {"when", &kConditionShape, false,
     "CEL, or `all`, `any` or `none` over a list of such. Without it the rule always holds. An "
     "unknown fact makes a condition unknown, unless the rest decides it.",
     "kp_level == FIRST && need"},
    {"then", &kOutcomeShape, true,
     "A value for each output: CEL, or plain text where the output is a `string`.", "{ grade: D }"},
};

constexpr KeyFormat kConditionKeys[] = {
    {"all", &kConditionsShape, false, "Holds where all of these hold.", "[need, budget]"},
    {"any", &kConditionsShape, false, "Holds where one of these holds.", "[need, budget]"},
    {"none", &kConditionsShape, false, "Holds where none of these holds.", "[signed, lapsed]"},
};

// ---- ActionCatalog

constexpr Shape kActionShape = {.kind = Kind::kMap, .map = &kActionFormat};
constexpr Shape kActionsShape = {
    .kind = Kind::kNamed, .element = &kActionShape, .names = Names::kAction, .declares = true};
constexpr Shape kChannelShape = {.kind = Kind::kSuggested, .choices = kChannels};
constexpr Shape kPriorityShape = {.kind = Kind::kChoice, .choices = kPriorities};
constexpr Shape kChecklistShape = {.kind = Kind::kList, .element = &kLocalizedShape};

constexpr KeyFormat kActionCatalogKeys[] = {
    kApiVersionKey,
    kKindKey,
    kMetadataKey,
    {"actions", &kActionsShape, true, "Codes, which are the values of the type `Action`.",
     "{ close: { title: { zh: 促成签约, en: Close } } }"},
};

constexpr KeyFormat kActionKeys[] = {
    {"title", &kLocalizedShape, true, "What the salesperson reads first.",
     "{ zh: 促成签约, en: Close }"},
    {"text", &kLocalizedShape, false, "How to do it, in a sentence.",
     "{ zh: 用封闭式问题促成。, en: Ask a closed question. }"},
    {"channel", &kChannelShape, false, "How the lead is reached; any word, in lower case.",
     "visit"},
    {"priority", &kPriorityShape, false, "`normal` where it is left out.", "urgent"},
    {"dueWithin", &kTextShape, false,
     "From when it is first proposed: days such as `3d`, 24 hours each, or hours such as `36h`.",
     "3d"},
    {"checklist", &kChecklistShape, false, "What to think of.",
     "[{ zh: 带上合同, en: Bring the contract }]"},
};

// ---- Properties

constexpr Shape kPropertyShape = {.kind = Kind::kMap, .map = &kPropertyFormat};
constexpr Shape kPropertyList = {.kind = Kind::kList, .element = &kPropertyShape};
constexpr Shape kImplicationShape = {.kind = Kind::kMap, .map = &kImplicationFormat};
constexpr Shape kMonotoneShape = {.kind = Kind::kMap, .map = &kMonotoneFormat};

constexpr KeyFormat kPropertiesKeys[] = {
    kApiVersionKey,
    kKindKey,
    kMetadataKey,
    {"relations", &kCelList, false, "CEL between facts that proofs take for granted.",
     "[signatures == 0 || visits > 0]"},
    {"properties", &kPropertyList, false,
     "Claims, each with one of `always`, `never`, `implies`, `equivalent` and `monotone`.",
     "[{ id: nothing-without-need, always: need || grading.grade == D }]"},
};

constexpr KeyFormat kPropertyKeys[] = {
    {"id", &kTextShape, true, "Its name in reports: letters, digits, `-`, `_` and `.`.",
     "a-is-complete"},
    {"description", &kTextShape, false, "What it says, for whoever reads a report.", ""},
    {"given", &kCelShape, false, "Only where this holds.", "\"!signed\""},
    {"always", &kCelShape, false, "Holds of every lead.", "need || grading.grade == D"},
    {"never", &kCelShape, false, "Holds of no lead.", "grading.grade == A && claimed(budget)"},
    {"implies", &kImplicationShape, false, "Where `if` holds, `then` holds.",
     "{ if: grading.grade == A, then: need && budget }"},
    {"equivalent", &kCelList, false, "Two conditions, both true or both false.",
     "[window_days == 10, current_grade == A]"},
    {"monotone", &kMonotoneShape, false,
     "Of two leads that differ in one fact and in what follows from it, the output of the one with "
     "more is not less.",
     "{ fact: need, output: grading.grade }"},
};

constexpr KeyFormat kImplicationKeys[] = {
    {"if", &kCelShape, true, "Where this holds …", "grading.grade == A"},
    {"then", &kCelShape, true, "… this holds too.", "need && budget"},
};

constexpr KeyFormat kMonotoneKeys[] = {
    {"fact", &kFactName, true, "A fact whose values have an order.", "need"},
    {"output", &kOutputName, true, "A single output whose values have an order.", "grading.grade"},
    {"falling", &kFlagShape, false, "The one with more has not more of the output, instead.",
     "true"},
};

}  // namespace

const MapFormat kBundleFormat = {"bundle", "a bundle", kBundleKeys};
const MapFormat kParameterFormat = {"parameter", "a parameter", kParameterKeys};
const MapFormat kDecisionFormat = {"decision", "a decision", kDecisionKeys};
const MapFormat kFactSchemaFormat = {"factSchema", "a fact schema", kFactSchemaKeys};
const MapFormat kAggregateFormat = {"aggregate", "an aggregate", kAggregateKeys};
const MapFormat kFactFormat = {"fact", "a fact", kFactKeys};
const MapFormat kRangeFormat = {"range", "a range", kRangeKeys};
const MapFormat kRuleSetFormat = {"ruleSet", "a rule set", kRuleSetKeys};
const MapFormat kOutputFormat = {"output", "an output", kOutputKeys};
const MapFormat kRuleFormat = {"rule", "a rule", kRuleKeys};
const MapFormat kConditionFormat = {"condition", "a condition (CEL, or `all`, `any`, `none`)",
                                    kConditionKeys};
const MapFormat kActionCatalogFormat = {"actionCatalog", "an action catalog", kActionCatalogKeys};
const MapFormat kActionFormat = {"action", "an action", kActionKeys};
const MapFormat kPropertiesFormat = {"properties", "a document of properties", kPropertiesKeys};
const MapFormat kPropertyFormat = {"property", "a property", kPropertyKeys};
const MapFormat kImplicationFormat = {"implication", "an implication", kImplicationKeys};
const MapFormat kMonotoneFormat = {"monotone", "a monotone property", kMonotoneKeys};

}  // namespace leadgrade::rules
