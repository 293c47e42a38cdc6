// The network extension. Tested by tests/engine/cel/extension_network_test.cc.
#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/cel/extensions.h"
#include "engine/cel/functions.h"

namespace leadgrade::cel {
namespace {

using Arguments = absl::Span<const Value>;

constexpr absl::string_view kMapped = "IPv4-mapped IPv6 address is not allowed";

// Of IPv4 the first four bytes count, and the others are 0. An IPv6 address that maps one of IPv4
// is that one.
struct Address {
  std::array<uint8_t, 16> bytes{};
  bool v4 = false;

  size_t size() const { return v4 ? 4 : 16; }
  int bits() const { return v4 ? 32 : 128; }
  uint16_t group(size_t i) const {
    return static_cast<uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  }
  friend bool operator==(const Address&, const Address&) = default;
};

struct Network {
  Address address;
  int prefix = 0;

  friend bool operator==(const Network&, const Network&) = default;
};

enum class Trouble : uint8_t { kNone, kMalformed, kZone, kMapped };

// A decimal number without needless zeros, at most `most`.
std::optional<int> ParseNumber(absl::string_view text, int most) {
  int number = 0;
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0') ||
      !std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &number) || number > most) {
    return std::nullopt;
  }
  return number;
}

std::optional<Address> ParseV4(absl::string_view text) {
  Address address;
  address.v4 = true;
  size_t count = 0;
  for (const absl::string_view part : absl::StrSplit(text, '.')) {
    const std::optional<int> byte = ParseNumber(part, 255);
    if (!byte.has_value() || count == 4) return std::nullopt;
    address.bytes[count++] = static_cast<uint8_t>(*byte);
  }
  return count == 4 ? std::optional(address) : std::nullopt;
}

// Groups of hexadecimal digits between colons, appended to `bytes`; none for an empty text.
bool ParseGroups(absl::string_view text, std::vector<uint8_t>* bytes) {
  if (text.empty()) return true;
  for (const absl::string_view part : absl::StrSplit(text, ':')) {
    uint32_t group = 0;
    if (part.empty() || part.size() > 4 || bytes->size() == 16 ||
        !std::all_of(part.begin(), part.end(), absl::ascii_isxdigit) ||
        !absl::SimpleHexAtoi(part, &group)) {
      return false;
    }
    bytes->push_back(static_cast<uint8_t>(group >> 8));
    bytes->push_back(static_cast<uint8_t>(group & 0xFF));
  }
  return true;
}

std::optional<Address> ParseV6(absl::string_view text) {
  Address address;
  std::vector<uint8_t> head, tail;
  const size_t gap = text.find("::");
  if (!ParseGroups(text.substr(0, gap), &head)) return std::nullopt;
  if (gap == absl::string_view::npos) {
    if (head.size() != 16) return std::nullopt;
  } else if (!ParseGroups(text.substr(gap + 2), &tail) || head.size() + tail.size() > 14) {
    return std::nullopt;  // the gap stands for one group at least
  }
  std::copy(head.begin(), head.end(), address.bytes.begin());
  std::copy_backward(tail.begin(), tail.end(), address.bytes.end());
  return address;
}

bool IsMapped(const Address& address) {
  return !address.v4 &&
         std::all_of(address.bytes.begin(), address.bytes.begin() + 10,
                     [](uint8_t byte) { return byte == 0; }) &&
         address.group(5) == 0xFFFF;
}

// As it is written: an address that maps one of IPv4 is still of IPv6.
Trouble ParseWritten(absl::string_view text, Address* address) {
  // Longer than any address; also bounds what is split.
  if (text.size() > 64) return Trouble::kMalformed;
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) {
    const std::optional<Address> v4 = ParseV4(text);
    if (v4.has_value()) *address = *v4;
    return v4.has_value() ? Trouble::kNone : Trouble::kMalformed;
  }
  const size_t percent = text.find('%');
  const absl::string_view bare = text.substr(0, percent);
  if (const size_t dot = bare.find('.'); dot != absl::string_view::npos) {
    const size_t last = bare.rfind(':');
    return last < dot && ParseV4(bare.substr(last + 1)).has_value() ? Trouble::kMapped
                                                                    : Trouble::kMalformed;
  }
  const std::optional<Address> v6 = ParseV6(bare);
  if (!v6.has_value()) return Trouble::kMalformed;
  if (percent != absl::string_view::npos) return Trouble::kZone;
  *address = *v6;
  return Trouble::kNone;
}

Address Unmapped(const Address& address) {
  if (!IsMapped(address)) return address;
  Address v4;
  v4.v4 = true;
  std::copy(address.bytes.begin() + 12, address.bytes.end(), v4.bytes.begin());
  return v4;
}

Trouble ParseAddress(absl::string_view text, Address* address) {
  const Trouble trouble = ParseWritten(text, address);
  *address = Unmapped(*address);
  return trouble;
}

