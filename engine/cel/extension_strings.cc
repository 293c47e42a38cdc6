// The strings extension. Tested by tests/engine/cel/extension_strings_test.cc.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/unicode.h"
#include "engine/cel/extension_format.h"
#include "engine/cel/extensions.h"
#include "engine/cel/functions.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

constexpr size_t kNone = absl::string_view::npos;

// Bytes that go on with a character of UTF-8.
bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

int64_t CountCharacters(absl::string_view text) {
  return static_cast<int64_t>(text.size()) - std::count_if(text.begin(), text.end(), Continues);
}

// The size in bytes of the first character of `text`, which is not empty.
size_t FirstSize(absl::string_view text) {
  size_t size = 1;
  while (size < text.size() && Continues(text[size])) ++size;
  return size;
}

// The byte at which the character number `position` begins; the size for the number of characters;
// kNone past that and below 0.
size_t OffsetOf(absl::string_view text, int64_t position) {
  if (position < 0) return kNone;
  size_t at = 0;
  for (; position > 0 && at < text.size(); --position) at += FirstSize(text.substr(at));
  return position == 0 ? at : kNone;
}

Value OutOfRange(EvalContext& context, int64_t position) {
  return context.arena->MakeError(absl::StrCat("index out of range: ", position));
}

// A text of `size` bytes that `fill(char*)` writes.
template <typename Fill>
Value MakeText(EvalContext& context, size_t size, Fill fill) {
  auto* bytes = static_cast<char*>(context.arena->Allocate(size));
  if (bytes == nullptr) return OutOfMemory();
  fill(bytes);
  return Value::String({bytes, size});
}

char* Copy(absl::string_view text, char* to) { return std::copy(text.begin(), text.end(), to); }

Value CharAt(EvalContext& context, Arguments a) {
  const absl::string_view text = a[0].text();
  const size_t at = OffsetOf(text, a[1].int_value());
  if (at == kNone) return OutOfRange(context, a[1].int_value());
  if (at == text.size()) return Value::String("");
  return Value::String(text.substr(at, FirstSize(text.substr(at))));
}

Value Position(absl::string_view text, size_t found) {
  return Value::Int(found == kNone ? -1 : CountCharacters(text.substr(0, found)));
}

Value IndexOf(EvalContext& context, Arguments a) {
  const absl::string_view text = a[0].text();
  const size_t from = a.size() == 3 ? OffsetOf(text, a[2].int_value()) : 0;
  if (from == kNone) return OutOfRange(context, a[2].int_value());
  return Position(text, FindText(text, a[1].text(), from));
}

Value LastIndexOf(EvalContext& context, Arguments a) {
  const absl::string_view text = a[0].text();
  const size_t last = a.size() == 3 ? OffsetOf(text, a[2].int_value()) : text.size();
  if (last == kNone) return OutOfRange(context, a[2].int_value());
  return Position(text, text.rfind(a[1].text(), last));
}

Value Substring(EvalContext& context, Arguments a) {
  const absl::string_view text = a[0].text();
  const int64_t start = a[1].int_value();
  if (a.size() == 3 && start > a[2].int_value()) {
    return context.arena->MakeError(
        absl::StrCat("invalid substring range. start: ", start, ", end: ", a[2].int_value()));
  }
  const size_t begin = OffsetOf(text, start);
  if (begin == kNone) return OutOfRange(context, start);
  if (a.size() == 2) return Value::String(text.substr(begin));
  const size_t length = OffsetOf(text.substr(begin), a[2].int_value() - start);
  if (length == kNone) return OutOfRange(context, a[2].int_value());
  return Value::String(text.substr(begin, length));
}

template <bool (*is_other)(unsigned char), char (*change)(unsigned char)>
Value ChangeCase(EvalContext& context, Arguments a) {
  const absl::string_view text = a[0].text();
  if (std::none_of(text.begin(), text.end(), is_other)) return a[0];
  return MakeText(context, text.size(),
                  [text](char* to) { std::transform(text.begin(), text.end(), to, change); });
}

Value Trim(EvalContext&, Arguments a) {
  absl::string_view text = a[0].text();
  while (!text.empty()) {
    const base::Character first = base::FirstCharacter(text);
    if (!base::IsWhiteSpace(first.point)) break;
    text.remove_prefix(first.bytes);
  }
  while (!text.empty()) {
    size_t at = text.size() - 1;
    while (at > 0 && Continues(text[at])) --at;
    if (!base::IsWhiteSpace(base::FirstCharacter(text.substr(at)).point)) break;
    text = text.substr(0, at);
  }
  return Value::String(text);
}

// How often `part` is found in `text` without overlap; an empty one before each character and at
// the end. At most `limit`, where that is not negative.
size_t CountMatches(absl::string_view text, absl::string_view part, int64_t limit) {
  const size_t most = limit < 0 ? SIZE_MAX : static_cast<size_t>(limit);
  if (part.empty()) return std::min(most, static_cast<size_t>(CountCharacters(text)) + 1);
  size_t count = 0;
  for (size_t at = 0; count < most; ++count) {
    at = FindText(text, part, at);
    if (at == kNone) break;
    at += part.size();
  }
  return count;
}

