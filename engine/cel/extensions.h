// The extension libraries of CEL, each as its document in the public repositories describes it
// (cel-spec `doc/extensions`, cel-go `ext/README.md`). Every Env has all of them.
#pragma once

#include "engine/cel/env.h"

namespace leadgrade::cel {

// charAt, format, indexOf, join, lastIndexOf, lowerAscii, replace, reverse, split, strings.quote,
// substring, trim, upperAscii. Positions count Unicode code points.
void AddStringExtension(Env* env);
// math.greatest, least, ceil, floor, round, trunc, abs, sign, sqrt, isNaN, isInf, isFinite, bitAnd,
// bitOr, bitXor, bitNot, bitShiftLeft, bitShiftRight.
void AddMathExtension(Env* env);
// base64.encode, base64.decode.
void AddEncoderExtension(Env* env);
// slice, flatten, distinct, reverse, sort, first, last, lists.range, and
// @sortByAssociatedKeys(list, keys) for the macro sortBy.
void AddListExtension(Env* env);
// IP addresses and networks: ip, isIP, ip.isCanonical, cidr, isCIDR, their members, and the types
// net.IP and net.CIDR.
void AddNetworkExtension(Env* env);

}  // namespace leadgrade::cel
