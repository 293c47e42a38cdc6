#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/decision/decision.h"
#include "tools/diff/diff_report.h"
#include "tools/proofs.h"
#include "tools/report.h"

namespace leadgrade::tools {
namespace {

using analysis::Verdict;
using trial::ComparisonResult;

constexpr size_t kMostOwners = 20;
constexpr int kShortDigest = 19;  // "sha256:" and twelve digits

DocumentCell Text(std::string text) { return {{{std::move(text)}}}; }
DocumentCell Number(int64_t number) { return Text(NumberText(number)); }
// With its sign; empty where there is no change.
DocumentCell Change(int64_t number) {
  if (number == 0) return Text("");
  return Text(absl::StrCat(number > 0 ? "+" : "", NumberText(number)));
}

// What is proved of all leads.
class OfAllLeads {
 public:
  explicit OfAllLeads(const DiffReport& report) : report_(report), proved_(*report.proved) {}

  std::vector<Block> Run() {
    Facts();
    blocks_.push_back(Heading{1, "What it does to any lead there can be"});
    Same();
    for (const auto& output : proved_.outputs) {
      if (!output.kinds.empty()) Differences(output);
    }
    NotProved();
    return std::move(blocks_);
  }

 private:
  void Facts() {
    if (proved_.facts.empty()) return;
    blocks_.push_back(Heading{1, "Facts"});
    Bullets bullets;
    for (const auto& change : proved_.facts) {
      bullets.lines.push_back({Code(change.fact), {absl::StrCat(" ", change.text)}});
    }
    blocks_.push_back(std::move(bullets));
  }

  void Same() {
    Line line = {{"Proved to be the same for all of them: "}};
    for (const auto& output : proved_.outputs) {
      if (output.verdict != Verdict::kNeverHolds) continue;
      if (line.size() > 1) line.push_back({", "});
      line.push_back({output.name});
    }
    const bool any = line.size() > 1;
    line.push_back({any ? "." : "nothing."});
    blocks_.push_back(Paragraph{std::move(line)});
  }

  void Differences(const analysis::OutputDiff& output) {
    blocks_.push_back(Heading{2, output.name});
    for (const analysis::DiffKind& kind : output.kinds) {
      for (const analysis::DiffRegion& region : kind.regions) {
        blocks_.push_back(Details{Words(region), Shown(region)});
      }
      if (kind.complete) continue;
      const std::string of = absl::StrCat(kind.before, " → ", kind.after);
      blocks_.push_back(
          Paragraph{{{absl::StrCat(of, ": there may be more such leads",
                                   kind.reason.empty() ? "" : ", ", kind.reason, ".")}}});
    }
  }

  static Line Words(const analysis::DiffRegion& region) {
    Line line = {{absl::StrCat(region.before, " → ", region.after,
                               region.of_stated ? ", where a derived fact is stated," : "")}};
    if (!region.conditions.has_value()) {
      line.push_back({" of leads such as"});
    } else if (region.conditions->empty()) {
      line.push_back({" always"});
    } else {
      line.push_back({" where "});
      for (const std::string& condition : *region.conditions) {
        if (line.size() > 2) line.push_back({", "});
        line.push_back(Code(condition));
      }
    }
    return line;
  }

  std::vector<Block> Shown(const analysis::DiffRegion& region) const {
    const Example example = ToExample(report_.after.bundle, region.witness);
    return {Bullets{{{{"before: "}, {Said(report_.before, region.witness)}},
                     {{"after: "}, {Said(report_.after, region.witness)}}}},
            Listing{Commands(example)}};
  }

  // The lead alone, where the rules are no directories.
  std::string Commands(const Example& example) const {
    std::string commands;
    for (const BundleInput* input : {&report_.before, &report_.after}) {
      if (input->is_directory()) commands += ToCommand(example, input->path);
    }
    return commands.empty() ? absl::StrCat(example.facts, "\n") : commands;
  }

  static std::string Said(const BundleInput& input, const analysis::Witness& witness) {
    const decision::Decision decision =
        decision::Decide(input.bundle, witness.lead, witness.now, {/*valid_until=*/false, false});
    const std::string& grade = decision::EffectiveGrade(decision);
    std::string text = grade.empty() ? "no grade" : grade;
    if (decision.provisional) absl::StrAppend(&text, ", provisional");
    if (const rules::Rule* rule = decision::SettlingRule(decision)) {
      absl::StrAppend(&text, ", by the rule ", rule->id);
    }
    if (decision.score.has_value()) {
      absl::StrAppend(&text, ", score ", NumberText(*decision.score, false));
    }
    std::vector<std::string> actions;
    for (const auto& action : decision.actions) actions.push_back(action.action->code);
    if (!actions.empty()) absl::StrAppend(&text, ", to do: ", absl::StrJoin(actions, ", "));
    return text;
  }

