#include "service/leads/write_batch.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/facts/grades.h"

namespace leadgrade::leads {

using decision::Change;
using facts::Cause;

namespace {

constexpr char kLeadPayload[] = "leadgrade/lead";

// An error that LeadOf tells the lead of.
absl::Status AboutLead(absl::Status error, absl::string_view lead_id) {
  error.SetPayload(kLeadPayload, absl::Cord(lead_id));
  return error;
}

}  // namespace

std::string LeadOf(const absl::Status& status) {
  return std::string(status.GetPayload(kLeadPayload).value_or(absl::Cord()));
}

absl::StatusOr<WriteBatch::Working> WriteBatch::Load(const std::string& lead_id) const {
  const auto it = leads_.find(lead_id);
  if (it != leads_.end()) return it->second;
  auto stored = store_.Get(lead_id);
  if (stored.ok()) return Existing(*std::move(stored));
  if (!absl::IsNotFound(stored.status())) return stored.status();
  Working working;
  working.write.is_new = true;
  working.write.lead.id = lead_id;
  working.write.lead.create_time = now_;
  return working;
}

WriteBatch::Working WriteBatch::Existing(store::StoredLead stored) {
  Working working;
  working.exists = true;
  working.write.old_grade = stored.grade;
  working.write.old_due = store::DueTime(stored.lead);
  working.write.old_grade_due = store::GradeDueTime(stored.lead);
  working.write.lead = std::move(stored);
  return working;
}

void WriteBatch::Keep(Working working) {
  const std::string id = working.write.lead.id;
  const auto [it, added] = leads_.insert_or_assign(id, std::move(working));
  if (added) order_.push_back(id);
}

bool WriteBatch::IsDeleted(const std::string& lead_id) const {
  const auto it = leads_.find(lead_id);
  return it != leads_.end() && it->second.write.remove;
}

absl::Status WriteBatch::CheckBounds(const Working& working,
                                     const std::vector<Change>& changes) const {
  const facts::Lead& lead = working.write.lead.lead;
  size_t events = lead.timeline.size();
  // Of the facts that change: who says something of them afterwards.
  absl::flat_hash_map<absl::string_view, absl::flat_hash_set<absl::string_view>> sources;
  for (const Change& change : changes) {
    if (change.event.has_value()) ++events;
    if (!change.fact.has_value()) continue;
    const auto [it, first] = sources.try_emplace(change.fact->first);
    const auto stated = lead.facts.find(change.fact->first);
    if (first && stated != lead.facts.end()) {
      for (const facts::StatedFact& statement : stated->second) it->second.insert(statement.source);
    }
    if (change.fact->second.has_value()) {
      it->second.insert(change.fact->second->source);
    } else {
      it->second.clear();
    }
  }
  size_t facts = lead.facts.size();
  size_t statements = 0;
  for (const auto& [name, who] : sources) {
    facts += (who.empty() ? 0 : 1) - lead.facts.count(name);
    statements = std::max(statements, who.size());
  }
  const auto too_many = [&](size_t limit, absl::string_view what) {
    const std::string& id = working.write.lead.id;
    return AboutLead(absl::FailedPreconditionError(absl::StrCat(
                         "the lead `", id, "` would have more than ", limit, " ", what)),
                     id);
  };
  if (facts > base::kMaxFactsPerLead && facts > lead.facts.size()) {
    return too_many(base::kMaxFactsPerLead, "stated facts");
  }
  if (statements > base::kMaxStatementsPerFact) {
    return too_many(base::kMaxStatementsPerFact, "statements of one fact");
  }
  if (events > base::kMaxEventsPerLead && events > lead.timeline.size()) {
    return too_many(base::kMaxEventsPerLead, "events");
  }
  return absl::OkStatus();
}

void WriteBatch::NoteRecorded(size_t count, std::vector<facts::GradeChange>* history) const {
  for (size_t i = history->size() - std::min(count, history->size()); i < history->size(); ++i) {
    facts::GradeChange& change = (*history)[i];
    if (change.time != now_) change.recorded_time = now_;
  }
}

void WriteBatch::AddToJournal(const std::vector<Change>& changes, Working* working) const {
  store::StoredLead& lead = working->write.lead;
  store::JournalEntry& entry = working->write.journal.emplace_back();
  entry.now = now_;
  if (working->exists && lead.journal_entries % store::kJournalStride == 0) entry.before = lead;
  ++lead.journal_entries;
  for (const Change& change : changes) {
    entry.cause = change.cause;
    if (change.event.has_value()) {
      entry.changes.push_back({*change.event, change.time});
    } else if (change.grade_override.has_value()) {
      entry.changes.push_back({*change.grade_override, change.time});
    } else {
      entry.changes.push_back({*change.fact, change.time});
    }
  }
}

decision::Decision WriteBatch::Carry(Working* working, std::vector<Change> changes) const {
  AddToJournal(changes, working);
  store::StoredLead& lead = working->write.lead;
  decision::Advanced advanced = decision::Advance(bundle_, lead.lead, std::move(changes), now_);
  NoteRecorded(advanced.changes.size(), &lead.lead.grade_history);
  for (facts::GradeChange& change : advanced.changes) {
    store::LoggedChange& logged = working->write.changes.emplace_back();
    logged.lead_id = lead.id;
    logged.change = std::move(change);
    logged.recorded_time = now_;
    logged.owner = lead.owner;
  }
  lead.grade = facts::LastGrade(lead.lead);
  working->exists = true;
  return std::move(advanced.decision);
}

void WriteBatch::CountRevision(Working* working) const {
  working->write.lead.update_time = now_;
  ++working->write.lead.revision;
}

absl::Status WriteBatch::ApplyEdit(const LeadEdit& edit, Cause cause, Working* working,
                                   std::vector<Change>* changes) const {
  store::StoredLead& lead = working->write.lead;
  if (edit.expected_revision.has_value() && *edit.expected_revision != lead.revision) {
    return absl::AbortedError(absl::StrCat("the lead `", lead.id,
                                           "` was changed in between: it is at revision ",
                                           lead.revision, ", not ", *edit.expected_revision));
  }
  if (edit.display_name.has_value()) lead.display_name = *edit.display_name;
  if (edit.owner.has_value()) lead.owner = *edit.owner;
  if (edit.grade_override.has_value()) {
    Change& change = changes->emplace_back();
    change.time = now_;
    change.cause = cause;
    change.grade_override = edit.grade_override;
    change.grade_override->start_time = now_;
  }
  if (edit.end_override) {
    const facts::GradeOverride* set = facts::OverrideInForce(lead.lead, now_);
    if (set == nullptr) {
      return AboutLead(absl::FailedPreconditionError(
                           absl::StrCat("no grade of the lead `", lead.id, "` is overridden")),
                       lead.id);
    }
    Change& change = changes->emplace_back();
    change.time = now_;
    change.grade_override = *set;
    change.grade_override->expire_time = now_;
  }
  const auto add = [&](absl::Time time, const std::string& name) -> Change& {
    Change& change = changes->emplace_back();
    change.time = std::min(time, now_);
    change.cause = cause;
    change.fact.emplace(name, std::nullopt);
    return change;
  };
  const auto observed = [this](const facts::StatedFact& fact) {
    return fact.observed_time == absl::InfinitePast() ? now_ : fact.observed_time;
  };
  // Taken back before what is said instead takes effect.
  const auto retract = [&](const std::string& name) {
    absl::Time time = now_;
    for (const auto& [stated, fact] : edit.facts) {
      if (stated == name && fact.has_value()) time = std::min(time, observed(*fact));
    }
    add(time, name);
  };
  if (edit.replace_all_facts) {
    for (const auto& [name, statements] : lead.lead.facts) retract(name);
  }
  for (const auto& [name, fact] : edit.facts) {
    if (!fact.has_value()) retract(name);
  }
  for (const auto& [name, fact] : edit.facts) {
    if (!fact.has_value()) continue;
    Change& change = add(observed(*fact), name);
    change.fact->second = fact;
    change.fact->second->observed_time = observed(*fact);
  }
  return absl::OkStatus();
}

absl::StatusOr<EditResult> WriteBatch::Edit(const LeadEdit& edit) {
  absl::StatusOr<Working> working = Load(edit.lead_id);
  if (!working.ok()) return working.status();
  if (edit.kind == LeadEdit::Kind::kCreate && working->exists) {
    return absl::AlreadyExistsError(absl::StrCat("there is a lead `", edit.lead_id, "` already"));
  }
  if (edit.kind != LeadEdit::Kind::kCreate && !working->exists) {
    return absl::NotFoundError(absl::StrCat("there is no lead `", edit.lead_id, "`"));
  }
  std::vector<Change> changes;
  if (absl::Status status = ApplyEdit(edit, Cause::kFact, &*working, &changes); !status.ok()) {
    return status;
  }
  EditResult result;
  if (edit.kind == LeadEdit::Kind::kDelete) {
    working->write.remove = true;
    working->write.changes.clear();
    result.lead = working->write.lead;
    Keep(*std::move(working));
    return result;
  }
  if (absl::Status status = CheckBounds(*working, changes); !status.ok()) return status;
  result.decision = Carry(&*working, std::move(changes));
  CountRevision(&*working);
  result.lead = working->write.lead;
  Keep(*std::move(working));
  return result;
}

absl::StatusOr<bool> WriteBatch::IsKnown(const Working& working,
                                         const std::string& event_id) const {
  if (working.new_events.contains(event_id)) return true;
  if (working.write.is_new) return false;
  return store_.HasEvent(working.write.lead.id, event_id);
}

void WriteBatch::AddEvent(store::StoredEvent event, Cause cause, Working* working,
                          std::vector<Change>* changes) const {
  Change& change = changes->emplace_back();
  change.time = event.time;
  change.cause = cause;
  change.event = facts::TimelineEvent{event.time, event.type, event.amount, event.due};
  working->new_events.insert(event.event_id);
  event.recorded_time = now_;
  working->write.events.push_back(std::move(event));
}

absl::StatusOr<EventsResult> WriteBatch::Record(const std::vector<NewEvent>& events,
                                                bool create_missing) {
  EventsResult result;
  std::vector<Working> touched;
  std::vector<std::vector<Change>> changes;
  for (const NewEvent& event : events) {
    size_t i = 0;
    while (i < touched.size() && touched[i].write.lead.id != event.lead_id) ++i;
    if (i == touched.size()) {
      auto working = Load(event.lead_id);
      if (!working.ok()) return working.status();
      if (!working->exists && !create_missing) {
        return AboutLead(
            absl::NotFoundError(absl::StrCat("there is no lead `", event.lead_id, "`")),
            event.lead_id);
      }
      touched.push_back(*std::move(working));
      changes.emplace_back();
    }
    const auto known = IsKnown(touched[i], event.event.event_id);
    if (!known.ok()) return known.status();
    result.duplicate.push_back(*known);
    if (!*known) AddEvent(event.event, Cause::kEvent, &touched[i], &changes[i]);
  }
  for (size_t i = 0; i < touched.size(); ++i) {
    if (absl::Status status = CheckBounds(touched[i], changes[i]); !status.ok()) return status;
  }
  for (size_t i = 0; i < touched.size(); ++i) {
    // With nothing new there is an answer as of now, and nothing to write.
    const bool is_new = !changes[i].empty();
    result.decisions.push_back(Carry(&touched[i], std::move(changes[i])));
    if (is_new) CountRevision(&touched[i]);
    result.leads.push_back(touched[i].write.lead);
    if (is_new) Keep(std::move(touched[i]));
  }
  return result;
}

absl::Status WriteBatch::Import(const ImportedLead& imported) {
  auto working = Load(imported.edit.lead_id);
  if (!working.ok()) return working.status();
  std::vector<Change> changes;
  if (absl::Status status = ApplyEdit(imported.edit, Cause::kImport, &*working, &changes);
      !status.ok()) {
    return status;
  }
  for (const store::StoredEvent& event : imported.events) {
    const auto known = IsKnown(*working, event.event_id);
    if (!known.ok()) return known.status();
    if (!*known) AddEvent(event, Cause::kImport, &*working, &changes);
  }
  if (absl::Status status = CheckBounds(*working, changes); !status.ok()) return status;
  Carry(&*working, std::move(changes));
  CountRevision(&*working);
  Keep(*std::move(working));
  return absl::OkStatus();
}

absl::StatusOr<size_t> WriteBatch::RescoreDue(size_t limit) {
  const auto ids = store_.ListDue(now_, limit);
  if (!ids.ok()) return ids.status();
  size_t count = 0;
  absl::Status damage;
  for (const std::string& id : *ids) {
    // Changed in this batch already, and so decided anew.
    if (leads_.contains(id)) continue;
    auto working = Load(id);
    // A damaged lead must not stop the clock for the others.
    if (absl::IsDataLoss(working.status())) {
      damage = working.status();
      continue;
    }
    if (!working.ok()) return working.status();
    if (!working->exists || working->write.old_due > now_) continue;
    Rescore(*std::move(working));
    ++count;
  }
  if (count == 0 && !damage.ok()) return damage;
  return count;
}

absl::StatusOr<Sweep> WriteBatch::RescoreOutdated(const std::string& after, size_t limit) {
  auto page = store_.ListById(after, limit);
  if (!page.ok()) return page.status();
  Sweep sweep;
  sweep.next = std::move(page->next);
  for (store::StoredLead& lead : page->leads) {
    if (lead.lead.bundle_digest == bundle_->digest || leads_.contains(lead.id)) continue;
    Rescore(Existing(std::move(lead)));
    ++sweep.rescored;
  }
  return sweep;
}

void WriteBatch::Rescore(Working working) {
  Carry(&working, {});
  if (!working.write.changes.empty()) CountRevision(&working);
  Keep(std::move(working));
}

absl::StatusOr<bool> WriteBatch::Apply(store::Durability durability) {
  // Before anything that names it.
  const auto bundle = store_.KeepBundle(bundle_->digest, bundle_->name, bundle_->files, now_);
  if (!bundle.ok()) return absl::UnavailableError(bundle.status().message());
  std::vector<store::LeadWrite> writes;
  writes.reserve(order_.size());
  bool changed = false;
  for (const std::string& id : order_) {
    store::LeadWrite& write = leads_.at(id).write;
    // Created and deleted within the batch: nothing of it was ever stored.
    if (write.remove && write.is_new) continue;
    changed |= !write.changes.empty();
    for (store::JournalEntry& entry : write.journal) entry.bundle = *bundle;
    writes.push_back(std::move(write));
  }
  const absl::Status status = store_.Apply(writes, durability);
  if (!status.ok()) return absl::UnavailableError(status.message());
  return changed;
}

}  // namespace leadgrade::leads
