#include "engine/rules/action_loader.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/limits.h"

namespace leadgrade::rules {
namespace {

constexpr absl::Duration kMaxDue = absl::Hours(24 * 3660);

Priority ReadPriority(base::IssueList* issues, const MapReader& reader) {
  static const std::vector<std::string> kNames = {"low", "normal", "high", "urgent"};
  const auto at = reader.Find("priority");
  if (!at.has_value()) return Priority::kNormal;
  const std::optional<std::string> text = ReadText(issues, *at);
  if (!text.has_value()) return Priority::kNormal;
  const auto it = std::find(kNames.begin(), kNames.end(), *text);
  if (it == kNames.end()) {
    AddIssue(issues, *at, "bad-value",
             absl::StrCat("`", *text, "` is no priority: expected low, normal, high or urgent"),
             base::DidYouMean(*text, kNames));
    return Priority::kNormal;
  }
  return static_cast<Priority>(it - kNames.begin() + 1);
}

// A plain number of days with `d` is 24 hours each: a due time is an instant.
absl::Duration ReadDueWithin(base::IssueList* issues, const MapReader& reader) {
  const auto at = reader.Find("dueWithin");
  if (!at.has_value()) return absl::ZeroDuration();
  const std::optional<std::string> text = ReadText(issues, *at);
  if (!text.has_value()) return absl::ZeroDuration();
  absl::string_view number = *text;
  int days = 0;
  absl::Duration due;
  if (absl::ConsumeSuffix(&number, "d") && absl::SimpleAtoi(number, &days)) {
    due = absl::Hours(24) * days;
  } else if (!absl::ParseDuration(*text, &due)) {
    due = absl::ZeroDuration();
  }
  if (due <= absl::ZeroDuration() || due > kMaxDue) {
    AddIssue(issues, *at, "bad-value", absl::StrCat("`", *text, "` is no time to be due in"),
             "days such as `3d`, or hours such as `36h`; at most ten years");
    return absl::ZeroDuration();
  }
  return due;
}

}  // namespace

void ReadActions(base::IssueList* issues, const MapReader& document, std::vector<Action>* actions) {
  const auto catalog = document.Require("actions");
  if (!catalog.has_value()) return;
  if (!(*catalog)->is_map()) {
    AddIssue(issues, *catalog, "wrong-shape", "expected a map of codes to actions");
    return;
  }
  for (const auto& [key, value] : (*catalog)->entries) {
    const Located code_at = catalog->At(key);
    const MapReader reader(issues, catalog->At(value), kActionFormat);
    const std::optional<std::string> code = ReadIdentifier(issues, code_at);
    if (!code.has_value() || !reader.is_map()) continue;
    if (std::any_of(actions->begin(), actions->end(),
                    [&](const Action& action) { return action.code == *code; })) {
      AddIssue(issues, code_at, "duplicate-name",
               absl::StrCat("the action `", *code, "` is declared already"));
      continue;
    }
    if (actions->size() >= base::kMaxActions) {
      AddIssue(issues, code_at, "limit",
               absl::StrCat("a bundle has at most ", base::kMaxActions, " actions"));
      return;
    }
    Action action;
    action.code = *code;
    action.span = code_at.Span();
    if (reader.Require("title").has_value()) action.title = *reader.Localized("title");
    action.text = reader.Localized("text").value_or(base::LocalizedText());
    action.channel = reader.Text("channel").value_or("");
    action.priority = ReadPriority(issues, reader);
    action.due_within = ReadDueWithin(issues, reader);
    for (const Located& item : reader.List("checklist").value_or(std::vector<Located>())) {
      action.checklist.push_back(ReadLocalizedText(issues, item));
    }
    actions->push_back(std::move(action));
  }
}

}  // namespace leadgrade::rules
