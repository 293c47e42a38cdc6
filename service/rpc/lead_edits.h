// Requests that change a lead's stated side, as edits for the book of leads. What is wrong with one
// is added to its violations; the edit is of no use then.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/rules/bundle.h"
#include "leadgrade/v1/lead_service.pb.h"
#include "service/leads/lead_book.h"
#include "service/rpc/errors.h"
#include "service/store/lead_store.h"

namespace leadgrade::rpc {

// An etag that is given is one that the lead must have; "" asks for none.
void SetExpectedRevision(absl::string_view etag, leads::LeadEdit* edit);

leads::LeadEdit ReadCreate(const rules::Bundle& bundle, const v1::CreateLeadRequest& request,
                           absl::Time now, Violations* violations);

// Without a mask: the fields that are set, and of the facts those that are given. The store is
// looked into only for the retraction of a fact that the bundle does not know: it may be there
// since an earlier one.
leads::LeadEdit ReadUpdate(const rules::Bundle& bundle, const store::LeadStore& store,
                           const v1::UpdateLeadRequest& request, absl::Time now,
                           Violations* violations);

// A lead of an import: the fields that are set, and the facts given. `field` is where it stands.
leads::LeadEdit ReadImported(const rules::Bundle& bundle, const v1::Lead& lead,
                             absl::string_view field, absl::Time now, Violations* violations);

}  // namespace leadgrade::rpc
