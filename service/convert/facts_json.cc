#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/issue.h"
#include "engine/base/limits.h"
#include "engine/facts/statements.h"
#include "nlohmann/json.hpp"
#include "service/convert/fact_checks.h"
#include "service/convert/fact_input.h"
#include "service/convert/fact_value.h"
#include "service/convert/json_text.h"
#include "service/convert/time_range.h"

namespace leadgrade::convert {
namespace {

using nlohmann::json;

// The names of one field: ours, then the API's. Null where there are fewer.
using Names = std::array<const char*, 3>;

constexpr Names kValue = {"value"};
constexpr Names kStatus = {"status"};
constexpr Names kSource = {"source"};
constexpr Names kSourceRole = {"sourceRole"};
constexpr Names kObservedTime = {"observedTime"};
constexpr Names kExpireTime = {"expireTime"};
// Stands in statements that the API prints; here the key above says it.
constexpr Names kFact = {"fact"};
constexpr Names kType = {"type"};
constexpr Names kEventTime = {"time", "eventTime"};
constexpr Names kAmount = {"amount"};
constexpr Names kDue = {"due", "dueTime"};
constexpr Names kTo = {"grade", "to", "toGrade"};
constexpr Names kFrom = {"from", "fromGrade"};
constexpr Names kChangeTime = {"time", "changeTime"};
constexpr Names kRule = {"rule"};
constexpr Names kCause = {"cause"};
constexpr Names kDigest = {"bundleDigest"};
constexpr Names kOverridden = {"overridden"};

// One JSON object whose fields are known. A field that is null counts as absent. Getters give
// nothing for an absent field, and nothing with a violation for a wrong one.
class Fields {
 public:
  // `path` is where the object stands. Keys that are not `known`, and a field given by two of its
  // names, are violations.
  Fields(const json& object, std::string path, std::initializer_list<Names> known,
         Violations* violations)
      : object_(object), path_(std::move(path)), violations_(violations) {
    std::vector<std::string> keys;
    for (const Names& names : known) {
      CheckGivenOnce(names);
      for (const char* name : names) {
        if (name != nullptr) keys.push_back(name);
      }
    }
    for (const auto& [key, value] : object_.items()) {
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      const std::string hint = base::DidYouMean(key, keys);
      Add(path_, absl::StrCat("unknown key ", Shown(key), hint.empty() ? "" : "; ", hint),
          violations_);
    }
  }

  // With the key as it is written; our own where the field is absent.
  std::string Path(const Names& names) const {
    const char* const key = Key(names);
    return absl::StrCat(path_, ".", key == nullptr ? names.front() : key);
  }

  // Null where the field is absent; a field that is there but null is a JSON null.
  const json* FindNullable(const Names& names) const {
    const char* const key = Key(names);
    return key == nullptr ? nullptr : &*object_.find(key);
  }

  const json* Find(const Names& names) const {
    const json* value = FindNullable(names);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  std::optional<std::string> Text(const Names& names, size_t limit) {
    const json* value = Find(names);
    if (value == nullptr) return std::nullopt;
    const std::string* text = value->get_ptr<const std::string*>();
    if (text == nullptr) {
      Add(Path(names), "expected a text", violations_);
      return std::nullopt;
    }
    if (!CheckLength(*text, limit, Path(names), violations_)) return std::nullopt;
    return *text;
  }

  // Not far ahead of `now`.
  std::optional<absl::Time> PastTime(const Names& names, absl::Time now) {
    const std::optional<absl::Time> time = Time(names);
    if (!time.has_value() || CheckNotAhead(*time, now, Path(names), violations_)) return time;
    return std::nullopt;
  }

  std::optional<absl::Time> Time(const Names& names) {
    const json* value = Find(names);
    if (value == nullptr) return std::nullopt;
    const std::string* text = value->get_ptr<const std::string*>();
    absl::Time time;
    if (text == nullptr || !absl::ParseTime(absl::RFC3339_full, *text, &time, nullptr)) {
      Add(Path(names), "expected a time such as `2026-03-01T09:30:00+08:00`", violations_);
      return std::nullopt;
    }
    if (!IsInRange(time)) {
      Add(Path(names), "expected a time within the years 1 to 9999", violations_);
      return std::nullopt;
    }
    return time;
  }

  std::optional<double> Number(const Names& names) {
    const json* value = Find(names);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) {
      Add(Path(names), "expected a number", violations_);
      return std::nullopt;
    }
    return value->get<double>();
  }

