#include "service/convert/lead_json.h"

#include <utility>
#include <variant>

#include "engine/facts/statements.h"
#include "google/protobuf/struct.pb.h"
#include "nlohmann/json.hpp"
#include "service/convert/decision_proto.h"

namespace leadgrade::convert {
namespace {

using Json = nlohmann::ordered_json;

class Writer {
 public:
  Writer(absl::Time now, absl::TimeZone zone) : now_(now), zone_(zone) {}

  Json Write(const facts::Lead& lead) const {
    Json out = Json::object();
    for (const auto& [name, statements] : lead.facts) {
      if (statements.size() == 1) {
        out[name] = Statement(statements[0]);
        continue;
      }
      Json list = Json::array();
      for (const facts::StatedFact& statement : statements) list.push_back(Whole(statement));
      out[name] = {{"statements", std::move(list)}};
    }
    if (!lead.timeline.empty()) out["events"] = Events(lead);
    if (!lead.grade_history.empty()) out["gradeHistory"] = History(lead);
    return out;
  }

 private:
  std::string Time(absl::Time time) const {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E*S%Ez", time, zone_);
  }

  Json Value(const facts::FactValue& value) const {
    if (const auto* time = std::get_if<absl::Time>(&value.value)) return Time(*time);
    google::protobuf::Value out;
    ToProto(value, &out);
    return Json::parse(ToJson(out, /*pretty=*/false));
  }

  // The value alone where all else is what a plain value stands for.
  Json Statement(const facts::StatedFact& statement) const {
    const bool plain = statement.status == facts::FactStatus::kConfirmed &&
                       statement.source.empty() && statement.role.empty() &&
                       statement.observed_time == now_ &&
                       statement.expire_time == absl::InfiniteFuture();
    return plain ? Value(statement.value) : Whole(statement);
  }

  Json Whole(const facts::StatedFact& statement) const {
    Json out = Json::object();
    if (statement.status != facts::FactStatus::kUnknown) out["value"] = Value(statement.value);
    for (const auto& [name, status] : facts::kFactStatusNames) {
      if (status == statement.status && status != facts::FactStatus::kConfirmed) {
        out["status"] = std::string(name);
      }
    }
    if (!statement.source.empty()) out["source"] = statement.source;
    if (!statement.role.empty()) out["sourceRole"] = statement.role;
    if (statement.observed_time != now_) out["observedTime"] = Time(statement.observed_time);
    if (statement.expire_time != absl::InfiniteFuture()) {
      out["expireTime"] = Time(statement.expire_time);
    }
    return out;
  }

  Json Events(const facts::Lead& lead) const {
    Json out = Json::array();
    for (const facts::TimelineEvent& event : lead.timeline) {
      Json each = {{"type", event.type}, {"time", Time(event.time)}};
      if (event.amount.has_value()) each["amount"] = *event.amount;
      if (event.due.has_value()) each["due"] = Time(*event.due);
      out.push_back(std::move(each));
    }
    return out;
  }

  Json History(const facts::Lead& lead) const {
    Json out = Json::array();
    for (const facts::GradeChange& change : lead.grade_history) {
      Json each = {{"grade", change.to}, {"time", Time(change.time)}};
      if (!change.from.empty()) each["from"] = change.from;
      if (!change.rule.empty()) each["rule"] = change.rule;
      out.push_back(std::move(each));
    }
    return out;
  }

  const absl::Time now_;
  const absl::TimeZone zone_;
};

}  // namespace

std::string WriteFactsJson(const facts::Lead& lead, absl::Time now, absl::TimeZone zone) {
  return Writer(now, zone).Write(lead).dump(-1, ' ', /*ensure_ascii=*/true,
                                            Json::error_handler_t::replace);
}

}  // namespace leadgrade::convert
