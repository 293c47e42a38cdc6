// Pages on what is no error and still likely a mistake, and on silences.
#include "engine/base/code_pages.h"

namespace leadgrade::base {
namespace {

constexpr Severity kWarning = Severity::kWarning;

constexpr CodePage kPages[] = {
    {"LG2001", "unused-fact", kWarning, "a fact that nothing reads",
     "No rule, derivation or property reads the fact, and no decision shows it. Salespeople who "
     "are\n"
     "asked for it are asked for nothing. A `question` alone does not make it read.",
     R"y(facts:
  city: { type: string })y",
     R"y(facts:
  city: { type: string }
# and in a rule
when: city == "Shenzhen")y",
     "Read it in a rule, show it in `decision.outputs` of the bundle, or take it out."},
    {"LG2002", "unused-aggregate", kWarning, "an aggregate that nothing reads",
     "No rule and no derivation reads what the aggregate takes from the timeline or from the "
     "grade\n"
     "history.",
     R"y(aggregates:
  visits: { of: events, types: [visit], take: count })y",
     R"y(aggregates:
  visits: { of: events, types: [visit], take: count }
# and in a rule
when: visits >= press_visits)y",
     "Read it, or take it out."},
    {"LG2003", "unused-action", kWarning, "an action that no rule proposes",
     "The action stands in the catalog, and no rule gives it. Nobody will ever be told to do it.",
     R"y(actions:
  call_back: { title: { zh: 回访, en: Call back } })y",
     R"y(rules:
  - id: keep-rhythm
    reason: { zh: 太久没有联系, en: Too long without contact }
    when: days_since_contact >= contact_pause_days
    then: { action: call_back })y",
     "Propose it by a rule, or take it out of the catalog."},
    {"LG2004", "unused-parameter", kWarning, "a parameter that nothing reads",
     "To change the parameter changes nothing. Most often its value was written out where its "
     "name\n"
     "should stand.",
     R"y(parameters:
  pause_days: { type: int, value: 7 }
# and in a rule
when: days_since_contact >= 7)y",
     R"y(when: days_since_contact >= pause_days)y",
     "Read it where its value stands, or take it out."},
    {"LG2005", "unused-event", kWarning, "an event type that no aggregate reads",
     "Events of this type are taken and kept, and change no decision.",
     R"y(events: [visit, order]
aggregates:
  visits: { of: events, types: [visit], take: count })y",
     R"y(events: [visit, order]
aggregates:
  visits: { of: events, types: [visit], take: count }
  orders: { of: events, types: [order], take: count })y",
     "Read them by an aggregate, or take the type out. Where they are kept for other reasons than "
     "a\n"
     "grade, silence it and say so."},
    {"LG2006", "unused-type", kWarning, "a type that nothing is of",
     "No fact, parameter or output is of this enumeration, no expression names it, and sources "
     "have\n"
     "no role of it.",
     R"y(types:
  Mood: [BAD, GOOD])y",
     R"y(types:
  Mood: [BAD, GOOD]
facts:
  mood: { type: Mood })y",
     "Give it to a fact or an output, or take it out."},
    {"LG2007", "duplicate-rule", kWarning, "two rules with one condition",
     "Two rules of a rule set hold of the same leads, however they are written: `!(visits < 3)` "
     "is\n"
     "`visits >= 3`. Under `COLLECT` and `RULE ORDER` it is told only where they give the same "
     "too,\n"
     "for one condition may have several outcomes there.",
     R"y(- id: first-contact
  when: visits >= 3
  then: { grade: B }
- id: pressed
  when: "!(visits < 3)"
  then: { grade: B })y",
     R"y(- id: first-contact
  when: visits >= 1 && visits < 3
  then: { grade: B }
- id: pressed
  when: visits >= 3
  then: { grade: B })y",
     "Take one of them out, or write the condition that was meant."},
    {"LG2008", "near-duplicate-rule", kWarning, "two rules that differ in one bound or operator",
     "Two rules of a rule set give the same, and their conditions differ in a single bound (`>= "
     "3`,\n"
     "`>= 5`), in `<` and `<=`, in `==` and `>=`, or in `&&` and `||`. Wherever one holds the "
     "other\n"
     "holds too, so one of them decides nothing: most often it was copied and not changed enough.\n"
     "Told neither of outcomes that add up (`SUM`, `COUNT`) nor, under `FIRST`, of rules between\n"
     "which one gives something else.",
     R"y(- id: press
  when: need && visits >= 3
  then: { action: press }
- id: give-up
  when: need && visits >= 5
  then: { action: press })y",
     R"y(- id: press
  when: need && visits >= 3 && visits < 5
  then: { action: press }