Trouble ParseNetwork(absl::string_view text, Network* network) {
  const size_t slash = text.rfind('/');
  if (slash == absl::string_view::npos) return Trouble::kMalformed;
  Address written;
  if (const Trouble trouble = ParseWritten(text.substr(0, slash), &written);
      trouble != Trouble::kNone) {
    return trouble;
  }
  const std::optional<int> prefix = ParseNumber(text.substr(slash + 1), written.bits());
  if (!prefix.has_value()) return Trouble::kMalformed;
  *network = {Unmapped(written), *prefix};
  if (!IsMapped(written)) return Trouble::kNone;
  // One that reaches beyond what maps IPv4 is a network of neither family.
  network->prefix -= 96;
  return network->prefix < 0 ? Trouble::kMapped : Trouble::kNone;
}

// The canonical form, of IPv6 that of RFC 5952.
std::string Text(const Address& address) {
  if (address.v4) {
    return absl::StrCat(address.bytes[0], ".", address.bytes[1], ".", address.bytes[2], ".",
                        address.bytes[3]);
  }
  // The longest run of groups that are 0, the first of those; a single one is not shortened.
  size_t begin = 8, length = 1;
  for (size_t i = 0; i < 8; ++i) {
    size_t end = i;
    while (end < 8 && address.group(end) == 0) ++end;
    if (end - i > length) {
      begin = i;
      length = end - i;
    }
  }
  std::string text;
  for (size_t i = 0; i < 8; ++i) {
    if (i == begin) {
      text += "::";
      i += length - 1;
      continue;
    }
    absl::StrAppend(&text, text.empty() || text.back() == ':' ? "" : ":",
                    absl::Hex(address.group(i)));
  }
  return text;
}

std::string Text(const Network& network) {
  return absl::StrCat(Text(network.address), "/", network.prefix);
}

Address Masked(const Address& address, int prefix) {
  Address masked = address;
  for (size_t i = 0; i < address.size(); ++i) {
    const int bits = std::clamp(prefix - static_cast<int>(8 * i), 0, 8);
    masked.bytes[i] = static_cast<uint8_t>(masked.bytes[i] & (0xFF00 >> bits));
  }
  return masked;
}

bool Contains(const Network& network, const Address& address) {
  return network.address.v4 == address.v4 &&
         Masked(network.address, network.prefix) == Masked(address, network.prefix);
}
bool Contains(const Network& network, const Network& other) {
  return network.prefix <= other.prefix && Contains(network, other.address);
}

template <typename Held>
struct Names;
template <>
struct Names<Address> {
  static constexpr absl::string_view kType = "net.IP", kFunction = "ip";
};
template <>
struct Names<Network> {
  static constexpr absl::string_view kType = "net.CIDR", kFunction = "cidr";
};

template <typename Held>
class Holder final : public Object {
 public:
  explicit Holder(const Held& held) : held_(held) {}

  const Held& held() const { return held_; }
  absl::string_view type_name() const override { return Names<Held>::kType; }
  bool Equals(const Object& other) const override {
    return held_ == static_cast<const Holder&>(other).held_;
  }
  std::string ToString() const override {
    return absl::StrCat(Names<Held>::kFunction, "(\"", Text(held_), "\")");
  }

 private:
  const Held held_;
};

template <typename Held>
Value Make(EvalContext& context, const Held& held) {
  const Object* object =
      context.arena->Own(std::make_unique<Holder<Held>>(held), sizeof(Holder<Held>));
  return object == nullptr ? OutOfMemory() : Value::Of(object);
}

// Of a value that the overload's parameter has let through.
template <typename Held>
const Held& Get(const Value& value) {
  return static_cast<const Holder<Held>&>(value.object()).held();
}

Value Report(EvalContext& context, Trouble trouble, absl::string_view what,
             absl::string_view malformed) {
  switch (trouble) {
    case Trouble::kZone:
      return context.arena->MakeError(absl::StrCat(what, " with zone value is not allowed"));
    case Trouble::kMapped:
      return context.arena->MakeError(kMapped);
    default:
      return context.arena->MakeError(malformed);
  }
}

// An address or a network written out, or the error that it is none.
Value Parse(EvalContext& context, absl::string_view text, Address* address) {
  const Trouble trouble = ParseAddress(text, address);
  if (trouble == Trouble::kNone) return Value::Bool(true);
  return Report(
      context, trouble, "IP Address",
      absl::StrCat("IP Address '", Shortened(text), "' parse error during conversion from string"));
}
Value Parse(EvalContext& context, absl::string_view text, Network* network) {
  const Trouble trouble = ParseNetwork(text, network);
  if (trouble == Trouble::kNone) return Value::Bool(true);
  return Report(context, trouble, "CIDR",
                "network address parse error during conversion from string");
}

template <typename Held>
Value FromText(EvalContext& context, Arguments a) {
  Held held;
  const Value parsed = Parse(context, a[0].text(), &held);
  return parsed.is_error() ? parsed : Make(context, held);
}

Value IsAddress(EvalContext&, Arguments a) {
  Address address;
  return Value::Bool(ParseAddress(a[0].text(), &address) == Trouble::kNone);
}
Value IsNetwork(EvalContext&, Arguments a) {
  Network network;
  return Value::Bool(ParseNetwork(a[0].text(), &network) == Trouble::kNone);
}
Value IsCanonical(EvalContext& context, Arguments a) {
  Address address;
  const Value parsed = Parse(context, a[0].text(), &address);
  return parsed.is_error() ? parsed : Value::Bool(Text(address) == a[0].text());
}

