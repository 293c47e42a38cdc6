#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "engine/base/issue.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/output.h"
#include "tools/schema.h"

namespace leadgrade::tools {
namespace {

int Schema(const std::string& name) {
  const rules::KindFormat* kind = rules::FindKind(name);
  if (kind == nullptr && !name.empty()) {
    std::vector<std::string> known;
    for (const rules::KindFormat& other : rules::Kinds()) known.emplace_back(other.kind);
    const std::string hint = base::DidYouMean(name, known);
    PrintError(absl::StrCat("there is no kind `", name, "`",
                            hint.empty() ? "" : absl::StrCat("; ", hint)));
    return kUsage;
  }
  Output output;
  output.Print(SchemaJson(kind));
  return output.Finish(kFine);
}

}  // namespace

void AddSchema(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON Schema of rule files");
  auto kind = std::make_shared<std::string>();
  command->add_option("kind", *kind, "One kind of document, such as RuleSet; left out: all of them")
      ->type_name("KIND");
  command->footer(
      "For editors that know JSON Schema for YAML: they complete keys, show what each means, and\n"
      "underline what is wrong. A file says where its schema is in its first line:\n\n"
      "  # yaml-language-server: $schema=../../docs/schema/leadgrade.schema.json\n\n"
      "Example:\n  leadgrade schema > leadgrade.schema.json");
  command->callback([kind, exit_code] { *exit_code = Schema(*kind); });
}

}  // namespace leadgrade::tools