Value Replace(EvalContext& context, Arguments a) {
  absl::string_view text = a[0].text();
  const absl::string_view from = a[1].text(), to = a[2].text();
  const size_t count = CountMatches(text, from, a.size() == 4 ? a[3].int_value() : -1);
  if (count == 0) return a[0];
  // No product of two texts' sizes overflows: each has 32 bits.
  const size_t size = text.size() - count * from.size() + count * to.size();
  return MakeText(context, size, [&](char* out) {
    for (size_t i = 0; i < count; ++i) {
      // An empty match follows each character but the first match, which precedes them all.
      const size_t before = !from.empty() ? FindText(text, from) : i == 0 ? 0 : FirstSize(text);
      out = Copy(to, Copy(text.substr(0, before), out));
      text.remove_prefix(before + from.size());
    }
    Copy(text, out);
  });
}

Value Split(EvalContext& context, Arguments a) {
  absl::string_view text = a[0].text();
  const absl::string_view separator = a[1].text();
  const int64_t limit = a.size() == 3 ? a[2].int_value() : -1;
  if (limit == 0 || (separator.empty() && text.empty())) return Value::List({});
  // Between the characters, for an empty separator; not before the first nor after the last.
  const size_t cuts = separator.empty()
                          ? std::min(static_cast<size_t>(CountCharacters(text)) - 1,
                                     limit < 0 ? SIZE_MAX : static_cast<size_t>(limit) - 1)
                          : CountMatches(text, separator, limit < 0 ? limit : limit - 1);
  auto* parts = static_cast<Value*>(context.arena->Allocate((cuts + 1) * sizeof(Value)));
  if (parts == nullptr) return OutOfMemory();
  for (size_t i = 0; i < cuts; ++i) {
    const size_t end = separator.empty() ? FirstSize(text) : FindText(text, separator);
    new (parts + i) Value(Value::String(text.substr(0, end)));
    text.remove_prefix(end + separator.size());
  }
  new (parts + cuts) Value(Value::String(text));
  return Value::List({parts, cuts + 1});
}

Value Join(EvalContext& context, Arguments a) {
  const absl::Span<const Value> parts = a[0].elements();
  const absl::string_view separator = a.size() == 2 ? a[1].text() : absl::string_view();
  size_t size = parts.empty() ? 0 : (parts.size() - 1) * separator.size();
  for (const Value& part : parts) {
    if (part.kind() != Kind::kString) return NoOverload(context);
    size += part.text().size();
  }
  return MakeText(context, size, [&](char* out) {
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) out = Copy(separator, out);
      out = Copy(parts[i].text(), out);
    }
  });
}

Value Reverse(EvalContext& context, Arguments a) {
  absl::string_view text = a[0].text();
  return MakeText(context, text.size(), [text](char* out) {
    for (size_t at = 0; at < text.size();) {
      const size_t bytes = FirstSize(text.substr(at));
      at += bytes;
      Copy(text.substr(at - bytes, bytes), out + text.size() - at);
    }
  });
}

// What stands for a character in a literal; empty for the character itself.
absl::string_view Escape(char c) {
  switch (c) {
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case '\\':
      return "\\\\";
    case '"':
      return "\\\"";
    default:
      return "";
  }
}

Value Quote(EvalContext& context, Arguments a) {
  const absl::string_view text = a[0].text();
  const auto escapes =
      std::count_if(text.begin(), text.end(), [](char c) { return !Escape(c).empty(); });
  return MakeText(context, text.size() + static_cast<size_t>(escapes) + 2, [text](char* out) {
    *out++ = '"';
    for (const char c : text) {
      const absl::string_view escape = Escape(c);
      if (escape.empty()) *out++ = c;
      out = Copy(escape, out);
    }
    *out = '"';
  });
}

}  // namespace

void AddStringExtension(Env* env) {
  const Type text(TypeKind::kString), integer(TypeKind::kInt);
  const Type texts = Type::List(text);
  const auto add = [env](std::string name, std::vector<Type> parameters, const Type& result,
                         HostFunction function) {
    (void)env->AddFunction({std::move(name), true, std::move(parameters), result, function});
  };
  add("charAt", {text, integer}, text, CharAt);
  add("indexOf", {text, text}, integer, IndexOf);
  add("indexOf", {text, text, integer}, integer, IndexOf);
  add("lastIndexOf", {text, text}, integer, LastIndexOf);
  add("lastIndexOf", {text, text, integer}, integer, LastIndexOf);
  add("substring", {text, integer}, text, Substring);
  add("substring", {text, integer, integer}, text, Substring);
  add("lowerAscii", {text}, text, ChangeCase<absl::ascii_isupper, absl::ascii_tolower>);
  add("upperAscii", {text}, text, ChangeCase<absl::ascii_islower, absl::ascii_toupper>);
  add("trim", {text}, text, Trim);
  add("replace", {text, text, text}, text, Replace);
  add("replace", {text, text, text, integer}, text, Replace);
  add("split", {text, text}, texts, Split);
  add("split", {text, text, integer}, texts, Split);
  add("join", {texts}, text, Join);
  add("join", {texts, text}, text, Join);
  add("reverse", {text}, text, Reverse);
  add("format", {text, Type::List(Type())}, text, Format);
  (void)env->AddFunction({"strings.quote", false, {text}, text, Quote});
}

}  // namespace leadgrade::cel
