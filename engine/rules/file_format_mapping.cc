// How the rows of a file become leads: Mapping.
#include "engine/rules/file_format.h"

namespace leadgrade::rules {
namespace {

using Kind = Shape::Kind;

constexpr Shape kMappedLeadShape = {.kind = Kind::kMap, .map = &kMappedLeadFormat};
constexpr Shape kMappedFactMap = {.kind = Kind::kMap, .map = &kMappedFactFormat};
constexpr const Shape* kMappedOptions[] = {&kRowCelShape, &kMappedFactMap};
constexpr Shape kMappedFactShape = {.kind = Kind::kEither, .options = kMappedOptions};
constexpr Shape kMappedList = {.kind = Kind::kList, .element = &kMappedFactShape};
constexpr const Shape* kMappedFactOptions[] = {&kRowCelShape, &kMappedFactMap, &kMappedList};
constexpr Shape kMappedFactsShape = {.kind = Kind::kEither, .options = kMappedFactOptions};
constexpr Shape kMappedFacts = {
    .kind = Kind::kNamed, .element = &kMappedFactsShape, .names = Names::kFact};
constexpr Shape kMappedEventsShape = {.kind = Kind::kMap, .map = &kMappedEventsFormat};
constexpr Shape kMappedEventsList = {.kind = Kind::kList, .element = &kMappedEventsShape};

constexpr KeyFormat kMappingKeys[] = {
    kApiVersionKey,
    kKindKey,
    kMetadataKey,
    {"timeZone", &kTimeZoneShape, false,
     "An IANA time zone, of dates and calendar days; left out: UTC.", "Europe/London"},
    {"lead", &kMappedLeadShape, true, "Which lead a row is of.", "{ id: row.id }"},
    {"observedTime", &kRowCelShape, false,
     "A timestamp: when the facts were observed. Left out, or null: `now`.",
     "timestamp(row.updated)"},
    {"facts", &kMappedFacts, false,
     "CEL for each fact; null leaves it unknown. An enumeration's value is its name as a text.",
     "{ need: row.need == \"yes\" }"},
    {"events", &kMappedEventsList, false, "What happened.",
     "[{ id: row.id, type: '\"visit\"', time: timestamp(row.at) }]"},
};

constexpr KeyFormat kMappedLeadKeys[] = {
    {"id", &kRowCelShape, true,
     "A text or a whole number: 1 to 128 letters, digits, `-`, `_`, `.`, `~`, `:`.",
     "'\"crm-\" + row.id'"},
    {"displayName", &kRowCelShape, false, "A text; null, or empty: stays as it is.", "row.company"},
    {"owner", &kRowCelShape, false, "A text; null, or empty: stays as it is.", "row.rep"},
};

constexpr KeyFormat kMappedFactKeys[] = {
    {"value", &kRowCelShape, true, "A value of the fact's type; null leaves it unknown.",
     "row.need == \"yes\""},
    {"status", &kRowCelShape, false, "`confirmed`, the default, `claimed`, `unknown`, `refuted`.",
     "row.sure ? confirmed : claimed"},
    {"source", &kRowCelShape, false, "A text: who said so.", "row.rep"},
    {"sourceRole", &kRowCelShape, false, "A text: one of the bundle's source roles.", "row.role"},
    {"when", &kRowCelShape, false, "False: unknown, and `value` is not looked at.",
     "row.stage == \"Won\""},
    {"observedTime", &kRowCelShape, false, "A timestamp, instead of the one for all.",
     "timestamp(row.updated)"},
    {"expireTime", &kRowCelShape, false, "From when on it does not count; null: never.",
     "timestamp(row.until)"},
};

constexpr KeyFormat kMappedEventsKeys[] = {
    {"forEach", &kRowCelShape, false,
     "A list: an event for each element, which is `item`. Left out: one event; null: none.",
     "get(row, \"visits\")"},
    {"when", &kRowCelShape, false, "False: no event.", "row.signed_on != \"\""},
    {"id", &kRowCelShape, true, "A text or a whole number, the same in every import.",
     "'\"visit-\" + string(item.no)'"},
    {"type", &kRowCelShape, true, "A text: one of the bundle's event types.", "'\"visit\"'"},
    {"time", &kRowCelShape, true, "A timestamp.", "timestamp(item.at)"},
    {"due", &kRowCelShape, false,
     "A timestamp: when what was agreed is due; not before `time`. Null: nothing is due.",
     "timestamp(item.due)"},
    {"amount", &kRowCelShape, false, "A number, of an order or a signature; null: none.",
     "number(row.amount)"},
    {"note", &kRowCelShape, false, "A text.", "get(item, \"note\")"},
};

}  // namespace

const MapFormat kMappingFormat = {"mapping", "a mapping", kMappingKeys};
const MapFormat kMappedLeadFormat = {"mappedLead", "a lead", kMappedLeadKeys};
const MapFormat kMappedFactFormat = {"mappedFact", "a fact", kMappedFactKeys};
const MapFormat kMappedEventsFormat = {"mappedEvents", "events", kMappedEventsKeys};

}  // namespace leadgrade::rules
