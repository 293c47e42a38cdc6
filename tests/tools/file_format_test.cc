// That what engine/rules/file_format.h says of keys is what the loaders do with them, key by key: a
// bundle that has them all is loaded with one taken away, or spoilt.
#include "engine/rules/file_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "engine/rules/yaml.h"
#include "tests/testing/bundles.h"
#include "tools/bundle_input.h"

namespace leadgrade::tools {
namespace {

using rules::KeyFormat;
using rules::MapFormat;
using rules::Shape;
using rules::YamlEntry;
using rules::YamlNode;

// In flow style. Quoted is what could be read as more than a word; the loaders take both alike.
std::string Emit(const YamlNode& node) {
  std::vector<std::string> parts;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "~";
    case YamlNode::Kind::kScalar: {
      const bool word = node.plain && !node.text.empty() &&
                        std::all_of(node.text.begin(), node.text.end(), [](unsigned char c) {
                          return absl::ascii_isalnum(c) || c == '_' || c == '.';
                        });
      const std::string inner =
          absl::StrReplaceAll(node.text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
      return word ? node.text : absl::StrCat("\"", inner, "\"");
    }
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node.items) parts.push_back(Emit(item));
      return absl::StrCat("[", absl::StrJoin(parts, ", "), "]");
    case YamlNode::Kind::kMap:
      for (const auto& [key, value] : node.entries) {
        parts.push_back(absl::StrCat(Emit(key), ": ", Emit(value)));
      }
      return absl::StrCat("{", absl::StrJoin(parts, ", "), "}");
  }
  return "";
}

YamlNode Parsed(const std::string& yaml) {
  base::IssueList issues;
  auto file = rules::YamlFile::Parse("spoilt.yaml", yaml, &issues);
  EXPECT_TRUE(file.has_value() && file->documents().size() == 1) << yaml;
  return file->documents().front();
}

// What to do at a key of a map. It may change the map; `issues` loads what came of that.
using Visit = std::function<void(const MapFormat& format, const KeyFormat& key, YamlNode* map,
                                 YamlEntry* entry, const std::function<base::IssueList()>& issues)>;

class FileFormatTest : public ::testing::Test {
 protected:
  FileFormatTest() {
    for (const auto& [path, text] :
         testing::ReadFiles(LEADGRADE_SOURCE_DIR "/tests/tools/every_key")) {
      base::IssueList issues;
      const auto file = rules::YamlFile::Parse(path, text, &issues);
      EXPECT_TRUE(file.has_value()) << path;
      documents_[path] = file->documents();
    }
  }

  // Each key of each format, where it stands first.
  void ForEachKey(const Visit& visit) {
    // The bundle's own document first: of the others' metadata less is read.
    for (const bool bundle : {true, false}) {
      for (auto& [path, documents] : documents_) {
        for (YamlNode& root : documents) {
          const auto* kind = rules::FindKind(root.Find("kind")->text);
          if ((kind->kind == "Bundle") == bundle) WalkMap(&root, *kind->document, visit);
        }
      }
    }
  }

  base::IssueList Issues() const {
    BundleInput input;
    input.path = "every_key";
    for (const auto& [path, documents] : documents_) {
      std::vector<std::string> texts;
      for (const YamlNode& root : documents) texts.push_back(Emit(root));
      input.files[path] = absl::StrJoin(texts, "\n---\n");
    }
    base::IssueList issues;
    input.bundle = rules::LoadBundle(input.files, &issues);
    if (input.bundle == nullptr) return issues;
    CheckCompanions(&input);
    return input.issues;
  }

  std::set<std::string> seen_;

 private:
  void WalkMap(YamlNode* map, const MapFormat& format, const Visit& visit) {
    const std::vector<YamlEntry> whole = map->entries;
    for (size_t i = 0; i < whole.size(); ++i) {
      const KeyFormat* key = format.Find(whole[i].key.text);
      ASSERT_NE(key, nullptr) << whole[i].key.text;
      if (seen_.insert(absl::StrCat(format.id, ".", key->name)).second) {
        SCOPED_TRACE(absl::StrCat(format.id, ".", key->name));
        visit(format, *key, map, &map->entries[i], [this] { return Issues(); });
        map->entries = whole;
      }
      Walk(&map->entries[i].value, *key->shape, visit);
    }
  }

