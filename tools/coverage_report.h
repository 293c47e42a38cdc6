// What suites have shown of a bundle's rules, in the forms that `leadgrade test` gives it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/decision/coverage.h"
#include "nlohmann/json_fwd.hpp"

namespace leadgrade::tools {

struct BundleCoverage {
  std::string path;  // of the bundle, as the caller gave it; files are shown below it
  std::shared_ptr<const decision::Coverage> coverage;
};

// "27/27 (100%)"; the percentage rounded down, so that 100% is all of them.
std::string ShareText(const decision::Coverage::Share& share);

// A line of sums for each bundle, and below it what is not covered, each with FILE:LINE.
std::string CoverageText(const std::vector<BundleCoverage>& bundles);

// {summary: {rules, conditions, outcomes: {covered, total, percent}}, rules: [{ruleSet, id, file,
// line, seen: {true, false, unknown}, won, conditions: [{source, file, line, seen, decided: {true,
// false}, covered}]}], outcomes: [{of, value, given}]}
nlohmann::ordered_json CoverageJsonOf(const BundleCoverage& bundle);
// {"bundles": [{path, name, digest, ...as above}]}
std::string CoverageJson(const std::vector<BundleCoverage>& bundles);

// An LCOV tracefile: a record for each rule file, in which a rule is a function that is hit where
// it decides, and a condition two branches, true and false.
std::string CoverageLcov(const std::vector<BundleCoverage>& bundles);

// One page that needs nothing but itself.
std::string CoverageHtml(const std::vector<BundleCoverage>& bundles);

// What is still to be shown of a condition that is not covered: "no case in which it is false and
// alone decides".
std::string MissingOf(const decision::ConditionCoverage& condition);

}  // namespace leadgrade::tools
