#include "engine/analysis/diff.h"

#include <algorithm>
#include <array>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/analysis/diff_outputs.h"
#include "engine/analysis/diff_regions.h"
#include "engine/analysis/given.h"
#include "engine/analysis/minimise.h"
#include "engine/analysis/search.h"
#include "engine/analysis/whole_row.h"

namespace leadgrade::analysis {
namespace {

using rules::Bundle;

// Why nothing can be said of all leads; empty where it can.
std::string Apart(const Bundle& before, const Bundle& after) {
  if (before.time_zone.name() != after.time_zone.name()) {
    return absl::StrCat("days are of another time zone: ", before.time_zone.name(), ", now ",
                        after.time_zone.name());
  }
  const auto &roles = before.schema.source_roles, &others = after.schema.source_roles;
  if (roles != nullptr && others != nullptr && roles->values != others->values) {
    return "the roles of sources are other ones";
  }
  return "";
}

class Differ {
 public:
  Differ(const std::shared_ptr<const Bundle>& before, const std::shared_ptr<const Bundle>& after,
         const Joint& joint, const DiffOptions& options)
      : bundles_{before.get(), after.get()},
        joint_(joint),
        options_(options),
        space_(std::make_shared<Model::Space>(after->time_zone)),
        world_(joint.bundle, space_),
        inputs_(Model::NewInputs(&world_, "")),
        before_(joint, 0, *before, inputs_, space_),
        after_(joint, 1, *after, inputs_, space_),
        small_(IsSmall(&world_, inputs_)),
        search_(options.limit) {
    search_.Take(&world_);
    search_.Take(&before_.world);
    search_.Take(&after_.world);
    for (Side* side : sides()) {
      for (const rules::Relation& relation : side->world.bundle.relations) {
        side->world.assumptions.push_back(
            world_.terms.Not(side->model.IsFalse(side->model.Encode(relation.holds->expr()))));
      }
    }
    AssumeOfFacts();
    regions_.emplace(std::array<Model*, 2>{&before_.model, &after_.model}, bundles_, may_be_stated_,
                     &world_.terms, &search_);
  }

  OutputDiff Compare(const ComparedOutput& output) {
    OutputDiff diff;
    diff.name = output.name;
    if (!output.reason.empty()) {
      diff.reason = output.reason;
      return diff;
    }
    std::vector<Term> any;
    for (const ComparedKind& kind : output.kinds) any.push_back(kind.holds);
    std::vector<Term> asked = assumed_;
    asked.push_back(world_.terms.Or(std::move(any)));
    diff.verdict = search_.Run(
        asked, small_, [](const Assignment&) { return true; }, &diff.reason);
    if (diff.verdict == Verdict::kNeverHolds) return diff;
    diff.verdict = Verdict::kNeverHolds;
    for (const ComparedKind& kind : output.kinds) {
      DiffKind found = Explore(kind);
      if (!found.regions.empty()) diff.verdict = Verdict::kHolds;
      if (!found.reason.empty()) {
        if (diff.verdict == Verdict::kNeverHolds) diff.verdict = Verdict::kOpen;
        diff.reason = found.reason;
      }
      if (!found.regions.empty() || !found.reason.empty()) diff.kinds.push_back(std::move(found));
    }
    return diff;
  }

  Model& model(int side) { return sides()[static_cast<size_t>(side)]->model; }
  TermTable& terms() { return world_.terms; }

 private:
  struct Side {
    Side(const Joint& joint, int side, const Bundle& bundle, const Inputs& inputs,
         const std::shared_ptr<Model::Space>& space)
        : world(bundle, space), model(&world, InputsOf(joint, side, bundle, inputs, &world)) {}
    Model::World world;
    Model model;
  };

  std::array<Side*, 2> sides() { return {&before_, &after_}; }

  // As a proof of one bundle does, where both bundles would.
  void AssumeOfFacts() {
    const size_t count = joint_.bundle.schema.facts.size();
    std::vector<bool> known(count, true), derived(count, true);
    for (const int side : {0, 1}) {
      const Bundle& bundle = *bundles_[side];
      const std::vector<bool> unknown = MayBeUnknown(bundle);
      const std::vector<bool> history = ReadHistory(bundle);
      for (size_t i = 0; i < bundle.schema.facts.size(); ++i) {
        const auto index = static_cast<size_t>(joint_.sides[side].facts[i]);
        const bool is_derived = bundle.schema.facts[i].derivation != nullptr;
        if (is_derived || unknown[i]) known[index] = false;
        if (!is_derived || !history[i]) derived[index] = false;
      }
    }
    for (size_t i = 0; i < count; ++i) {
      const Term stated = inputs_.stated[i];
      if (joint_.apart[i]) {
        search_.Assert(world_.terms.Not(stated));
      } else if (known[i]) {
        search_.Assert(stated);
      } else if (derived[i]) {
        assumed_.push_back(world_.terms.Not(stated));
      } else {
        if (IsDerived(i)) derived_only_.push_back(world_.terms.Not(stated));
        may_be_stated_.push_back({joint_.bundle.schema.facts[i].name, stated, IsDerived(i)});
      }
    }
  }

  // On each side that has it.
  bool IsDerived(size_t joint_fact) const {
    for (const int side : {0, 1}) {
      for (size_t i = 0; i < bundles_[side]->schema.facts.size(); ++i) {
        if (joint_.sides[side].facts[i] != static_cast<int>(joint_fact)) continue;
        if (bundles_[side]->schema.facts[i].derivation == nullptr) return false;
      }
    }
    return true;
  }

