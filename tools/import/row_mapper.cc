// Tested by tests/tools/import/row_mapper_test.cc.
#include "tools/import/row_mapper.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "engine/facts/fact_row.h"
#include "service/convert/decision_proto.h"
#include "tools/import/shown.h"

namespace leadgrade::tools {
namespace {

using cel::Kind;
using cel::Value;

absl::Status Wrong(absl::string_view key, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(key, ": ", what));
}

absl::Status Expected(absl::string_view key, absl::string_view what, const Value& got) {
  return Wrong(key, absl::StrCat("expected ", what, ", got ", Shown(got)));
}

// `UNDER.KEY: message` of `KEY: message`.
absl::Status Under(absl::string_view under, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(under, ".", status.message()));
}

// nullopt for what no fact can be.
std::optional<facts::FactValue> ToFactValue(const Value& value) {
  if (value.kind() != Kind::kUint) return facts::ToFactValue(value);
  if (value.uint_value() > INT64_MAX) return std::nullopt;
  return facts::FactValue{static_cast<int64_t>(value.uint_value())};
}

}  // namespace

RowMapper::RowMapper(const Mapping& mapping, absl::Time now) : mapping_(mapping), now_(now) {
  slots_[kNowSlot] = Value::Timestamp(now);
  context_.slots = slots_;
  context_.now = now;
  context_.zone = mapping.time_zone;
  context_.arena = &arena_;
}

absl::Status RowMapper::Map(const Value& row, v1::ImportedLead* imported) {
  arena_.Reset();
  slots_[kRowSlot] = row;
  v1::Lead* lead = imported->mutable_lead();
  std::string id;
  absl::Status status = Under("lead", Id(mapping_.id, "id", &id));
  if (!status.ok()) return status;
  lead->set_name(absl::StrCat("leads/", id));
  status = Text(mapping_.display_name, "displayName", lead->mutable_display_name());
  if (status.ok()) status = Text(mapping_.owner, "owner", lead->mutable_owner());
  if (!status.ok()) return Under("lead", status);
  absl::Time observed = now_;
  status = Time(mapping_.observed_time, "observedTime", &observed);
  if (!status.ok()) return status;
  if (status = MapFacts(observed, lead); !status.ok()) return status;
  for (size_t i = 0; i < mapping_.events.size(); ++i) {
    status = MapEvents(mapping_.events[i], imported);
    if (!status.ok()) return Under(absl::StrCat("events[", i, "]"), status);
  }
  return absl::OkStatus();
}

absl::Status RowMapper::Eval(const MappedValue& program, absl::string_view key, Value* value) {
  *value = Value::Null();
  if (program == nullptr) return absl::OkStatus();
  *value = program->Eval(context_);
  if (value->is_error()) return Wrong(key, value->error().message);
  return absl::OkStatus();
}

absl::Status RowMapper::Text(const MappedValue& program, absl::string_view key, std::string* text) {
  Value value;
  absl::Status status = Eval(program, key, &value);
  if (!status.ok() || value.is_null()) return status;
  if (value.kind() != Kind::kString) return Expected(key, "a text", value);
  text->assign(value.text().data(), value.text().size());
  return absl::OkStatus();
}

absl::Status RowMapper::Id(const MappedValue& program, absl::string_view key, std::string* id) {
  Value value;
  absl::Status status = Eval(program, key, &value);
  if (!status.ok()) return status;
  if (value.kind() == Kind::kString && !value.text().empty()) {
    id->assign(value.text().data(), value.text().size());
  } else if (value.kind() == Kind::kInt) {
    *id = absl::StrCat(value.int_value());
  } else if (value.kind() == Kind::kUint) {
    *id = absl::StrCat(value.uint_value());
  } else {
    return Expected(key, "a text that is not empty, or a whole number", value);
  }
  return absl::OkStatus();
}

absl::Status RowMapper::Time(const MappedValue& program, absl::string_view key, absl::Time* time) {
  Value value;
  absl::Status status = Eval(program, key, &value);
  if (!status.ok() || value.is_null()) return status;
  if (value.kind() != Kind::kTimestamp) {
    return Expected(key, "a timestamp: `timestamp(text)` or `date(text, format)`", value);
  }
  *time = value.timestamp();
  return absl::OkStatus();
}

absl::Status RowMapper::When(const MappedValue& program, absl::string_view key, bool* holds) {
  *holds = true;
  if (program == nullptr) return absl::OkStatus();
  Value value;
  absl::Status status = Eval(program, key, &value);
  if (!status.ok()) return status;
  if (value.kind() != Kind::kBool) return Expected(key, "true or false", value);
  *holds = value.bool_value();
  return absl::OkStatus();
}

absl::Status RowMapper::MapFacts(absl::Time observed, v1::Lead* lead) {
  for (const MappedFact& fact : mapping_.facts) {
    absl::Status status = MapFact(fact, observed, lead);
    if (!status.ok()) return Under("facts", status);
  }
  return absl::OkStatus();
}

