#include "service/store/record_codec.h"

#include <google/protobuf/arena.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/store/record_parts.h"

namespace leadgrade::store {
namespace {

namespace pb = ::store::v1;
using store::Decode;
using store::Encode;

// What stands in the nanoseconds of an infinite time.
constexpr uint32_t kInfinite = 1'000'000'000;

// pb::Time in plain numbers.
struct Instant {
  int64_t seconds = 0;
  uint32_t nanos = 0;
};

Instant ToInstant(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return {1, kInfinite};
  if (duration == -absl::InfiniteDuration()) return {-1, kInfinite};
  absl::Duration rest;
  int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &rest);
  if (rest < absl::ZeroDuration()) {
    --seconds;
    rest += absl::Seconds(1);
  }
  return {seconds, static_cast<uint32_t>(absl::ToInt64Nanoseconds(rest))};
}

absl::Duration ToDuration(const Instant& in) {
  if (in.nanos >= kInfinite) {
    return in.seconds < 0 ? -absl::InfiniteDuration() : absl::InfiniteDuration();
  }
  return absl::Seconds(in.seconds) + absl::Nanoseconds(in.nanos);
}

void Encode(absl::Duration duration, pb::Time* out) {
  const Instant instant = ToInstant(duration);
  out->set_seconds(instant.seconds);
  out->set_nanos(instant.nanos);
}

absl::Duration DecodeDuration(const pb::Time& in) { return ToDuration({in.seconds(), in.nanos()}); }

void Encode(const facts::FactValue& value, pb::FactValue* out) {
  struct Visitor {
    pb::FactValue* out;
    void operator()(std::monostate) const { out->set_null(true); }
    void operator()(bool v) const { out->set_bool_value(v); }
    void operator()(int64_t v) const { out->set_int_value(v); }
    void operator()(double v) const { out->set_double_value(v); }
    void operator()(const std::string& v) const { out->set_string_value(v); }
    void operator()(absl::Time v) const { Encode(v, out->mutable_timestamp()); }
    void operator()(absl::Duration v) const { Encode(v, out->mutable_duration()); }
    void operator()(const facts::FactList& v) const {
      pb::FactList* list = out->mutable_list();
      for (const facts::FactValue& element : v) Encode(element, list->add_values());
    }
  };
  std::visit(Visitor{out}, value.value);
}

bool Decode(pb::FactValue& in, facts::FactValue* out) {
  switch (in.kind_case()) {
    case pb::FactValue::kNull:
      out->value = std::monostate();
      return true;
    case pb::FactValue::kBoolValue:
      out->value = in.bool_value();
      return true;
    case pb::FactValue::kIntValue:
      out->value = int64_t{in.int_value()};
      return true;
    case pb::FactValue::kDoubleValue:
      out->value = in.double_value();
      return true;
    case pb::FactValue::kStringValue:
      out->value = std::move(*in.mutable_string_value());
      return true;
    case pb::FactValue::kTimestamp:
      out->value = Decode(in.timestamp());
      return true;
    case pb::FactValue::kDuration:
      out->value = DecodeDuration(in.duration());
      return true;
    case pb::FactValue::kList: {
      facts::FactList list(in.list().values_size());
      for (size_t i = 0; i < list.size(); ++i) {
        if (!Decode(*in.mutable_list()->mutable_values(static_cast<int>(i)), &list[i])) {
          return false;
        }
      }
      out->value = std::move(list);
      return true;
    }
    case pb::FactValue::KIND_NOT_SET:
      return false;
  }
  return false;
}

void EncodeFacts(const facts::Lead& lead, pb::LeadRecord* out) {
  for (const auto& [name, statements] : lead.facts) {
    for (const facts::StatedFact& fact : statements) Encode(name, fact, out->add_facts());
  }
}

bool DecodeFacts(pb::LeadRecord& in, facts::Lead* lead) {
  for (pb::StatedFact& record : *in.mutable_facts()) {
    const auto it = lead->facts.emplace_hint(lead->facts.end(), std::move(*record.mutable_name()),
                                             facts::Statements());
    if (!Decode(record, &it->second.emplace_back())) return false;
  }
  return true;
}

// Differences are unsigned, so that far times wrap around, there and back.
int64_t Difference(int64_t later, int64_t earlier) {
  return static_cast<int64_t>(static_cast<uint64_t>(later) - static_cast<uint64_t>(earlier));
}

void EncodeDue(const facts::TimelineEvent& event, pb::Timeline* out) {
  const Instant time = ToInstant(event.time - absl::UnixEpoch());
  const Instant due = ToInstant(event.due.value_or(event.time) - absl::UnixEpoch());
  out->add_due_seconds_delta(Difference(due.seconds, time.seconds));
  out->add_due_nanos(event.due.has_value() ? due.nanos : 0);
  out->add_has_due(event.due.has_value());
}

void EncodeTimeline(const std::vector<facts::TimelineEvent>& timeline, pb::Timeline* out) {
  const auto has_amount = [](const auto& event) { return event.amount.has_value(); };
  const bool amounts = std::any_of(timeline.begin(), timeline.end(), has_amount);
  const auto has_due = [](const auto& event) { return event.due.has_value(); };
  const bool dues = std::any_of(timeline.begin(), timeline.end(), has_due);
  std::vector<absl::string_view> types;
  int64_t before = 0;
  bool nanos = false;
  for (const facts::TimelineEvent& event : timeline) {
    const auto it = std::find(types.begin(), types.end(), event.type);
    out->add_type(static_cast<uint32_t>(it - types.begin()));
    if (it == types.end()) types.push_back(event.type);
    const Instant instant = ToInstant(event.time - absl::UnixEpoch());
    out->add_seconds_delta(Difference(instant.seconds, before));
    before = instant.seconds;
    out->add_nanos(instant.nanos);
    nanos |= instant.nanos != 0;
    if (dues) EncodeDue(event, out);
    if (amounts) {
      out->add_amount(event.amount.value_or(0));
      out->add_has_amount(event.amount.has_value());
    }
  }
  if (!nanos) out->clear_nanos();
  for (absl::string_view type : types) out->add_types(type.data(), type.size());
}

bool DecodeTimeline(const pb::Timeline& in, std::vector<facts::TimelineEvent>* timeline) {
  const int size = in.type_size();
  const auto none_or_all = [size](int count) { return count == 0 || count == size; };
  if (in.seconds_delta_size() != size || !none_or_all(in.nanos_size()) ||
      !none_or_all(in.amount_size()) || in.amount_size() != in.has_amount_size() ||
      !none_or_all(in.has_due_size()) || in.due_seconds_delta_size() != in.has_due_size() ||
      in.due_nanos_size() != in.has_due_size()) {
    return false;
  }
  uint64_t seconds = 0;
  timeline->reserve(size);
  for (int i = 0; i < size; ++i) {
    if (in.type(i) >= static_cast<uint32_t>(in.types_size())) return false;
    facts::TimelineEvent& event = timeline->emplace_back();
    seconds += static_cast<uint64_t>(in.seconds_delta(i));
    event.time = absl::UnixEpoch() + ToDuration({static_cast<int64_t>(seconds),
                                                 in.nanos_size() == 0 ? uint32_t{0} : in.nanos(i)});
    event.type = in.types(static_cast<int>(in.type(i)));
    if (in.amount_size() != 0 && in.has_amount(i)) event.amount = in.amount(i);
    if (in.has_due_size() != 0 && in.has_due(i)) {
      const uint64_t due = seconds + static_cast<uint64_t>(in.due_seconds_delta(i));
      event.due = absl::UnixEpoch() + ToDuration({static_cast<int64_t>(due), in.due_nanos(i)});
    }
  }
  return true;
}

void EncodeChangeBody(const facts::GradeChange& change, pb::GradeChange* out) {
  Encode(change.time, out->mutable_time());
  out->set_from(change.from);
  out->set_to(change.to);
  out->set_rule(change.rule);
  out->set_cause(static_cast<uint32_t>(change.cause));
  out->set_overridden(change.overridden);
  if (change.recorded_time != absl::InfinitePast()) {
    Encode(change.recorded_time, out->mutable_recorded());
  }
}

facts::GradeChange DecodeChangeBody(const pb::GradeChange& in) {
  facts::GradeChange change;
  change.time = Decode(in.time());
  change.from = in.from();
  change.to = in.to();
  change.rule = in.rule();
  change.cause = static_cast<facts::Cause>(in.cause());
  change.overridden = in.overridden();
  if (in.has_recorded()) change.recorded_time = Decode(in.recorded());
  return change;
}

void EncodeHistory(const facts::Lead& lead, pb::LeadRecord* out) {
  out->add_bundle_digests(lead.bundle_digest);
  for (const facts::GradeChange& change : lead.grade_history) {
    pb::GradeChange* record = out->add_grade_history();
    EncodeChangeBody(change, record);
    if (change.bundle_digest.empty()) continue;
    const auto& digests = out->bundle_digests();
    const auto it = std::find(digests.begin(), digests.end(), change.bundle_digest);
    record->set_bundle(static_cast<uint32_t>(it - digests.begin()) + 1);
    if (it == digests.end()) out->add_bundle_digests(change.bundle_digest);
  }
}

bool DecodeHistory(const pb::LeadRecord& in, facts::Lead* lead) {
  if (in.bundle_digests().empty()) return false;
  lead->bundle_digest = in.bundle_digests(0);
  lead->grade_history.reserve(in.grade_history_size());
  for (const pb::GradeChange& record : in.grade_history()) {
    if (record.bundle() > static_cast<uint32_t>(in.bundle_digests_size())) return false;
    facts::GradeChange change = DecodeChangeBody(record);
    if (record.bundle() > 0) {
      change.bundle_digest = in.bundle_digests(static_cast<int>(record.bundle()) - 1);
    }
    lead->grade_history.push_back(std::move(change));
  }
  return true;
}

// Memory for the messages of one record, most of them on the stack.
class RecordArena {
 public:
  template <typename Record>
  Record& Make() {
    return *google::protobuf::Arena::CreateMessage<Record>(&arena_);
  }

