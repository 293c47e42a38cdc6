#include "service/rpc/lead_edits.h"

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "engine/base/issue.h"
#include "engine/base/limits.h"
#include "service/convert/fact_checks.h"
#include "service/rpc/fact_fields.h"
#include "service/rpc/requests.h"
#include "service/rpc/tokens.h"

namespace leadgrade::rpc {
namespace {

using Kind = leads::LeadEdit::Kind;

// One that no lead gets to, so that an etag which is none is one that does not match.
constexpr uint64_t kNoRevision = std::numeric_limits<uint64_t>::max();

// Every fact that a lead can have, and more than there are other fields.
constexpr size_t kMaxMaskPaths = 2 * base::kMaxFactsPerLead;

const std::vector<std::string>& WritablePaths() {
  static const auto* const paths =
      new std::vector<std::string>{"display_name", "owner", "facts", "facts.NAME", "statements"};
  return *paths;
}

bool IsOutputOnly(absl::string_view path) {
  return path == "grade" || path == "grade_history" || path == "event_count" ||
         path == "create_time" || path == "update_time";
}

std::string Under(absl::string_view field, absl::string_view name) {
  return absl::StrCat(field, ".", name);
}

void CheckTexts(const leads::LeadEdit& edit, absl::string_view field, Violations* violations) {
  CheckLength(edit.display_name.value_or(""), kMaxDisplayNameBytes, Under(field, "display_name"),
              violations);
  CheckLength(edit.owner.value_or(""), kMaxOwnerBytes, Under(field, "owner"), violations);
}

// The fields that are set.
void TakeSetFields(const rules::Bundle& bundle, const v1::Lead& lead, absl::string_view field,
                   absl::Time now, leads::LeadEdit* edit, Violations* violations) {
  if (!lead.display_name().empty()) edit->display_name = lead.display_name();
  if (!lead.owner().empty()) edit->owner = lead.owner();
  CheckTexts(*edit, field, violations);
  edit->facts = ReadFacts(bundle, lead.facts(), Under(field, "facts"), now, violations);
  ReadStatements(bundle, lead.statements(), Under(field, "statements"), now, &edit->facts,
                 violations);
}

std::string BadPath(absl::string_view path) {
  if (IsOutputOnly(path)) {
    return absl::StrCat("`", path, "` is set by the service; it can't be changed");
  }
  if (path == "name" || path == "etag") {
    return absl::StrCat("`", path, "` says which lead is meant; it can't be changed");
  }
  const std::string hint = base::DidYouMean(path, WritablePaths());
  return absl::StrCat("`", Shortened(path, 80),
                      "` is no field of a lead that can be changed: ", "expected one of ",
                      absl::StrJoin(WritablePaths(), ", "), hint.empty() ? "" : "; ", hint);
}

// Takes what an update mask names from the lead that was sent.
class MaskedUpdate {
 public:
  MaskedUpdate(const rules::Bundle& bundle, const store::LeadStore& store, const v1::Lead& lead,
               absl::Time now, leads::LeadEdit* edit, Violations* violations)
      : bundle_(bundle),
        store_(store),
        lead_(lead),
        now_(now),
        edit_(*edit),
        violations_(*violations) {}

  void Take(const google::protobuf::FieldMask& mask) {
    if (!convert::CheckSize(mask.paths_size(), kMaxMaskPaths, "paths", "update_mask",
                            &violations_)) {
      return;
    }
    for (int i = 0; i < mask.paths_size(); ++i) {
      TakePath(mask.paths(i), absl::StrCat("update_mask.paths[", i, "]"));
    }
    const bool all = edit_.replace_all_facts;
    edit_.facts =
        ReadFacts(bundle_, all ? lead_.facts() : given_, "lead.facts", now_, &violations_);
    if (!all) {
      for (const std::string& name : retracted_) edit_.facts.emplace_back(name, std::nullopt);
    }
    if (all || statements_) {
      ReadStatements(bundle_, lead_.statements(), "lead.statements", now_, &edit_.facts,
                     &violations_);
    }
  }