  std::optional<bool> Bool(const Names& names) {
    const json* value = Find(names);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean()) {
      Add(Path(names), "expected `true` or `false`", violations_);
      return std::nullopt;
    }
    return value->get<bool>();
  }

  // Adds a violation where the field is absent or an empty text.
  void Require(const Names& names, absl::string_view what) {
    const json* value = Find(names);
    if (value == nullptr || *value == "") {
      Add(Path(names), absl::StrCat("is required: ", what), violations_);
    }
  }

 private:
  const char* Key(const Names& names) const {
    for (const char* name : names) {
      if (name != nullptr && object_.contains(name)) return name;
    }
    return nullptr;
  }

  void CheckGivenOnce(const Names& names) {
    const char* const first = Key(names);
    for (const char* name : names) {
      if (name == nullptr || name == first || !object_.contains(name)) continue;
      Add(Path(names), absl::StrCat("is `", name, "` by another name: give one of the two"),
          violations_);
    }
  }

  const json& object_;
  const std::string path_;
  Violations* const violations_;
};

class Reader {
 public:
  Reader(const rules::Bundle& bundle, absl::Time now) : bundle_(bundle), now_(now) {}

  absl::StatusOr<JsonInput> Read(const json& root) {
    const size_t facts = root.size() - root.count("events") - root.count("gradeHistory");
    if (facts > base::kMaxFactsPerLead) {
      return absl::InvalidArgumentError(
          absl::StrCat("1:1: has ", facts, " facts; at most ", base::kMaxFactsPerLead));
    }
    for (const auto& [key, value] : root.items()) {
      if (key == "events") {
        ReadEvents(value);
      } else if (key == "gradeHistory") {
        ReadHistory(value);
      } else {
        ReadFact(key, value);
      }
    }
    return std::move(out_);
  }

 private:
  void ReadFact(const std::string& name, const json& given) {
    const facts::Fact* fact = bundle_.schema.Find(name);
    if (fact == nullptr) {
      AddUnknownFact(name);
      return;
    }
    if (!given.is_object()) {
      facts::StatedFact stated;
      stated.observed_time = now_;
      if (ReadValueOf(*fact, given, name, &stated)) facts::State(out_.lead, name, stated);
    } else if (given.contains("statements")) {
      ReadStatements(*fact, given, name);
    } else {
      ReadStatement(*fact, given, name);
    }
  }

  void ReadStatements(const facts::Fact& fact, const json& given, const std::string& path) {
    constexpr Names kStatements = {"statements"};
    const Fields fields(given, path, {kStatements}, &out_.violations);
    const json& statements = *fields.FindNullable(kStatements);
    const std::string list = fields.Path(kStatements);
    if (!CheckObjects(statements, "statements", base::kMaxStatementsPerFact, list)) return;
    for (size_t i = 0; i < statements.size(); ++i) {
      ReadStatement(fact, statements[i], absl::StrCat(list, "[", i, "]"));
    }
  }