  bool IsAllowed(const Witness& witness) const {
    return std::all_of(bundles_.begin(), bundles_.end(), [&](const Bundle* bundle) {
      if (bundle->relations.empty()) return true;
      WholeRow row(*bundle, witness.lead, witness.now);
      return std::none_of(
          bundle->relations.begin(), bundle->relations.end(),
          [&row](const rules::Relation& relation) { return row.Eval(*relation.holds).is_false(); });
    });
  }

  DiffKind Explore(const ComparedKind& kind) {
    DiffKind out;
    out.before = kind.before;
    out.after = kind.after;
    std::vector<Term> asked = assumed_;
    asked.push_back(kind.holds);
    // Most leads state no derived fact, and what the others have in common takes more words.
    Explore(kind, /*of_stated=*/false, asked, &out);
    const bool open = !out.regions.empty() || !out.complete;
    if (!open && !derived_only_.empty()) Explore(kind, /*of_stated=*/true, asked, &out);
    return out;
  }

  // Adds regions until there are no more, or enough. `asked`: all that is so of a lead in a new
  // one.
  void Explore(const ComparedKind& kind, bool of_stated, std::vector<Term> asked, DiffKind* out) {
    std::vector<Term> assumed = assumed_;
    if (!of_stated) {
      for (std::vector<Term>* terms : {&assumed, &asked}) {
        terms->insert(terms->end(), derived_only_.begin(), derived_only_.end());
      }
    }
    while (true) {
      DiffRegion region;
      region.of_stated = of_stated;
      const auto shows = [&](const Witness& witness) {
        if (!IsAllowed(witness)) return false;
        WholeRow before(*bundles_[0], witness.lead, witness.now);
        WholeRow after(*bundles_[1], witness.lead, witness.now);
        return kind.shows(before, after, &region.before, &region.after);
      };
      std::optional<Term> covered;
      const bool enough = static_cast<int>(out->regions.size()) >= options_.max_regions;
      const Verdict verdict = search_.Run(
          asked, small_,
          [&](const Assignment& values) {
            region.witness = Decode(joint_.bundle, inputs_, values);
            if (!shows(region.witness)) return false;
            if (!enough) covered = Describe(kind, shows, asked, assumed, &region);
            return true;
          },
          &out->reason);
      if (verdict == Verdict::kNeverHolds) return;
      if (verdict == Verdict::kOpen || enough) {
        out->complete = false;
        if (verdict == Verdict::kOpen && out->reason.empty()) out->reason = NotFound();
        return;
      }
      out->regions.push_back(std::move(region));
      asked.push_back(world_.terms.Not(*covered));
    }
  }

  // Makes the lead plain and says what it has in common with others of its kind; gives the formula
  // of those. `asked`: what leads met before have not in common with it.
  Term Describe(const ComparedKind& kind, const std::function<bool(const Witness&)>& shows,
                const std::vector<Term>& asked, const std::vector<Term>& assumed,
                DiffRegion* region) {
    const auto is_new = [&](const Witness& witness) {
      if (!shows(witness)) return false;
      Assignment values = ValuesOf(witness);
      TermValues terms(values);
      return std::all_of(asked.begin(), asked.end(), [&](Term term) { return terms.Holds(term); });
    };
    // Formulas that are not exact may not hold of what shows the difference all the same.
    if (is_new(region->witness)) {
      region->witness = Minimise(joint_.bundle, std::move(region->witness), is_new);
    }
    shows(region->witness);
    const Assignment values = ValuesOf(region->witness);
    TermValues terms(values);
    auto found = regions_->Find(&terms, kind.holds, assumed);
    if (!found.has_value()) return regions_->Cell(&terms);
    region->conditions = std::move(found->conditions);
    return found->holds;
  }

  Assignment ValuesOf(const Witness& witness) const {
    return AssignmentOf(world_, inputs_, witness.lead, witness.now);
  }

  std::string NotFound() const {
    std::vector<std::string> beyond = before_.world.beyond;
    for (const std::string& what : after_.world.beyond) {
      if (std::find(beyond.begin(), beyond.end(), what) == beyond.end()) beyond.push_back(what);
    }
    if (beyond.empty()) return "no lead was found that shows it, and no proof that there is none";
    return absl::StrCat("beyond what can be proved: ", absl::StrJoin(beyond, ", "));
  }

  const std::array<const Bundle*, 2> bundles_;
  const Joint& joint_;
  const DiffOptions options_;
  const std::shared_ptr<Model::Space> space_;
  Model::World world_;  // of the joint lead
  const Inputs inputs_;
  Side before_, after_;
  Term small_;
  Search search_;
  std::vector<Term> assumed_;
  std::vector<Term> derived_only_;  // the lead states no derived fact
  std::vector<RegionFinder::Stated> may_be_stated_;
  std::optional<RegionFinder> regions_;
};

}  // namespace

BundleDiff Diff(const std::shared_ptr<const Bundle>& before,
                const std::shared_ptr<const Bundle>& after, const DiffOptions& options) {
  BundleDiff diff;
  const Joint joint = Join(*before, *after);
  diff.facts = joint.changes;
  if (const std::string apart = Apart(*before, *after); !apart.empty()) {
    diff.outputs.push_back({"grade", Verdict::kOpen, apart, {}});
    return diff;
  }
  Differ differ(before, after, joint, options);
  const auto outputs = OutputsToCompare({before.get(), after.get()},
                                        {&differ.model(0), &differ.model(1)}, &differ.terms());
  for (const ComparedOutput& output : outputs) diff.outputs.push_back(differ.Compare(output));
  return diff;
}

}  // namespace leadgrade::analysis