 private:
  void TakePath(absl::string_view path, const std::string& field) {
    const bool all = path == "*";
    absl::string_view fact = path;
    if (all || path == "display_name") edit_.display_name = lead_.display_name();
    if (all || path == "owner") edit_.owner = lead_.owner();
    if (all || path == "facts") edit_.replace_all_facts = true;
    if (path == "statements") statements_ = true;
    if (all || path == "display_name" || path == "owner" || path == "facts" ||
        path == "statements") {
      return;
    }
    if (absl::ConsumePrefix(&fact, "facts.") && fact.find('.') == absl::string_view::npos) {
      TakeFact(std::string(fact), field);
    } else {
      violations_.push_back({field, BadPath(path)});
    }
  }

  void TakeFact(const std::string& name, const std::string& field) {
    const auto given = lead_.facts().find(name);
    if (given != lead_.facts().end()) {
      given_[name] = given->second;
    } else if (bundle_.schema.Find(name) != nullptr || IsStored(name)) {
      retracted_.insert(name);
    } else {
      convert::AddUnknown("fact", name, convert::FactNames(bundle_), field, &violations_);
    }
  }

  bool IsStored(const std::string& name) {
    if (!stored_.has_value()) stored_ = store_.Get(edit_.lead_id);
    return stored_->ok() && (*stored_)->lead.facts.count(name) > 0;
  }

  const rules::Bundle& bundle_;
  const store::LeadStore& store_;
  const v1::Lead& lead_;
  const absl::Time now_;
  leads::LeadEdit& edit_;
  Violations& violations_;
  FactStatements given_;
  bool statements_ = false;
  std::set<std::string> retracted_;
  std::optional<absl::StatusOr<store::StoredLead>> stored_;
};

}  // namespace

void SetExpectedRevision(absl::string_view etag, leads::LeadEdit* edit) {
  if (!etag.empty()) edit->expected_revision = ReadEtag(etag).value_or(kNoRevision);
}

leads::LeadEdit ReadCreate(const rules::Bundle& bundle, const v1::CreateLeadRequest& request,
                           absl::Time now, Violations* violations) {
  leads::LeadEdit edit;
  edit.kind = Kind::kCreate;
  edit.lead_id = request.lead_id();
  CheckLeadId(request.lead_id(), "lead_id", violations);
  if (!request.has_lead()) violations->push_back({"lead", "is required; it may be empty"});
  const std::string& name = request.lead().name();
  if (!name.empty() && name != absl::StrCat("leads/", request.lead_id())) {
    violations->push_back(
        {"lead.name",
         absl::StrCat("`", Shortened(name, 80), "` does not go with lead_id: leave it empty")});
  }
  TakeSetFields(bundle, request.lead(), "lead", now, &edit, violations);
  CheckLanguage(request.language_code(), violations);
  return edit;
}

leads::LeadEdit ReadUpdate(const rules::Bundle& bundle, const store::LeadStore& store,
                           const v1::UpdateLeadRequest& request, absl::Time now,
                           Violations* violations) {
  leads::LeadEdit edit;
  const v1::Lead& lead = request.lead();
  edit.lead_id = std::string(ReadLeadName(lead.name(), "lead.name", violations));
  SetExpectedRevision(lead.etag(), &edit);
  if (request.update_mask().paths().empty()) {
    TakeSetFields(bundle, lead, "lead", now, &edit, violations);
  } else {
    MaskedUpdate(bundle, store, lead, now, &edit, violations).Take(request.update_mask());
    CheckTexts(edit, "lead", violations);
  }
  CheckLanguage(request.language_code(), violations);
  return edit;
}

leads::LeadEdit ReadImported(const rules::Bundle& bundle, const v1::Lead& lead,
                             absl::string_view field, absl::Time now, Violations* violations) {
  leads::LeadEdit edit;
  edit.kind = Kind::kCreate;
  edit.lead_id = std::string(ReadLeadName(lead.name(), Under(field, "name"), violations));
  SetExpectedRevision(lead.etag(), &edit);
  TakeSetFields(bundle, lead, field, now, &edit, violations);
  return edit;
}

}  // namespace leadgrade::rpc
