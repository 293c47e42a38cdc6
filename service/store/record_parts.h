// Parts of records that more than one kind of record has. For this folder's codecs.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/facts/lead.h"
#include "store/v1/record.pb.h"

namespace leadgrade::store {

void Encode(absl::Time time, ::store::v1::Time* out);
absl::Time Decode(const ::store::v1::Time& in);

void Encode(absl::string_view name, const facts::StatedFact& fact, ::store::v1::StatedFact* out);
// All but the name, moved out of `in`. False for what is no such record.
bool Decode(::store::v1::StatedFact& in, facts::StatedFact* fact);

void Encode(const facts::GradeOverride& set, ::store::v1::GradeOverride* out);
facts::GradeOverride Decode(const ::store::v1::GradeOverride& in);

template <typename Record>
bool Parse(absl::string_view bytes, Record* record) {
  return record->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace leadgrade::store