 private:
  alignas(8) char block_[4096];
  google::protobuf::Arena arena_{block_, sizeof(block_)};
};

}  // namespace

void Encode(absl::Time time, pb::Time* out) { Encode(time - absl::UnixEpoch(), out); }

absl::Time Decode(const pb::Time& in) { return absl::UnixEpoch() + DecodeDuration(in); }

void Encode(absl::string_view name, const facts::StatedFact& fact, pb::StatedFact* out) {
  out->set_name(name.data(), name.size());
  Encode(fact.value, out->mutable_value());
  out->set_status(static_cast<uint32_t>(fact.status));
  out->set_source(fact.source);
  Encode(fact.observed_time, out->mutable_observed());
  out->set_role(fact.role);
  if (fact.expire_time != absl::InfiniteFuture()) Encode(fact.expire_time, out->mutable_expires());
}

bool Decode(pb::StatedFact& in, facts::StatedFact* fact) {
  if (in.status() > static_cast<uint32_t>(facts::FactStatus::kRefuted)) return false;
  if (!Decode(*in.mutable_value(), &fact->value)) return false;
  fact->status = static_cast<facts::FactStatus>(in.status());
  fact->source = std::move(*in.mutable_source());
  fact->observed_time = Decode(in.observed());
  fact->role = std::move(*in.mutable_role());
  fact->expire_time = in.has_expires() ? Decode(in.expires()) : absl::InfiniteFuture();
  return true;
}

