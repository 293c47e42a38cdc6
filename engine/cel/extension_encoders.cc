// The encoders extension: base64 with the standard alphabet. Tested by
// tests/engine/cel/extension_encoders_test.cc.
#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "engine/cel/extensions.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

constexpr absl::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// What each byte stands for; -1 for what is not of the alphabet.
constexpr std::array<int8_t, 256> kDigits = [] {
  std::array<int8_t, 256> digits{};
  digits.fill(-1);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int8_t>(i);
  }
  return digits;
}();

Value Encode(EvalContext& context, Arguments a) {
  const absl::string_view bytes = a[0].text();
  const size_t size = (bytes.size() + 2) / 3 * 4;
  auto* const text = static_cast<char*>(context.arena->Allocate(size));
  if (text == nullptr) return OutOfMemory();
  char* out = text;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0);
    }
    for (size_t i = 0; i < 4; ++i) {
      *out++ = i <= count ? kAlphabet[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return Value::String({text, size});
}

// Without line breaks and padding; whether the padding was none or as much as belongs there.
bool TakeDigits(absl::string_view text, std::string* digits) {
  std::copy_if(text.begin(), text.end(), std::back_inserter(*digits),
               [](char c) { return c != '\r' && c != '\n'; });
  if (digits->size() % 4 == 0) {
    for (int i = 0; i < 2 && !digits->empty() && digits->back() == '='; ++i) digits->pop_back();
  }
  return digits->size() % 4 != 1;
}

Value Decode(EvalContext& context, Arguments a) {
  const auto bad = [&context] { return context.arena->MakeError("invalid base64"); };
  std::string digits;
  if (!TakeDigits(a[0].text(), &digits)) return bad();
  const size_t size = digits.size() * 3 / 4;
  auto* const bytes = static_cast<char*>(context.arena->Allocate(size));
  if (bytes == nullptr) return OutOfMemory();
  char* out = bytes;
  uint32_t bits = 0;
  int held = 0;  // how many of the low bits of `bits` are not written yet
  for (const char c : digits) {
    const int digit = kDigits[static_cast<unsigned char>(c)];
    if (digit < 0) return bad();
    bits = bits << 6 | static_cast<uint32_t>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      *out++ = static_cast<char>(bits >> held & 0xFF);
    }
  }
  return Value::Bytes({bytes, size});
}

}  // namespace

void AddEncoderExtension(Env* env) {
  const Type text(TypeKind::kString), bytes(TypeKind::kBytes);
  (void)env->AddFunction({"base64.encode", false, {bytes}, text, Encode});
  (void)env->AddFunction({"base64.decode", false, {text}, bytes, Decode});
}

}  // namespace leadgrade::cel