  void ReadStatement(const facts::Fact& fact, const json& given, const std::string& path) {
    const size_t before = out_.violations.size();
    Fields fields(given, path,
                  {kValue, kStatus, kSource, kSourceRole, kObservedTime, kExpireTime, kFact},
                  &out_.violations);
    facts::StatedFact stated;
    stated.status = ReadStatus(fields);
    stated.source = fields.Text(kSource, kMaxSourceBytes).value_or("");
    stated.observed_time = fields.PastTime(kObservedTime, now_).value_or(now_);
    stated.role = fields.Text(kSourceRole, kMaxSourceRoleBytes).value_or("");
    CheckSourceRole(bundle_, stated.role, fields.Path(kSourceRole), &out_.violations);
    if (const auto expires = fields.Time(kExpireTime)) {
      stated.expire_time = *expires;
      CheckExpiry(*expires, stated.observed_time, fields.Path(kExpireTime), &out_.violations);
    }
    const bool has_value = ReadStatedValue(fact, fields, &stated);
    if (has_value && out_.violations.size() == before) {
      facts::State(out_.lead, fact.name, std::move(stated));
    }
  }

  // False where there is none to be kept, as ReadValueOf.
  bool ReadStatedValue(const facts::Fact& fact, const Fields& fields, facts::StatedFact* stated) {
    const json* value = fields.FindNullable(kValue);
    if (stated->status == facts::FactStatus::kUnknown) {
      if (value == nullptr || value->is_null()) return true;
      Add(fields.Path(kValue), "is of a fact that is said to be unknown; leave it out",
          &out_.violations);
      return false;
    }
    if (value != nullptr) return ReadValueOf(fact, *value, fields.Path(kValue), stated);
    Add(fields.Path(kValue), "is required: the value of the fact", &out_.violations);
    return false;
  }

  // What is no fact's name may be any text; its path is shown as a message shows it.
  void AddUnknownFact(const std::string& name) {
    const std::string shown = Shown(name);
    std::vector<std::string> known = FactNames(bundle_);
    known.insert(known.end(), {"events", "gradeHistory"});
    AddUnknown("fact", name, known, shown.substr(1, shown.size() - 2), &out_.violations);
  }

  // False where there is none: it is wrong, with a violation, or said to be unknown.
  bool ReadValueOf(const facts::Fact& fact, const json& given, const std::string& path,
                   facts::StatedFact* stated) {
    if (given.is_null() && fact.type.kind() != cel::TypeKind::kNullable) return false;
    auto value = ReadValue(fact, given);
    if (!value.ok()) {
      Add(path, value.status().message(), &out_.violations);
      return false;
    }
    stated->value = *std::move(value);
    return true;
  }

  facts::FactStatus ReadStatus(const Fields& fields) {
    const json* value = fields.Find(kStatus);
    if (value == nullptr || *value == "FACT_STATUS_UNSPECIFIED") {
      return facts::FactStatus::kConfirmed;
    }
    for (const auto& [name, status] : facts::kFactStatusNames) {
      const std::string api_name = absl::StrCat("FACT_STATUS_", absl::AsciiStrToUpper(name));
      if (*value == std::string(name) || *value == api_name) return status;
    }
    Add(fields.Path(kStatus), "expected `confirmed`, `claimed`, `unknown` or `refuted`",
        &out_.violations);
    return facts::FactStatus::kConfirmed;
  }

  // Whether `value` is a list of at most `limit` objects.
  bool CheckObjects(const json& value, absl::string_view what, size_t limit,
                    const std::string& path) {
    if (!value.is_array()) {
      Add(path, absl::StrCat("expected a list of ", what), &out_.violations);
      return false;
    }
    if (!CheckSize(value.size(), limit, what, path, &out_.violations)) return false;
    bool objects = true;
    for (size_t i = 0; i < value.size(); ++i) {
      if (value[i].is_object()) continue;
      objects = false;
      Add(absl::StrCat(path, "[", i, "]"), "expected an object", &out_.violations);
    }
    return objects;
  }