void Encode(const facts::GradeOverride& set, pb::GradeOverride* out) {
  out->set_grade(set.grade);
  out->set_reason(set.reason);
  out->set_author(set.author);
  Encode(set.start_time, out->mutable_start());
  Encode(set.expire_time, out->mutable_expires());
}

facts::GradeOverride Decode(const pb::GradeOverride& in) {
  return {in.grade(), in.reason(), in.author(), Decode(in.start()), Decode(in.expires())};
}

std::string EncodeLead(const StoredLead& stored) {
  const facts::Lead& lead = stored.lead;
  RecordArena arena;
  auto& record = arena.Make<pb::LeadRecord>();
  record.set_display_name(stored.display_name);
  record.set_owner(stored.owner);
  EncodeFacts(lead, &record);
  if (!lead.timeline.empty()) EncodeTimeline(lead.timeline, record.mutable_timeline());
  EncodeHistory(lead, &record);
  if (lead.grade_override.has_value()) {
    Encode(*lead.grade_override, record.mutable_grade_override());
  }
  for (const facts::OpenAction& action : lead.open_actions) {
    pb::OpenAction* out = record.add_open_actions();
    out->set_code(action.code);
    Encode(action.proposed_time, out->mutable_proposed());
  }
  if (lead.decided_time != absl::InfinitePast()) {
    Encode(lead.decided_time, record.mutable_decided());
  }
  if (lead.valid_until != absl::InfiniteFuture()) {
    Encode(lead.valid_until, record.mutable_valid_until());
  }
  if (lead.grade_valid_until != lead.valid_until) {
    Encode(lead.grade_valid_until, record.mutable_grade_valid_until());
  }
  Encode(stored.create_time, record.mutable_created());
  Encode(stored.update_time, record.mutable_updated());
  record.set_revision(stored.revision);
  record.set_grade(stored.grade);
  record.set_journal_entries(stored.journal_entries);
  return record.SerializeAsString();
}

