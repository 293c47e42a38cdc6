#pragma once

#include <map>
#include <string>

namespace leadgrade::rules {

// "sha256:" and 64 hex digits over names and contents, in name order, each with its length before
// it so that no two sets of files give the same bytes.
std::string DigestFiles(const std::map<std::string, std::string>& files);

}  // namespace leadgrade::rules