absl::Status RowMapper::MapFact(const MappedFact& fact, absl::Time observed, v1::Lead* lead) {
  bool holds = true;
  absl::Status status = When(fact.when, "when", &holds);
  if (!status.ok() || !holds) return Under(fact.name, status);
  Value value;
  status = Eval(fact.value, fact.name, &value);
  if (!status.ok() || value.is_null()) return status;
  const std::optional<facts::FactValue> stated = ToFactValue(value);
  if (!stated.has_value()) return Expected(fact.name, "a value that a fact can have", value);
  // The first is the fact's own, so that most leads have no list.
  const bool first = !lead->facts().contains(fact.name);
  v1::FactStatement& statement =
      first ? (*lead->mutable_facts())[fact.name] : *lead->add_statements();
  if (!first) statement.set_fact(fact.name);
  status = MapStatus(fact, &statement);
  if (statement.status() != v1::FACT_STATUS_UNKNOWN) {
    convert::ToProto(*stated, statement.mutable_value());
  }
  if (status.ok()) status = Text(fact.source, "source", statement.mutable_source());
  if (status.ok()) status = Text(fact.source_role, "sourceRole", statement.mutable_source_role());
  if (status.ok()) status = Time(fact.observed_time, "observedTime", &observed);
  *statement.mutable_observed_time() = convert::ToProto(observed);
  absl::Time expires = absl::InfiniteFuture();
  if (status.ok()) status = Time(fact.expire_time, "expireTime", &expires);
  if (expires != absl::InfiniteFuture()) {
    *statement.mutable_expire_time() = convert::ToProto(expires);
  }
  return Under(fact.name, status);
}

absl::Status RowMapper::MapStatus(const MappedFact& fact, v1::FactStatement* statement) {
  if (fact.status == nullptr) return absl::OkStatus();
  std::string text = "confirmed";
  absl::Status status = Text(fact.status, "status", &text);
  if (!status.ok()) return status;
  for (const auto& [name, meant] : {std::pair("confirmed", v1::FACT_STATUS_CONFIRMED),
                                    {"claimed", v1::FACT_STATUS_CLAIMED},
                                    {"unknown", v1::FACT_STATUS_UNKNOWN},
                                    {"refuted", v1::FACT_STATUS_REFUTED}}) {
    if (text != name) continue;
    statement->set_status(meant);
    return absl::OkStatus();
  }
  return Expected("status", "`confirmed`, `claimed`, `unknown` or `refuted`", Value::String(text));
}

absl::Status RowMapper::MapEvents(const MappedEvents& events, v1::ImportedLead* lead) {
  if (events.for_each == nullptr) return MapEvent(events, lead);
  Value list;
  absl::Status status = Eval(events.for_each, "forEach", &list);
  if (!status.ok() || list.is_null()) return status;
  if (list.kind() != Kind::kList) return Expected("forEach", "a list", list);
  size_t index = 0;
  for (const Value& item : list.elements()) {
    slots_[kItemSlot] = item;
    status = MapEvent(events, lead);
    if (!status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat(status.message(), " (item ", index, " of the list)"));
    }
    ++index;
  }
  return absl::OkStatus();
}

absl::Status RowMapper::MapEvent(const MappedEvents& events, v1::ImportedLead* lead) {
  bool holds = true;
  absl::Status status = When(events.when, "when", &holds);
  if (!status.ok() || !holds) return status;
  if (lead->events_size() >= kMaxEventsPerRow) {
    return Wrong("id", absl::StrCat("a row may have ", kMaxEventsPerRow, " events"));
  }
  return FillEvent(events, lead->add_events());
}

absl::Status RowMapper::FillEvent(const MappedEvents& events, v1::Event* event) {
  absl::Status status = Id(events.id, "id", event->mutable_event_id());
  if (status.ok()) status = Text(events.type, "type", event->mutable_type());
  absl::Time time = absl::InfinitePast();
  if (status.ok()) status = Time(events.time, "time", &time);
  absl::Time due = absl::InfiniteFuture();
  if (status.ok()) status = Time(events.due, "due", &due);
  if (status.ok()) status = Text(events.note, "note", event->mutable_note());
  Value amount;
  if (status.ok()) status = Eval(events.amount, "amount", &amount);
  if (!status.ok()) return status;
  if (time == absl::InfinitePast()) return Wrong("time", "expected a timestamp, got null");
  *event->mutable_event_time() = convert::ToProto(time);
  if (due != absl::InfiniteFuture()) *event->mutable_due_time() = convert::ToProto(due);
  switch (amount.kind()) {
    case Kind::kNull:
      break;
    case Kind::kDouble:
      event->set_amount(amount.double_value());
      break;
    case Kind::kInt:
      event->set_amount(static_cast<double>(amount.int_value()));
      break;
    case Kind::kUint:
      event->set_amount(static_cast<double>(amount.uint_value()));
      break;
    default:
      return Expected("amount", "a number", amount);
  }
  return absl::OkStatus();
}

}  // namespace leadgrade::tools
