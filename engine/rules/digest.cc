#include "engine/rules/digest.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace leadgrade::rules {

std::string DigestFiles(const std::map<std::string, std::string>& files) {
  std::string bytes;
  for (const auto& [name, content] : files) {
    absl::StrAppend(&bytes, name.size(), ":", name, content.size(), ":", content);
  }
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash);
  return absl::StrCat("sha256:", absl::BytesToHexString(absl::string_view(
                                     reinterpret_cast<const char*>(hash), sizeof(hash))));
}

}  // namespace leadgrade::rules
