#include "tools/sarif.h"

#include <cstdint>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/code_pages.h"
#include "nlohmann/json.hpp"
#include "service/server/version.h"
#include "tools/report.h"

namespace leadgrade::tools {
namespace {

using Json = nlohmann::ordered_json;

// Names the program; it has no page of its own.
constexpr char kInformationUri[] = "urn:leadgrade:command-line";

// A relative or absolute path as a URI reference.
std::string Uri(absl::string_view path) {
  std::string uri = absl::StartsWith(path, "/") ? "file://" : "";
  for (const char c : path) {
    const bool plain = absl::ascii_isalnum(c) || absl::StrContains("/-._~", c);
    absl::StrAppend(
        &uri, plain ? std::string(1, c)
                    : absl::StrCat("%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2)));
  }
  return uri;
}

// "unused-fact" is "UnusedFact".
std::string PascalCase(absl::string_view name) {
  std::string out;
  for (const absl::string_view word : absl::StrSplit(name, '-')) {
    if (word.empty()) continue;
    out.push_back(absl::ascii_toupper(word[0]));
    absl::StrAppend(&out, word.substr(1));
  }
  return out;
}

Json RuleOf(const std::string& code) {
  Json rule = {{"id", code}};
  const base::CodePage* page = base::FindCodePage(code);
  if (page == nullptr) return rule;
  const std::string meaning(page->meaning);
  rule["name"] = PascalCase(page->name);
  rule["shortDescription"] = {{"text", std::string(page->title)}};
  rule["fullDescription"] = {{"text", meaning}};
  rule["help"] = {{"text", absl::StrCat(meaning, "\n", page->fix)},
                  {"markdown", base::ToMarkdown(*page)}};
  rule["defaultConfiguration"] = {{"level", NameOf(page->severity)}};
  return rule;
}

// FNV-1a: the same on every machine and in every version.
std::string Hash(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return absl::StrCat(absl::Hex(hash, absl::kZeroPad16));
}

class SarifRun {
 public:
  void Add(const SarifResult& result) {
    const base::Issue& issue = result.issue;
    Json json = {
        {"ruleId", issue.code},
        {"ruleIndex", IndexOf(issue.code)},
        {"level", NameOf(issue.severity)},
        {"message",
         {{"text", absl::StrCat(Words(issue), result.more.empty() ? "" : "\n", result.more)}}},
        {"locations", Json::array({LocationOf(issue.span)})},
        {"partialFingerprints", {{"leadgradeFinding/v1", FingerprintOf(issue)}}}};
    if (!result.reason.empty()) {
      json["suppressions"] =
          Json::array({{{"kind", "inSource"}, {"justification", result.reason}}});
    }
    results_.push_back(std::move(json));
  }

  Json Finish() {
    const Json driver = {{"name", "leadgrade"},
                         {"version", server::kVersion},
                         {"informationUri", kInformationUri},
                         {"rules", std::move(rules_)}};
    return {{"tool", {{"driver", driver}}},
            {"columnKind", "unicodeCodePoints"},
            {"results", std::move(results_)}};
  }

 private:
  size_t IndexOf(const std::string& code) {
    const auto [it, added] = indexes_.emplace(code, rules_.size());
    if (added) rules_.push_back(RuleOf(code));
    return it->second;
  }

  static Json LocationOf(const base::SourceSpan& span) {
    return {{"physicalLocation",
             {{"artifactLocation", {{"uri", Uri(span.file)}}},
              {"region",
               {{"startLine", span.line},
                {"startColumn", span.column},
                {"endColumn", span.column + span.length}}}}}};
  }

  // By what stands on the line, not by its number; of several alike by their order.
  std::string FingerprintOf(const base::Issue& issue) {
    const std::string content =
        absl::StrCat(issue.code, "\n", issue.span.file, "\n",
                     absl::StripAsciiWhitespace(issue.source_line), "\n", issue.message);
    return absl::StrCat(Hash(content), ":", ++alike_[content]);
  }

  std::map<std::string, size_t> indexes_;
  std::map<std::string, int> alike_;
  Json rules_ = Json::array(), results_ = Json::array();
};

}  // namespace

std::string ToSarif(const std::vector<SarifResult>& results) {
  SarifRun run;
  for (const SarifResult& result : results) run.Add(result);
  return Dump({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
               {"version", "2.1.0"},
               {"runs", Json::array({run.Finish()})}});
}

}  // namespace leadgrade::tools
