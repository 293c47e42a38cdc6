#include "absl/strings/str_cat.h"
#include "engine/decision/decision.h"
#include "nlohmann/json.hpp"
#include "tools/diff/diff_report.h"
#include "tools/proofs.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;

Json BundleJson(const BundleInput& input) {
  return {{"path", input.path}, {"name", input.bundle->name}, {"digest", input.bundle->digest}};
}

const char* NameOf(analysis::Verdict verdict) {
  switch (verdict) {
    case analysis::Verdict::kNeverHolds:
      return "same";
    case analysis::Verdict::kHolds:
      return "different";
    case analysis::Verdict::kOpen:
      return "notProved";
  }
  return "";
}

const char* NameOf(analysis::SchemaChange::Kind kind) {
  switch (kind) {
    case analysis::SchemaChange::Kind::kAdded:
      return "added";
    case analysis::SchemaChange::Kind::kRemoved:
      return "removed";
    case analysis::SchemaChange::Kind::kChanged:
      return "changed";
  }
  return "";
}

Json DecisionJson(const BundleInput& input, const analysis::Witness& witness) {
  const decision::Decision decision =
      decision::Decide(input.bundle, witness.lead, witness.now, {/*valid_until=*/false, false});
  Json json;
  json["grade"] = decision::EffectiveGrade(decision);
  json["provisional"] = decision.provisional;
  const rules::Rule* rule = decision::SettlingRule(decision);
  json["rule"] = rule == nullptr ? Json() : Json(rule->id);
  json["score"] = decision.score.has_value() ? Json(*decision.score) : Json();
  Json& actions = json["actions"] = Json::array();
  for (const decision::NextAction& action : decision.actions) {
    actions.push_back(action.action->code);
  }
  return json;
}

Json RegionJson(const DiffReport& report, const analysis::DiffRegion& region) {
  const Example example = ToExample(report.after.bundle, region.witness);
  Json json;
  json["before"] = region.before;
  json["after"] = region.after;
  json["ofStatedDerivedFacts"] = region.of_stated;
  json["conditions"] = nullptr;
  if (region.conditions.has_value()) json["conditions"] = *region.conditions;
  json["lead"] = {{"now", example.now},
                  {"facts", Json::parse(example.facts)},
                  {"decisionBefore", DecisionJson(report.before, region.witness)},
                  {"decisionAfter", DecisionJson(report.after, region.witness)}};
  return json;
}

Json OutputJson(const DiffReport& report, const analysis::OutputDiff& output) {
  Json kinds = Json::array();
  for (const analysis::DiffKind& kind : output.kinds) {
    Json regions = Json::array();
    for (const auto& region : kind.regions) regions.push_back(RegionJson(report, region));
    kinds.push_back({{"before", kind.before},
                     {"after", kind.after},
                     {"complete", kind.complete},
                     {"reason", kind.reason},
                     {"regions", std::move(regions)}});
  }
  return {{"name", output.name},
          {"verdict", NameOf(output.verdict)},
          {"reason", output.reason},
          {"kinds", std::move(kinds)}};
}

Json ProofsJson(const DiffReport& report) {
  Json facts = Json::array(), outputs = Json::array();
  for (const analysis::SchemaChange& change : report.proved->facts) {
    facts.push_back({{"fact", change.fact},
                     {"change", NameOf(change.kind)},
                     {"text", change.text},
                     {"notCompared", change.apart}});
  }
  for (const auto& output : report.proved->outputs) outputs.push_back(OutputJson(report, output));
  return {{"facts", std::move(facts)}, {"outputs", std::move(outputs)}};
}

Json LeadsJson(const DiffReport::Leads& leads, absl::TimeZone zone) {
  const trial::ComparisonResult& result = leads.result;
  Json json;
  json["source"] = leads.source;
  json["now"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E*S%Ez", leads.now, zone);
  json["leads"] = result.leads;
  Json& transitions = json["transitions"] = Json::array();
  for (const auto& [transition, count] : result.transitions) {
    transitions.push_back({{"before", transition.first},
                           {"after", transition.second},
                           {"leads", count.leads},
                           {"examples", count.examples}});
  }
  json["rescored"] = result.rescored;
  json["provisional"] = {{"before", result.provisional_before},
                         {"after", result.provisional_after}};
  json["faulty"] = {{"before", result.faulty_before}, {"after", result.faulty_after}};
  Json& actions = json["actions"] = Json::array();
  for (const auto& [code, count] : result.actions) {
    actions.push_back({{"code", code},
                       {"before", count.before},
                       {"after", count.after},
                       {"started", count.started},
                       {"stopped", count.stopped},
                       {"examples", count.examples}});
  }
  Json& owners = json["owners"] = Json::array();
  for (const auto& [owner, count] : result.owners) {
    owners.push_back({{"owner", owner},
                      {"leads", count.leads},
                      {"regraded", count.regraded},
                      {"raised", count.raised},
                      {"lowered", count.lowered},
                      {"actions",
                       {{"before", count.before},
                        {"after", count.after},
                        {"started", count.started},
                        {"stopped", count.stopped}}}});
  }
  Json& days = json["days"] = Json::array();
  const absl::CivilDay today = absl::ToCivilDay(leads.now, zone);
  for (size_t i = 0; i < result.days.size(); ++i) {
    Json by_action = Json::object();
    for (const auto& [code, counts] : result.action_days) {
      if (counts[i].before == 0 && counts[i].after == 0) continue;
      by_action[code] = {{"before", counts[i].before}, {"after", counts[i].after}};
    }
    days.push_back({{"day", absl::FormatCivilTime(today + static_cast<int>(i))},
                    {"before", result.days[i].before},
                    {"after", result.days[i].after},
                    {"actions", std::move(by_action)}});
  }
  json["beyondAnalysis"] = {{"before", result.beyond_before}, {"after", result.beyond_after}};
  return json;
}

}  // namespace

Json ToJson(const DiffReport& report) {
  Json json;
  json["before"] = BundleJson(report.before);
  json["after"] = BundleJson(report.after);
  json["proofs"] = report.proved.has_value() ? ProofsJson(report) : Json();
  json["leads"] = nullptr;
  if (report.leads.has_value()) {
    json["leads"] = LeadsJson(*report.leads, report.after.bundle->time_zone);
  }
  return json;
}

}  // namespace leadgrade::tools
