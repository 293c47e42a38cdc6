// What an expression can grow out of messages is bounded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/cel/protobuf/messages.h"
#include "tests/engine/cel/protobuf/workbench.h"

namespace leadgrade::cel {
namespace {

using testing::HasSubstr;

// A field of the wire form: its number and what it holds.
std::string Part(int number, absl::string_view bytes) {
  std::string text(1, static_cast<char>(number << 3 | 2));
  size_t size = bytes.size();
  for (; size > 127; size >>= 7) text += static_cast<char>(size | 128);
  return absl::StrCat(text, std::string(1, static_cast<char>(size)), bytes);
}

TEST(Bounds, MessagesNestOnlySoDeep) {
  ProtoWorkbench bench;
  std::string bytes;
  for (int i = 0; i < kMaxMessageDepth; ++i) bytes = Part(1, bytes);
  const auto parse = [&] { return bench.types().Parse(bench.context(), "t.Node", bytes); };
  const Value deepest = parse();
  ASSERT_EQ(deepest.kind(), Kind::kObject) << ToString(deepest);
  EXPECT_TRUE(Equal(deepest, parse()));
  EXPECT_THAT(ToString(deepest),
              testing::EndsWith("t.Node{}" + std::string(kMaxMessageDepth, '}')));
  EXPECT_THAT(ToString(bench.Make("t.Node", {{"next", deepest}})), HasSubstr("nest more than"));
  bytes = Part(1, bytes);
  EXPECT_THAT(ToString(parse()), HasSubstr("nest more than"));
}

TEST(Bounds, AnysNestOnlySoDeep) {
  ProtoWorkbench bench;
  const auto nest = [&](int levels) {
    std::string bytes;
    for (int i = 0; i < levels; ++i) {
      bytes = absl::StrCat(Part(1, "x/google.protobuf.Any"), Part(2, bytes));
    }
    return ToString(bench.types().Parse(bench.context(), "google.protobuf.Any", bytes));
  };
  EXPECT_THAT(nest(100), HasSubstr("without a type"));
  EXPECT_THAT(nest(1000), HasSubstr("nest more than"));
}

TEST(Bounds, ListsInAValueNestOnlySoDeep) {
  ProtoWorkbench bench;
  const auto nest = [&](int levels) {
    Value value = Value::Null();
    for (int i = 0; i < levels; ++i) value = bench.Map({Value::String("k"), value});
    return bench.Get(bench.Make("p.All", {{"any", value}}), "any");
  };
  EXPECT_EQ(nest(kMaxJsonDepth).kind(), Kind::kMap);
  EXPECT_THAT(ToString(nest(kMaxJsonDepth + 1)), HasSubstr("nest too deeply"));
}

TEST(Bounds, TheWireFormNestsOnlySoDeep) {
  ProtoWorkbench bench;
  std::string groups;
  for (int i = 0; i < 100000; ++i) groups += "\xf3\x0f";  // unknown groups that never end
  EXPECT_THAT(ToString(bench.types().Parse(bench.context(), "t.All", groups)),
              HasSubstr("malformed"));
}

TEST(Bounds, ParsingUsesNoMoreMemoryThanAnEvaluationMay) {
  ProtoWorkbench bench;
  std::string bytes;
  for (int i = 0; i < 100000; ++i) bytes += std::string("\xda\x02\x00", 3);  // an empty child
  const Value many = bench.types().Parse(bench.context(), "p.All", bytes);
  EXPECT_EQ(ToString(many), "error: evaluation needs too much memory");
  EXPECT_EQ(ToString(bench.types().Parse(bench.context(), "p.All",
                                         std::string(base::kMaxEvaluationBytes + 1, '\0'))),
            "error: evaluation needs too much memory");
}

TEST(Bounds, MessagesCountAsMemory) {
  ProtoWorkbench bench;
  Value message;
  for (int i = 0; i < 100000 && !message.is_error(); ++i) message = bench.Make("p.All");
  EXPECT_EQ(ToString(message), "error: evaluation needs too much memory");
  EXPECT_LE(bench.arena().used(), base::kMaxEvaluationBytes);
}

}  // namespace
}  // namespace leadgrade::cel