  void NotProved() {
    Bullets bullets;
    for (const auto& output : proved_.outputs) {
      if (output.verdict != Verdict::kOpen) continue;
      bullets.lines.push_back({{absl::StrCat(output.name, ": ", output.reason)}});
    }
    if (bullets.lines.empty()) return;
    blocks_.push_back(Heading{2, "Not proved"});
    blocks_.push_back(std::move(bullets));
  }

  const DiffReport& report_;
  const analysis::BundleDiff& proved_;
  std::vector<Block> blocks_;
};

// What it does to the leads there are.
class OfTheLeads {
 public:
  OfTheLeads(const DiffReport& report, std::vector<Block>* blocks)
      : report_(report), leads_(*report.leads), result_(leads_.result), blocks_(*blocks) {}

  void Add() {
    const absl::TimeZone zone = report_.after.bundle->time_zone;
    blocks_.push_back(Heading{1, absl::StrCat("What it does to ", NumberText(result_.leads),
                                              result_.leads == 1 ? " lead" : " leads")});
    blocks_.push_back(Paragraph{
        {{"Of "},
         Code(leads_.source),
         {absl::StrCat(", as of ", absl::FormatTime("%Y-%m-%d %H:%M:%S %Ez", leads_.now, zone),
                       ".")}}});
    if (result_.leads == 0) return;
    Grades();
    Others();
    Actions();
    Owners();
    Days();
  }

 private:
  // Best first; none last.
  std::vector<std::string> GradesOf(const rules::Bundle& bundle, bool before) const {
    std::vector<std::string> grades(bundle.grade_enum->values.rbegin(),
                                    bundle.grade_enum->values.rend());
    // What a person set may be of another bundle.
    for (const auto& [transition, count] : result_.transitions) {
      const std::string& grade = before ? transition.first : transition.second;
      if (std::find(grades.begin(), grades.end(), grade) == grades.end()) grades.push_back(grade);
    }
    return grades;
  }

  static std::string GradeText(const std::string& grade) { return grade.empty() ? "none" : grade; }

  void Grades() {
    blocks_.push_back(Heading{2, "Grades, before (rows) and after (columns)"});
    const auto rows = GradesOf(*report_.before.bundle, true);
    const auto columns = GradesOf(*report_.after.bundle, false);
    DocumentTable table;
    table.columns.push_back({"before", false});
    for (const std::string& grade : columns) table.columns.push_back({GradeText(grade), true});
    for (const std::string& before : rows) {
      auto& row = table.rows.emplace_back();
      row.push_back(Text(GradeText(before)));
      for (const std::string& after : columns) {
        const auto it = result_.transitions.find({before, after});
        const int64_t leads = it == result_.transitions.end() ? 0 : it->second.leads;
        row.push_back(leads == 0 ? Text("") : Number(leads));
        row.back().weight = static_cast<double>(leads) / static_cast<double>(result_.leads);
      }
    }
    blocks_.push_back(std::move(table));
    Bullets bullets;
    for (const auto& [transition, count] : result_.transitions) {
      if (transition.first == transition.second) continue;
      Line line = {{absl::StrCat(GradeText(transition.first), " → ", GradeText(transition.second),
                                 ": ", NumberText(count.leads))}};
      Examples(count.examples, &line);
      bullets.lines.push_back(std::move(line));
    }
    if (bullets.lines.empty()) {
      blocks_.push_back(Paragraph{{{"No lead changes its grade."}}});
    } else {
      blocks_.push_back(std::move(bullets));
    }
  }

  static void Examples(const std::set<std::string>& ids, Line* line) {
    const char* before = ", such as ";
    for (const std::string& id : ids) {
      line->push_back({before});
      line->push_back(Code(id));
      before = ", ";
    }
  }

  void Others() {
    Bullets bullets;
    const auto add = [&](const std::string& text) { bullets.lines.push_back({{text}}); };
    if (result_.provisional_before != 0 || result_.provisional_after != 0) {
      add(absl::StrCat("provisional grades: ", NumberText(result_.provisional_before), " → ",
                       NumberText(result_.provisional_after)));
    }
    if (result_.faulty_before != 0 || result_.faulty_after != 0) {
      add(absl::StrCat("leads of which a rule fails: ", NumberText(result_.faulty_before), " → ",
                       NumberText(result_.faulty_after)));
    }
    if (result_.rescored != 0) {
      add(absl::StrCat("of another score: ", NumberText(result_.rescored)));
    }
    if (!bullets.lines.empty()) blocks_.push_back(std::move(bullets));
  }

