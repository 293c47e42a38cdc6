#include "service/store/journal_codec.h"

#include <google/protobuf/arena.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/store/record_codec.h"
#include "service/store/record_parts.h"

namespace leadgrade::store {
namespace {

namespace pb = ::store::v1;

void EncodeEventChange(const facts::TimelineEvent& event, absl::Time time, pb::JournalChange* out) {
  pb::EventRecord* record = out->mutable_event();
  record->set_type(event.type);
  Encode(event.time, record->mutable_time());
  if (event.amount.has_value()) record->set_amount(*event.amount);
  if (event.due.has_value()) Encode(*event.due, record->mutable_due());
  if (time != event.time) Encode(time, out->mutable_time());
}

void EncodeFactChange(const JournalChange::Fact& fact, absl::Time time, absl::Time now,
                      pb::JournalChange* out) {
  absl::Time usual = now;
  if (fact.second.has_value()) {
    Encode(fact.first, *fact.second, out->mutable_stated());
    usual = std::min(fact.second->observed_time, now);
  } else {
    out->set_retracted(fact.first);
  }
  if (time != usual) Encode(time, out->mutable_time());
}

// False for what is no such change.
bool Decode(pb::JournalChange& in, absl::Time now, JournalChange* change) {
  change->time = now;
  switch (in.kind_case()) {
    case pb::JournalChange::kStated: {
      facts::StatedFact fact;
      if (!store::Decode(*in.mutable_stated(), &fact)) return false;
      change->time = std::min(fact.observed_time, now);
      change->what =
          JournalChange::Fact(std::move(*in.mutable_stated()->mutable_name()), std::move(fact));
      break;
    }
    case pb::JournalChange::kRetracted:
      change->what = JournalChange::Fact(std::move(*in.mutable_retracted()), std::nullopt);
      break;
    case pb::JournalChange::kEvent: {
      pb::EventRecord& record = *in.mutable_event();
      facts::TimelineEvent event;
      event.time = store::Decode(record.time());
      event.type = std::move(*record.mutable_type());
      if (record.has_amount()) event.amount = record.amount();
      if (record.has_due()) event.due = store::Decode(record.due());
      change->time = event.time;
      change->what = std::move(event);
      break;
    }
    case pb::JournalChange::kGradeOverride:
      change->what = store::Decode(in.grade_override());
      break;
    case pb::JournalChange::KIND_NOT_SET:
      return false;
  }
  if (in.has_time()) change->time = store::Decode(in.time());
  return true;
}

absl::Time DecodeNow(const pb::JournalEntry& record) {
  pb::Time now;
  now.set_seconds(record.seconds());
  now.set_nanos(record.nanos());
  return store::Decode(now);
}

absl::Status Damaged(absl::string_view lead_id, uint64_t number) {
  return absl::DataLossError(
      absl::StrCat("the entry ", number, " of the journal of `", lead_id, "` is damaged"));
}

}  // namespace

std::string EncodeEntry(const JournalEntry& entry) {
  google::protobuf::Arena arena;
  auto& record = *google::protobuf::Arena::CreateMessage<pb::JournalEntry>(&arena);
  pb::Time now;
  Encode(entry.now, &now);
  record.set_seconds(now.seconds());
  record.set_nanos(now.nanos());
  record.set_bundle(entry.bundle);
  if (!entry.changes.empty()) record.set_cause(static_cast<uint32_t>(entry.cause));
  for (const JournalChange& change : entry.changes) {
    pb::JournalChange* out = record.add_changes();
    if (const auto* event = std::get_if<facts::TimelineEvent>(&change.what)) {
      EncodeEventChange(*event, change.time, out);
    } else if (const auto* set = std::get_if<facts::GradeOverride>(&change.what)) {
      Encode(*set, out->mutable_grade_override());
      if (change.time != entry.now) Encode(change.time, out->mutable_time());
    } else {
      EncodeFactChange(std::get<JournalChange::Fact>(change.what), change.time, entry.now, out);
    }
  }
  if (entry.before.has_value()) record.set_before(EncodeLead(*entry.before));
  return record.SerializeAsString();
}

absl::StatusOr<JournalEntry> DecodeEntry(absl::string_view lead_id, uint64_t number,
                                         absl::string_view bytes) {
  google::protobuf::Arena arena;
  auto& record = *google::protobuf::Arena::CreateMessage<pb::JournalEntry>(&arena);
  if (!Parse(bytes, &record)) return Damaged(lead_id, number);
  JournalEntry entry;
  entry.now = DecodeNow(record);
  entry.bundle = record.bundle();
  entry.cause = static_cast<facts::Cause>(record.cause());
  for (pb::JournalChange& in : *record.mutable_changes()) {
    if (!Decode(in, entry.now, &entry.changes.emplace_back())) return Damaged(lead_id, number);
  }
  if (!record.before().empty()) {
    auto before = DecodeLead(lead_id, record.before());
    if (!before.ok()) return Damaged(lead_id, number);
    entry.before = *std::move(before);
  }
  return entry;
}

absl::StatusOr<absl::Time> DecodeEntryTime(absl::string_view lead_id, uint64_t number,
                                           absl::string_view bytes) {
  google::protobuf::Arena arena;
  auto& record = *google::protobuf::Arena::CreateMessage<pb::JournalEntry>(&arena);
  if (!Parse(bytes, &record)) return Damaged(lead_id, number);
  return DecodeNow(record);
}

std::string EncodeBundle(absl::string_view digest, absl::string_view name,
                         const std::map<std::string, std::string>& files) {
  pb::BundleRecord record;
  record.set_digest(std::string(digest));
  record.set_name(std::string(name));
  for (const auto& [path, text] : files) {
    pb::BundleFile* file = record.add_files();
    file->set_path(path);
    file->set_text(text);
  }
  return record.SerializeAsString();
}

absl::StatusOr<KeptBundle> DecodeBundle(uint32_t number, absl::string_view bytes) {
  pb::BundleRecord record;
  if (!Parse(bytes, &record)) {
    return absl::DataLossError(absl::StrCat("the bundle ", number, " is damaged"));
  }
  KeptBundle bundle;
  bundle.digest = std::move(*record.mutable_digest());
  bundle.name = std::move(*record.mutable_name());
  for (pb::BundleFile& file : *record.mutable_files()) {
    bundle.files.emplace(std::move(*file.mutable_path()), std::move(*file.mutable_text()));
  }
  return bundle;
}

std::string EncodeActivation(const Activation& activation) {
  pb::ActivationRecord record;
  Encode(activation.time, record.mutable_time());
  record.set_bundle(activation.bundle);
  return record.SerializeAsString();
}

absl::StatusOr<Activation> DecodeActivation(absl::string_view bytes) {
  pb::ActivationRecord record;
  if (!Parse(bytes, &record)) return absl::DataLossError("the log of activations is damaged");
  return Activation{store::Decode(record.time()), record.bundle()};
}

}  // namespace leadgrade::store
