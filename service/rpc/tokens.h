// What the API hands out for a client to hand back: page tokens, resume tokens, etags. All are
// web-safe text, opaque to clients.
//
// Page and resume tokens are sealed with a digest over the store's id and what they are for: one of
// another store or list, a damaged or a made-up one is not accepted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace leadgrade::rpc {

// Where a listing goes on: in which of the store's lists that it joins (one a grade asked for,
// say), after what of store::ListPage::next.
struct PagePosition {
  size_t list = 0;
  std::string after;
};

// `list` is what tells one list of the store from another: the grades asked for, the order.
std::string MakePageToken(absl::string_view store_id, const std::vector<std::string>& list,
                          const PagePosition& position);
// nullopt for what is no token of this list of this store.
std::optional<PagePosition> ReadPageToken(absl::string_view store_id,
                                          const std::vector<std::string>& list,
                                          absl::string_view token);

// `sequence` of the last change handled.
std::string MakeResumeToken(absl::string_view store_id, uint64_t sequence);
std::optional<uint64_t> ReadResumeToken(absl::string_view store_id, absl::string_view token);

std::string MakeEtag(uint64_t revision);
std::optional<uint64_t> ReadEtag(absl::string_view etag);

}  // namespace leadgrade::rpc