  void ReadEvents(const json& value) {
    if (!CheckObjects(value, "events", base::kMaxEventsPerLead, "events")) return;
    for (size_t i = 0; i < value.size(); ++i) {
      Fields fields(value[i], absl::StrCat("events[", i, "]"), {kType, kEventTime, kAmount, kDue},
                    &out_.violations);
      out_.lead.timeline.push_back(ReadEvent(fields));
    }
    std::stable_sort(out_.lead.timeline.begin(), out_.lead.timeline.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
  }

  facts::TimelineEvent ReadEvent(Fields& fields) {
    facts::TimelineEvent event;
    fields.Require(kType, "the type of the event");
    event.type = fields.Text(kType, kMaxEventTypeBytes).value_or("");
    if (!event.type.empty()) {
      CheckEventType(bundle_, event.type, fields.Path(kType), &out_.violations);
    }
    event.time = fields.PastTime(kEventTime, now_).value_or(now_);
    event.amount = fields.Number(kAmount);
    event.due = fields.Time(kDue);
    if (event.due.has_value()) {
      CheckDue(*event.due, event.time, fields.Path(kDue), &out_.violations);
    }
    return event;
  }

  void ReadHistory(const json& value) {
    if (!CheckObjects(value, "grade changes", base::kMaxGradeChangesPerLead, "gradeHistory")) {
      return;
    }
    for (size_t i = 0; i < value.size(); ++i) {
      Fields fields(value[i], absl::StrCat("gradeHistory[", i, "]"),
                    {kTo, kChangeTime, kFrom, kRule, kCause, kDigest, kOverridden},
                    &out_.violations);
      out_.lead.grade_history.push_back(ReadChange(fields));
    }
    SettleHistory(&out_.lead.grade_history);
  }

  facts::GradeChange ReadChange(Fields& fields) {
    facts::GradeChange change;
    fields.Require(kTo, "the grade");
    change.to = ReadGrade(fields, kTo);
    fields.Require(kChangeTime, "when the grade changed");
    change.time = fields.PastTime(kChangeTime, now_).value_or(now_);
    change.from = ReadGrade(fields, kFrom);
    change.rule = fields.Text(kRule, kMaxRuleIdBytes).value_or("");
    change.cause = ReadCause(fields);
    change.bundle_digest = fields.Text(kDigest, kMaxRuleIdBytes).value_or("");
    change.overridden = fields.Bool(kOverridden).value_or(false);
    return change;
  }

  // An empty text is no grade, as in the API's JSON.
  std::string ReadGrade(Fields& fields, const Names& names) {
    std::string grade = fields.Text(names, base::kMaxFactTextBytes).value_or("");
    if (!grade.empty()) CheckGrade(bundle_, grade, fields.Path(names), &out_.violations);
    return grade;
  }

  facts::Cause ReadCause(Fields& fields) {
    v1::ChangeCause cause = v1::CHANGE_CAUSE_UNSPECIFIED;
    const auto name = fields.Text(kCause, kMaxRuleIdBytes);
    if (name.has_value() && !v1::ChangeCause_Parse(*name, &cause)) {
      Add(fields.Path(kCause),
          absl::StrCat("unknown cause ", Shown(*name), "; expected one such as CHANGE_CAUSE_FACT"),
          &out_.violations);
    }
    return cause == v1::CHANGE_CAUSE_UNSPECIFIED ? facts::Cause::kFact
                                                 : static_cast<facts::Cause>(cause);
  }

  const rules::Bundle& bundle_;
  const absl::Time now_;
  JsonInput out_;
};

}  // namespace

absl::StatusOr<JsonInput> ReadFactsJson(const rules::Bundle& bundle, absl::string_view json,
                                        absl::Time now) {
  auto root = ParseJson(json, kMaxFactsJsonBytes, kMaxFactsJsonDepth);
  if (!root.ok()) return root.status();
  if (!root->is_object()) {
    return absl::InvalidArgumentError("1:1: expected an object of facts and their values");
  }
  return Reader(bundle, now).Read(*root);
}

}  // namespace leadgrade::convert
