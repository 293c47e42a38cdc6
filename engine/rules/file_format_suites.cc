// What stands beside the rules to test them: TestSuite, Fixtures, Snapshots.
#include "engine/rules/file_format.h"

namespace leadgrade::rules {
namespace {

using Kind = Shape::Kind;

constexpr absl::string_view kStatuses[] = {"confirmed", "claimed", "unknown", "refuted"};
constexpr absl::string_view kNever[] = {"never"};
constexpr absl::string_view kDecisionIssues[] = {"evaluation-error", "hit-policy-conflict",
                                                 "no-outcome", "unreadable-fact"};

constexpr Shape kFactName = {.kind = Kind::kText, .names = Names::kFact};
constexpr Shape kFactNames = {.kind = Kind::kList, .element = &kFactName};
constexpr Shape kGradeName = {.kind = Kind::kText, .names = Names::kGrade};
constexpr Shape kGradeNames = {.kind = Kind::kList, .element = &kGradeName};
constexpr Shape kRuleName = {.kind = Kind::kText, .names = Names::kRule};
constexpr Shape kRuleNames = {.kind = Kind::kList, .element = &kRuleName};
constexpr Shape kActionName = {.kind = Kind::kText, .names = Names::kAction};
constexpr Shape kActionNames = {.kind = Kind::kList, .element = &kActionName};
constexpr Shape kEventName = {.kind = Kind::kText, .names = Names::kEventType};
constexpr Shape kRoleName = {.kind = Kind::kText, .names = Names::kRole};
constexpr Shape kLeadName = {.kind = Kind::kText, .names = Names::kLead};

// ---- What is known of a lead

constexpr Shape kStatusShape = {.kind = Kind::kChoice, .choices = kStatuses};
constexpr Shape kStatementShape = {.kind = Kind::kMap, .map = &kStatementFormat};
constexpr Shape kStatementList = {.kind = Kind::kList, .element = &kStatementShape};
constexpr Shape kStatementsShape = {.kind = Kind::kMap, .map = &kStatementsFormat};
constexpr Shape kValues = {.kind = Kind::kList, .element = &kAnyShape};
constexpr const Shape* kStatedOptions[] = {&kTextShape, &kValues, &kStatementShape,
                                           &kStatementsShape};
constexpr Shape kStatedShape = {.kind = Kind::kEither, .options = kStatedOptions};
constexpr Shape kStatedFacts = {
    .kind = Kind::kNamed, .element = &kStatedShape, .names = Names::kFact};
constexpr Shape kEventShape = {.kind = Kind::kMap, .map = &kEventFormat};
constexpr Shape kEvents = {.kind = Kind::kList, .element = &kEventShape};
constexpr Shape kGradeChangeShape = {.kind = Kind::kMap, .map = &kGradeChangeFormat};
constexpr Shape kGradeHistory = {.kind = Kind::kList, .element = &kGradeChangeShape};

constexpr KeyFormat kStatementKeys[] = {
    {"value", &kAnyShape, false, "What was said; left out only with `status: unknown`.", "true"},
    {"status", &kStatusShape, false,
     "How it is known: `confirmed`, the default, `claimed`, `refuted`, or `unknown` (asked, and "
     "not told).",
     "claimed"},
    {"source", &kTextShape, false, "Who said it.", "Li"},
    {"sourceRole", &kRoleName, false, "What the source is, of the type of source roles.", "STAFF"},
    {"observedTime", &kInstantShape, false, "When it was observed; left out: at the case's time.",
     "2026-03-01T09:30:00+08:00"},
    {"expireTime", &kInstantShape, false, "From when on it does not count.",
     "2026-06-01T00:00:00+08:00"},
};

constexpr KeyFormat kStatementsKeys[] = {
    {"statements", &kStatementList, false, "What several sources say.",
     "[{ value: true, status: claimed, source: Li }]"},
};

constexpr KeyFormat kEventKeys[] = {
    {"type", &kEventName, true, "What happened: one of the bundle's event types.", "call"},
    {"time", &kInstantShape, false, "When; left out: at the time of the case or step.",
     "2026-03-05T09:00:00+08:00"},
    {"amount", &kNumberShape, false, "Of an order or a signature.", "12500"},
    {"due", &kInstantShape, false, "When what was agreed is due; not before `time`.",
     "2026-03-09T10:00:00+08:00"},
};

constexpr KeyFormat kGradeChangeKeys[] = {
    {"grade", &kGradeName, true, "The grade that the lead entered.", "A"},
    {"time", &kInstantShape, true, "When.", "2026-03-01T09:30:00+08:00"},
    {"rule", &kRuleName, false, "The rule that decided.", "window-passed"},
};

constexpr KeyFormat kFixtureKeys[] = {
    {"description", &kTextShape, false, "Who this is, for whoever reads the file.", ""},
    {"facts", &kStatedFacts, false, "What is known: a value for each fact, or how it is known.",
     "{ need: true }"},
    {"events", &kEvents, false, "What happened.",
     "[{ type: call, time: 2026-03-05T09:00:00+08:00 }]"},
    {"gradeHistory", &kGradeHistory, false, "The grades so far.",
     "[{ grade: A, time: 2026-03-01T09:30:00+08:00 }]"},
};

// ---- TestSuite

constexpr Shape kValidUntilShape = {.kind = Kind::kSuggested, .choices = kNever};
constexpr Shape kIssueName = {.kind = Kind::kChoice, .choices = kDecisionIssues};
constexpr Shape kIssueNames = {.kind = Kind::kList, .element = &kIssueName};
constexpr Shape kOutputValues = {
    .kind = Kind::kNamed, .element = &kAnyShape, .names = Names::kShown};
constexpr Shape kExpectationShape = {.kind = Kind::kMap, .map = &kExpectationFormat};
constexpr Shape kStepShape = {.kind = Kind::kMap, .map = &kStepFormat};
constexpr Shape kSteps = {.kind = Kind::kList, .element = &kStepShape};
constexpr Shape kColumnName = {.kind = Kind::kText, .names = Names::kColumn};
constexpr Shape kColumns = {.kind = Kind::kList, .element = &kColumnName};
constexpr Shape kRows = {.kind = Kind::kList, .element = &kValues};
constexpr Shape kTableShape = {.kind = Kind::kMap, .map = &kTableFormat};
constexpr Shape kCaseShape = {.kind = Kind::kMap, .map = &kCaseFormat};
constexpr Shape kCases = {.kind = Kind::kList, .element = &kCaseShape};

constexpr KeyFormat kTestSuiteKeys[] = {
    kApiVersionKey,
    kKindKey,
    kSuiteMetadataKey,
    {"now", &kInstantShape, false, "The clock, for cases without their own.",
     "2026-03-12T10:00:00+08:00"},
    {"cases", &kCases, true, "Leads, and what must be said of them.",
     "[{ name: no need is a D, facts: { need: false }, expect: { grade: D } }]"},
};

constexpr KeyFormat kCaseKeys[] = {
    {"name", &kTextShape, true, "What must hold, in words; once in its suite.", "no need is a D"},
    {"description", &kTextShape, false, "Why, for whoever reads the file.", ""},
    {"now", &kInstantShape, false, "The clock of this case.", "2026-03-12T10:00:00+08:00"},
    {"day", &kWholeShape, false,
     "Look so many calendar days after `now`, at the same local time, with no news in between.",
     "11"},
    {"lead", &kLeadName, false,
     "A lead of a document of fixtures; the case's own facts go over it.", "half-way"},
    {"facts", &kStatedFacts, false, "What is known: a value for each fact, or how it is known.",
     "{ kp_level: FIRST, need: true }"},
    {"events", &kEvents, false, "What happened.",
     "[{ type: call, time: 2026-03-05T09:00:00+08:00 }]"},
    {"gradeHistory", &kGradeHistory, false, "The grades so far.",
     "[{ grade: A, time: 2026-03-01T09:30:00+08:00 }]"},
    {"expect", &kExpectationShape, false, "What must come out; what is not named is not looked at.",
     "{ grade: A }"},
    {"steps", &kSteps, false,
     "One lead, through time: what becomes known when, and what then holds.",
     "[{ at: 2026-03-01T23:30:00+08:00, expect: { grade: A } }]"},
    {"table", &kTableShape, false, "Many cases of this shape, a row each.",
     "{ columns: [need, expect.grade], rows: [[true, A]] }"},
    {"snapshot", &kFlagShape, false,
     "The whole decision must be the one that `leadgrade test --update` wrote down.", "true"},
};

constexpr KeyFormat kStepKeys[] = {
    {"at", &kInstantShape, false, "When; or `day`.", "2026-03-01T23:30:00+08:00"},
    {"day", &kWholeShape, false, "So many calendar days after the case's `now`.", "11"},
    {"facts", &kStatedFacts, false, "What becomes known.", "{ need: true }"},
    {"events", &kEvents, false, "What happens.", "[{ type: call }]"},
    {"expect", &kExpectationShape, false, "What must then hold.", "{ grade: A }"},
};

constexpr KeyFormat kTableKeys[] = {
    {"columns", &kColumns, true,
     "A fact, `name`, `now`, `day`, `lead`, or `expect.KEY` of what is expected.",
     "[need, expect.grade]"},
    {"rows", &kRows, true, "A cell for each column; `~` says nothing.", "[[true, A]]"},
};

constexpr KeyFormat kExpectationKeys[] = {
    {"grade", &kGradeName, false, "The worst grade that the missing answers can lead to.", "A"},
    {"potentialGrade", &kGradeName, false, "The best one.", "A"},
    {"provisional", &kFlagShape, false, "Whether these differ.", "false"},
    {"attainableGrades", &kGradeNames, false, "All grades that can be reached, in any order.",
     "[A, B]"},
    {"missingFacts", &kFactNames, false, "What to find out, in this order.", "[budget]"},
    {"conflicts", &kFactNames, false, "Facts of which sources differ.", "[budget]"},
    {"reasons", &kRuleNames, false, "The rules that matched; the first is the decision's first.",
     "[all-three-labels]"},
    {"actions", &kActionNames, false, "The next actions, in any order.", "[close]"},
    {"score", &kNumberShape, false, "The score.", "12"},
    {"potentialScore", &kNumberShape, false, "The best score that the missing answers allow.",
     "20"},
    {"validUntil", &kValidUntilShape, false,
     "The instant from which the clock alone can change it; or `never`.",
     "2026-03-12T00:00:00+08:00"},
    {"issues", &kIssueNames, false, "What went wrong in deciding.", "[]"},
    {"outputs", &kOutputValues, false, "Values of the bundle's `decision.outputs`.",
     "{ window_end: 2026-03-12T00:00:00+08:00 }"},
};

// ---- Fixtures, Snapshots

constexpr Shape kFixtureShape = {.kind = Kind::kMap, .map = &kFixtureFormat};
constexpr Shape kFixtureMap = {
    .kind = Kind::kNamed, .element = &kFixtureShape, .names = Names::kLead, .declares = true};
constexpr Shape kSnapshotShape = {.kind = Kind::kMap, .map = &kSnapshotFormat};
constexpr Shape kSnapshotList = {.kind = Kind::kList, .element = &kSnapshotShape};

constexpr KeyFormat kFixturesKeys[] = {
    kApiVersionKey,
    kKindKey,
    {"metadata", &kSuiteMetadataShape, false, "Its name.", "{ name: leads }"},
    {"fixtures", &kFixtureMap, true, "Leads by name, for `lead: NAME` in a case.",
     "{ half-way: { facts: { need: true } } }"},
};

constexpr KeyFormat kSnapshotsKeys[] = {
    kApiVersionKey,
    kKindKey,
    {"metadata", &kAnyShape, false, "Its name.", "{ name: grading }"},
    {"snapshots", &kSnapshotList, false, "What each case's decision was.", ""},
};

constexpr KeyFormat kSnapshotKeys[] = {
    {"name", &kTextShape, true, "The case.", "no need is a D"},
    {"decisions", &kTextShape, true, "The decision, or one for each step, as text.", ""},
};

}  // namespace

const MapFormat kTestSuiteFormat = {"testSuite", "a test suite", kTestSuiteKeys};
const MapFormat kCaseFormat = {"case", "a case", kCaseKeys};
const MapFormat kStepFormat = {"step", "a step", kStepKeys};
const MapFormat kTableFormat = {"table", "a table", kTableKeys};
const MapFormat kExpectationFormat = {"expectation", "an expectation", kExpectationKeys};
const MapFormat kStatementsFormat = {"statements", "a fact", kStatementsKeys};
const MapFormat kStatementFormat = {"statement", "a statement", kStatementKeys};
const MapFormat kEventFormat = {"event", "an event", kEventKeys};
const MapFormat kGradeChangeFormat = {"gradeChange", "a grade change", kGradeChangeKeys};
const MapFormat kFixturesFormat = {"fixtures", "a document of fixtures", kFixturesKeys};
const MapFormat kFixtureFormat = {"fixture", "a lead", kFixtureKeys};
const MapFormat kSnapshotsFormat = {"snapshots", "a document of snapshots", kSnapshotsKeys};
const MapFormat kSnapshotFormat = {"snapshot", "a snapshot", kSnapshotKeys};

}  // namespace leadgrade::rules