- id: give-up
  when: need && visits >= 5
  then: { action: review_lead })y",
     "Take out the one that the other covers, or finish what was copied. Where both are meant, "
     "each\n"
     "with a reason of its own for the salesperson, silence it and say so."},
    {"LG2009", "gap-at-boundary", kWarning, "a value between two bounds that no rule takes",
     "One rule ends below a value, another of the same rule set begins above it, and neither they\n"
     "nor any other rule take the value itself. Told of numbers, instants and durations, of rules\n"
     "that ask for the same beside the bound, and only where there is no `default`.",
     R"y(- id: few
  when: visits < 10
- id: many
  when: visits > 10)y",
     R"y(- id: few
  when: visits < 10
- id: many
  when: visits >= 10)y",
     "Let one of the two take the value: `<=` or `>=`."},
    {"LG2010", "missing-translation", kWarning, "a text that lacks a language",
     "What a salesperson reads is given in `zh` and in `en`. A text that lacks one is shown in "
     "the\n"
     "other. Told as well where the `en` text is Chinese, and where the `zh` text is a copy of "
     "the\n"
     "`en` text.",
     R"y(reason: { zh: 没有预算 })y", R"y(reason: { zh: 没有预算, en: No budget })y",
     "Add the translation."},
    {"LG2011", "missing-description", kWarning, "something that nobody explained",
     "A fact needs a `title`, which salespeople read where it is missing, and one that is not "
     "derived\n"
     "a `question`, for somebody has to ask it. A parameter needs a `description`, for it is there "
     "to\n"
     "be changed. An action needs a `text` that says how it is done. A rule set needs a "
     "`description`\n"
     "in its `metadata`.",
     R"y(parameters:
  pause_days: { type: int, value: 7 })y",
     R"y(parameters:
  pause_days:
    type: int
    value: 7
    description: Days without contact after which a live lead is to be called.)y",
     "Write what whoever reads it next will want to know."},
    {"LG2012", "magic-number", kWarning, "a number in several places that has no name",
     "The same number, duration or instant is compared with the same thing in several rules or\n"
     "derivations, or the same duration with several things. To change it in one place and to "
     "forget\n"
     "another leaves a gap or an overlap. `0`, `1`, `-1` and `100` say of themselves what they "
     "are.",
     R"y(- id: quiet
  when: days_since_contact >= 30 && need
- id: dormant
  when: days_since_contact >= 30 && !need)y",
     R"y(parameters:
  dormant_days: { type: int, value: 30, description: Days without contact. }
# and in the rules
when: days_since_contact >= dormant_days && need)y",
     "Name it by a parameter of the bundle, and read that."},
    {"LG2900", "silence-without-reason", kWarning, "a silence that does not say what or why",
     "A comment that begins with `leadgrade:` silences findings, and says why they are meant to "
     "be.\n"
     "One without a reason counts for nothing.",
     R"y(events: [visit, order]  # leadgrade: allow LG2005)y",
     R"y(events: [visit, order]  # leadgrade: allow LG2005 because finance reads the orders)y",
     "Go on with `because`, and say to whoever reads it next why it is as it is."},
    {"LG2901", "silence-of-nothing", kWarning, "a silence that silences nothing",
     "Nothing of this code is found at the line that the comment stands for: the line that it "
     "ends,\n"
     "or the next line below it that holds more than a comment. Left there it would hide the next\n"
     "mistake. Silences of `LG3…` count only where proofs are run.",
     R"y(# leadgrade: allow LG2001 because it will be read next month
need: { type: bool }  # and rules do read it)y",
     R"y(need: { type: bool })y",
     "Take the comment out, or put it at the line that the finding points at."},
    {"LG2902", "silence-of-unknown", kWarning, "a silence of a code that there is not",
     "The code is misspelt, or one that cannot be silenced. Only what is found in rules that load\n"
     "can: `LG2…` and `LG3…`. Errors of loading can not, and neither can what is wrong with a\n"
     "silence.",
     R"y(city: { type: string }  # leadgrade: allow LG201 because the export shows it)y",
     R"y(city: { type: string }  # leadgrade: allow LG2001 because the export shows it)y",
     "`leadgrade explain-code` lists all codes."},
};

}  // namespace

absl::Span<const CodePage> LintCodePages() { return kPages; }

}  // namespace leadgrade::base
