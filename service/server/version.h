// The program's version, by semver.org.
#pragma once

namespace leadgrade::server {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace leadgrade::server