  void Actions() {
    if (result_.actions.empty()) return;
    blocks_.push_back(Heading{2, "Actions proposed"});
    DocumentTable table;
    table.columns = {{"action", false}, {"before", true}, {"after", true},
                     {"begins", true},  {"ends", true},   {"such as", false}};
    for (const auto& [code, count] : result_.actions) {
      Line examples;
      for (const std::string& id : count.examples) {
        if (!examples.empty()) examples.push_back({", "});
        examples.push_back(Code(id));
      }
      table.rows.push_back({{{Code(code)}},
                            Number(count.before),
                            Number(count.after),
                            Change(count.started),
                            Change(-count.stopped),
                            {std::move(examples)}});
    }
    blocks_.push_back(std::move(table));
  }

  void Owners() {
    std::vector<const std::pair<const std::string, trial::OwnerCount>*> owners;
    for (const auto& owner : result_.owners) owners.push_back(&owner);
    if (owners.size() < 2 && owners[0]->first.empty()) return;
    const auto change = [](const trial::OwnerCount& count) {
      return count.regraded + count.started + count.stopped;
    };
    std::stable_sort(owners.begin(), owners.end(), [&](const auto* a, const auto* b) {
      return change(a->second) > change(b->second);
    });
    blocks_.push_back(Heading{2, "By owner"});
    DocumentTable table;
    table.columns = {{"owner", false},         {"leads", true}, {"raised", true}, {"lowered", true},
                     {"actions before", true}, {"after", true}, {"begins", true}, {"ends", true}};
    for (size_t i = 0; i < std::min(owners.size(), kMostOwners); ++i) {
      const auto& [owner, count] = *owners[i];
      table.rows.push_back({Text(owner.empty() ? "(nobody)" : owner), Number(count.leads),
                            Change(count.raised), Change(-count.lowered), Number(count.before),
                            Number(count.after), Change(count.started), Change(-count.stopped)});
    }
    blocks_.push_back(std::move(table));
    if (owners.size() > kMostOwners) {
      blocks_.push_back(Paragraph{
          {{absl::StrCat("And ", owners.size() - kMostOwners, " more, for whom less changes.")}}});
    }
  }

  void Days() {
    if (result_.days.empty()) return;
    Chart chart;
    chart.title = "Actions that come to be proposed, by day, with no further news";
    chart.label_title = "day";
    chart.series = {{"before", {}}, {"after", {}}};
    const absl::CivilDay today = absl::ToCivilDay(leads_.now, report_.after.bundle->time_zone);
    for (size_t i = 0; i < result_.days.size(); ++i) {
      const absl::CivilDay day = today + static_cast<int>(i);
      chart.labels.push_back(absl::FormatCivilTime(day));
      chart.series[0].values.push_back(static_cast<double>(result_.days[i].before));
      chart.series[1].values.push_back(static_cast<double>(result_.days[i].after));
    }
    blocks_.push_back(Heading{2, "Day by day"});
    blocks_.push_back(std::move(chart));
    const int64_t beyond = std::max(result_.beyond_before, result_.beyond_after);
    if (beyond == 0) return;
    blocks_.push_back(Paragraph{
        {{absl::StrCat("Not all of it is counted: of ", Count(static_cast<size_t>(beyond), "lead"),
                       " the clock decides beyond analysis, or too often.")}}});
  }

  const DiffReport& report_;
  const DiffReport::Leads& leads_;
  const ComparisonResult& result_;
  std::vector<Block>& blocks_;
};

std::string Named(const BundleInput& input) {
  return absl::StrCat(input.path, " (", input.bundle->digest.substr(0, kShortDigest), ")");
}

}  // namespace

Document ToDocument(const DiffReport& report) {
  Document document;
  document.title = "What a change of rules does";
  document.blocks.push_back(
      Paragraph{{{absl::StrCat(Named(report.before), " → ", Named(report.after))}}});
  if (report.before.bundle->digest == report.after.bundle->digest) {
    document.blocks.push_back(Paragraph{{{"The two are the same, to the byte."}}});
  }
  if (report.proved.has_value()) {
    for (Block& block : OfAllLeads(report).Run()) document.blocks.push_back(std::move(block));
  }
  if (report.leads.has_value()) OfTheLeads(report, &document.blocks).Add();
  return document;
}

}  // namespace leadgrade::tools