absl::StatusOr<StoredLead> DecodeLead(absl::string_view lead_id, absl::string_view bytes) {
  RecordArena arena;
  auto& record = arena.Make<pb::LeadRecord>();
  StoredLead stored;
  facts::Lead& lead = stored.lead;
  if (!Parse(bytes, &record) || !DecodeFacts(record, &lead) ||
      !DecodeTimeline(record.timeline(), &lead.timeline) || !DecodeHistory(record, &lead)) {
    return absl::DataLossError(absl::StrCat("the record of the lead `", lead_id, "` is damaged"));
  }
  stored.id = std::string(lead_id);
  if (record.has_grade_override()) lead.grade_override = Decode(record.grade_override());
  stored.display_name = std::move(*record.mutable_display_name());
  stored.owner = std::move(*record.mutable_owner());
  for (pb::OpenAction& in : *record.mutable_open_actions()) {
    lead.open_actions.push_back({std::move(*in.mutable_code()), Decode(in.proposed())});
  }
  lead.decided_time = record.has_decided() ? Decode(record.decided()) : absl::InfinitePast();
  lead.valid_until =
      record.has_valid_until() ? Decode(record.valid_until()) : absl::InfiniteFuture();
  lead.grade_valid_until =
      record.has_grade_valid_until() ? Decode(record.grade_valid_until()) : lead.valid_until;
  stored.create_time = Decode(record.created());
  stored.update_time = Decode(record.updated());
  stored.revision = record.revision();
  stored.grade = std::move(*record.mutable_grade());
  stored.journal_entries = record.journal_entries();
  return stored;
}

std::string EncodeEvent(const StoredEvent& event) {
  pb::EventRecord record;
  record.set_type(event.type);
  Encode(event.time, record.mutable_time());
  if (event.amount.has_value()) record.set_amount(*event.amount);
  if (event.due.has_value()) Encode(*event.due, record.mutable_due());
  record.set_note(event.note);
  Encode(event.recorded_time, record.mutable_recorded());
  return record.SerializeAsString();
}

absl::StatusOr<StoredEvent> DecodeEvent(absl::string_view event_id, absl::string_view bytes) {
  pb::EventRecord record;
  if (!Parse(bytes, &record)) {
    return absl::DataLossError(absl::StrCat("the event `", event_id, "` is damaged"));
  }
  StoredEvent event;
  event.event_id = std::string(event_id);
  event.type = std::move(*record.mutable_type());
  event.time = Decode(record.time());
  if (record.has_amount()) event.amount = record.amount();
  if (record.has_due()) event.due = Decode(record.due());
  event.note = std::move(*record.mutable_note());
  event.recorded_time = Decode(record.recorded());
  return event;
}

std::string EncodeChange(const LoggedChange& change) {
  pb::ChangeRecord record;
  record.set_lead_id(change.lead_id);
  EncodeChangeBody(change.change, record.mutable_change());
  Encode(change.recorded_time, record.mutable_recorded());
  record.set_bundle_digest(change.change.bundle_digest);
  record.set_owner(change.owner);
  return record.SerializeAsString();
}

absl::StatusOr<LoggedChange> DecodeChange(uint64_t sequence, absl::string_view bytes) {
  pb::ChangeRecord record;
  if (!Parse(bytes, &record)) {
    return absl::DataLossError(absl::StrCat("the change ", sequence, " is damaged"));
  }
  LoggedChange change;
  change.sequence = sequence;
  change.lead_id = std::move(*record.mutable_lead_id());
  change.change = DecodeChangeBody(record.change());
  change.change.bundle_digest = std::move(*record.mutable_bundle_digest());
  change.recorded_time = Decode(record.recorded());
  change.owner = std::move(*record.mutable_owner());
  return change;
}

}  // namespace leadgrade::store