template <typename Held>
Value ToText(EvalContext& context, Arguments a) {
  return context.arena->MakeString(Text(Get<Held>(a[0])));
}

bool IsUnspecified(const Address& address) {
  return std::all_of(address.bytes.begin(), address.bytes.end(),
                     [](uint8_t byte) { return byte == 0; });
}
bool IsLoopback(const Address& address) {
  if (address.v4) return address.bytes[0] == 127;
  Address one;
  one.bytes[15] = 1;
  return address == one;
}
bool IsMulticast(const Address& address) {
  return address.v4 ? address.bytes[0] >> 4 == 0xE : address.bytes[0] == 0xFF;
}
bool IsLinkLocalMulticast(const Address& address) {
  if (!address.v4) return address.bytes[0] == 0xFF && (address.bytes[1] & 0x0F) == 0x02;
  return address.bytes[0] == 224 && address.bytes[1] == 0 && address.bytes[2] == 0;
}
bool IsLinkLocalUnicast(const Address& address) {
  if (address.v4) return address.bytes[0] == 169 && address.bytes[1] == 254;
  return address.bytes[0] == 0xFE && (address.bytes[1] & 0xC0) == 0x80;
}
// Private networks included: the word says what an address is not.
bool IsGlobalUnicast(const Address& address) {
  const bool broadcast = address.v4 && address.group(0) == 0xFFFF && address.group(1) == 0xFFFF;
  return !broadcast && !IsUnspecified(address) && !IsLoopback(address) && !IsMulticast(address) &&
         !IsLinkLocalUnicast(address);
}

template <bool (*test)(const Address&)>
Value Test(EvalContext&, Arguments a) {
  return Value::Bool(test(Get<Address>(a[0])));
}

Value Family(EvalContext&, Arguments a) { return Value::Int(Get<Address>(a[0]).v4 ? 4 : 6); }

// Of an address or a network, given as it is or written out.
template <typename Held>
Value ContainsAny(EvalContext& context, Arguments a) {
  const auto& network = Get<Network>(a[0]);
  if (a[1].kind() == Kind::kObject) return Value::Bool(Contains(network, Get<Held>(a[1])));
  Held held;
  const Value parsed = Parse(context, a[1].text(), &held);
  return parsed.is_error() ? parsed : Value::Bool(Contains(network, held));
}

Value AddressOf(EvalContext& context, Arguments a) {
  return Make(context, Get<Network>(a[0]).address);
}
Value MaskedOf(EvalContext& context, Arguments a) {
  const auto& network = Get<Network>(a[0]);
  return Make(context, Network{Masked(network.address, network.prefix), network.prefix});
}
Value PrefixLength(EvalContext&, Arguments a) { return Value::Int(Get<Network>(a[0]).prefix); }

}  // namespace

void AddNetworkExtension(Env* env) {
  const Type text(TypeKind::kString), integer(TypeKind::kInt), boolean(TypeKind::kBool);
  const Type ip = Type::Opaque("net.IP"), cidr = Type::Opaque("net.CIDR");
  const auto add = [env](std::string name, bool member, std::vector<Type> parameters,
                         const Type& result, HostFunction function) {
    (void)env->AddFunction({std::move(name), member, std::move(parameters), result, function});
  };
  (void)env->AddType("net.IP", ip);
  (void)env->AddType("net.CIDR", cidr);
  add("ip", false, {text}, ip, FromText<Address>);
  add("cidr", false, {text}, cidr, FromText<Network>);
  add("isIP", false, {text}, boolean, IsAddress);
  add("isCIDR", false, {text}, boolean, IsNetwork);
  add("ip.isCanonical", false, {text}, boolean, IsCanonical);
  add("string", false, {ip}, text, ToText<Address>);
  add("string", false, {cidr}, text, ToText<Network>);
  add("family", true, {ip}, integer, Family);
  add("isUnspecified", true, {ip}, boolean, Test<IsUnspecified>);
  add("isLoopback", true, {ip}, boolean, Test<IsLoopback>);
  add("isGlobalUnicast", true, {ip}, boolean, Test<IsGlobalUnicast>);
  add("isLinkLocalMulticast", true, {ip}, boolean, Test<IsLinkLocalMulticast>);
  add("isLinkLocalUnicast", true, {ip}, boolean, Test<IsLinkLocalUnicast>);
  add("containsIP", true, {cidr, ip}, boolean, ContainsAny<Address>);
  add("containsIP", true, {cidr, text}, boolean, ContainsAny<Address>);
  add("containsCIDR", true, {cidr, cidr}, boolean, ContainsAny<Network>);
  add("containsCIDR", true, {cidr, text}, boolean, ContainsAny<Network>);
  add("ip", true, {cidr}, ip, AddressOf);
  add("masked", true, {cidr}, cidr, MaskedOf);
  add("prefixLength", true, {cidr}, integer, PrefixLength);
}

}  // namespace leadgrade::cel
