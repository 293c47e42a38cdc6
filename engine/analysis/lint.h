// What is no error in a bundle and still likely a mistake, told from the rules as they are written.
// What is proved of all leads is in prove.h.
#pragma once

#include <vector>

#include "engine/base/issue.h"
#include "engine/rules/bundle.h"

namespace leadgrade::analysis {

// Codes of findings; engine/base/code_pages.h has a page on each. A text that lacks a language,
// LG2010, is found by the loader.
inline constexpr char kUnusedFact[] = "LG2001";
inline constexpr char kUnusedAggregate[] = "LG2002";
inline constexpr char kUnusedAction[] = "LG2003";
inline constexpr char kUnusedParameter[] = "LG2004";
inline constexpr char kUnusedEvent[] = "LG2005";
inline constexpr char kUnusedType[] = "LG2006";
inline constexpr char kDuplicateRule[] = "LG2007";
inline constexpr char kNearDuplicateRule[] = "LG2008";
inline constexpr char kGapAtBoundary[] = "LG2009";
inline constexpr char kMissingDescription[] = "LG2011";
inline constexpr char kMagicNumber[] = "LG2012";

// Warnings, in the order of their places. `files` are those that the bundle was loaded from: for
// the lines shown. Thread safe.
std::vector<base::Issue> Lint(const rules::Bundle& bundle, const rules::BundleFiles& files);

}  // namespace leadgrade::analysis