  void Walk(YamlNode* node, const Shape& shape, const Visit& visit) {
    if (shape.kind == Shape::Kind::kMap) return WalkMap(node, *shape.map, visit);
    if (shape.kind == Shape::Kind::kNamed && node->is_map()) {
      for (YamlEntry& entry : node->entries) Walk(&entry.value, *shape.element, visit);
    }
    if (shape.kind == Shape::Kind::kList && node->is_sequence()) {
      for (YamlNode& item : node->items) Walk(&item, *shape.element, visit);
    }
    for (const Shape* option : shape.options) {
      const bool fits = option->kind == Shape::Kind::kMap
                            ? node->is_map() && option->map->Find(node->entries[0].key.text)
                            : node->is_sequence() && option->kind == Shape::Kind::kList;
      if (fits) return Walk(node, *option, visit);
    }
  }

  std::map<std::string, std::vector<YamlNode>> documents_;
};

void AddKeys(const Shape& shape, std::set<const MapFormat*>* done, std::set<std::string>* keys) {
  if (shape.map != nullptr && done->insert(shape.map).second) {
    for (const KeyFormat& key : shape.map->keys) {
      keys->insert(absl::StrCat(shape.map->id, ".", key.name));
      AddKeys(*key.shape, done, keys);
    }
  }
  if (shape.element != nullptr) AddKeys(*shape.element, done, keys);
  for (const Shape* option : shape.options) AddKeys(*option, done, keys);
}

TEST_F(FileFormatTest, TheBundleOfEveryKeyLoadsAndHasEveryKey) {
  EXPECT_TRUE(Issues().empty()) << base::FormatIssues(Issues());
  ForEachKey([](auto&&...) {});
  std::set<const MapFormat*> done;
  std::set<std::string> all;
  for (const rules::KindFormat& kind : rules::Kinds()) {
    AddKeys({.kind = Shape::Kind::kMap, .map = kind.document}, &done, &all);
  }
  EXPECT_EQ(seen_, all);
}

TEST_F(FileFormatTest, AKeyIsRequiredWhereTheLoaderAsksForIt) {
  // By what else stands in the map.
  const std::set<std::string> conditional = {"case.expect", "step.at", "statement.value"};
  ForEachKey([&](const MapFormat& format, const KeyFormat& key, YamlNode* map, YamlEntry* entry,
                 const auto& issues) {
    if (conditional.contains(absl::StrCat(format.id, ".", key.name))) return;
    map->entries.erase(map->entries.begin() + (entry - map->entries.data()));
    bool asked = false;
    const base::IssueList found = issues();
    for (const base::Issue& issue : found.Sorted()) {
      asked |= issue.code == "missing-key" &&
               absl::StrContains(issue.message, absl::StrCat("needs `", key.name));
    }
    EXPECT_EQ(asked, key.required) << base::FormatIssues(found);
  });
}

TEST_F(FileFormatTest, AValueOfAnotherShapeIsRefused) {
  ForEachKey(
      [&](const MapFormat&, const KeyFormat& key, YamlNode*, YamlEntry* entry, const auto& issues) {
        // What is for whoever reads the file the loaders need not read.
        if (key.name == "description" || key.shape->kind == Shape::Kind::kAny) return;
        const bool list = key.shape->kind == Shape::Kind::kList;
        entry->value = Parsed(list ? "single" : "[[nonsense]]");
        EXPECT_TRUE(issues().has_errors());
      });
}

TEST_F(FileFormatTest, TheChoicesAreThoseOfTheLoader) {
  ForEachKey(
      [&](const MapFormat&, const KeyFormat& key, YamlNode*, YamlEntry* entry, const auto& issues) {
        if (key.shape->kind != Shape::Kind::kChoice || key.name == "kind") return;
        for (const absl::string_view choice : key.shape->choices) {
          entry->value = Parsed(absl::StrCat("\"", choice, "\""));
          const base::IssueList found = issues();
          for (const base::Issue& issue : found.Sorted()) {
            EXPECT_FALSE(absl::StrContains(issue.message, absl::StrCat("`", choice, "` is no")))
                << base::FormatIssue(issue);
          }
        }
        entry->value = Parsed("NONSENSE");
        const base::IssueList found = issues();
        EXPECT_TRUE(found.has_errors());
        // Where the loader lists what it expected: the same.
        for (const base::Issue& issue : found.Sorted()) {
          const size_t at = issue.message.find(": expected ");
          if (at == std::string::npos) continue;
          for (const absl::string_view choice : key.shape->choices) {
            EXPECT_THAT(issue.message, ::testing::HasSubstr(std::string(choice)));
          }
        }
      });
}

}  // namespace
}  // namespace leadgrade::tools
