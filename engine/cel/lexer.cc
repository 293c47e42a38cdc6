#include "engine/cel/lexer.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace leadgrade::cel {
namespace {

constexpr std::array<absl::string_view, 20> kReservedWords = {
    "as",   "break",   "const",     "continue", "else", "for",  "function", "if", "import", "let",
    "loop", "package", "namespace", "return",   "var",  "void", "while",    "do", "switch", "case"};
// Longest first.
constexpr std::array<absl::string_view, 24> kPunctuation = {
    "==", "!=", "<=", ">=", "&&", "||", "(", ")", "[", "]", "{", "}",
    "<",  ">",  "+",  "-",  "*",  "/",  "%", "!", "?", ":", ",", "."};

constexpr size_t kMaxIssues = 10;

void AppendUtf8(uint32_t point, std::string* out) {
  if (point < 0x80) {
    out->push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | point >> 6));
    out->push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else if (point < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | point >> 12));
    out->push_back(static_cast<char>(0x80 | (point >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | point >> 18));
    out->push_back(static_cast<char>(0x80 | (point >> 12 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (point >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (point & 0x3F)));
  }
}

// The ASCII character that a full-width one, as Chinese input methods make them, stands for; '\0'
// for any other.
char PlainForm(absl::string_view character) {
  if (character == "\u3000") return ' ';
  if (character == "\u3001") return ',';
  if (character == "\u3002") return '.';
  if (character == "\u3010") return '[';
  if (character == "\u3011") return ']';
  if (character.size() != 3 || character[0] != '\xEF') return '\0';
  // U+FF01 to U+FF5E are the printable ASCII characters in their order.
  const int offset = (character[1] & 0x3F) * 64 + (character[2] & 0x3F) - 0xF01;
  return offset >= 0 && offset <= 0x5D ? static_cast<char>('!' + offset) : '\0';
}

class Lexer {
 public:
  Lexer(absl::string_view source, std::vector<ExprIssue>* issues)
      : source_(source), issues_(issues) {}

  std::vector<Token> Run() {
    while (SkipBlanks(), position_ < source_.size()) {
      const size_t at = position_;
      if (Next()) continue;
      // What stands where nothing can begin is skipped and the rest looked at; a string that does
      // not end leaves no rest.
      if (at_end_ || issues_->size() >= kMaxIssues) break;
      position_ = std::max(position_, at + 1);
    }
    const int end = static_cast<int>(source_.size());
    tokens_.push_back({TokenKind::kEnd, "", {end, end}});
    return std::move(tokens_);
  }

 private:
  char At(size_t i) const { return i < source_.size() ? source_[i] : '\0'; }
  bool LooksAt(absl::string_view text) const {
    return absl::StartsWith(source_.substr(position_), text);
  }

  bool Fail(size_t begin, size_t end, std::string message, std::string hint = "") {
    issues_->push_back({"syntax",
                        {static_cast<int>(begin), static_cast<int>(std::max(end, begin + 1))},
                        std::move(message),
                        std::move(hint)});
    return false;
  }

  bool Emit(TokenKind kind, std::string text, size_t begin) {
    tokens_.push_back(
        {kind, std::move(text), {static_cast<int>(begin), static_cast<int>(position_)}});
    return true;
  }

  void SkipBlanks() {
    while (position_ < source_.size()) {
      if (absl::ascii_isspace(source_[position_])) {
        ++position_;
      } else if (LooksAt("//")) {
        while (position_ < source_.size() && source_[position_] != '\n') ++position_;
      } else {
        return;
      }
    }
  }

  bool Next() {
    const char c = At(position_);
    const char d = At(position_ + 1);
    if (absl::ascii_isdigit(c) || (c == '.' && absl::ascii_isdigit(d))) return Number();
    if (int prefix = TextPrefix(); prefix >= 0) return Text(prefix);
    if (absl::ascii_isalpha(c) || c == '_') return Word();
    if (c == '`') return QuotedIdent();
    for (absl::string_view punctuation : kPunctuation) {
      if (LooksAt(punctuation)) {
        const size_t begin = position_;
        position_ += punctuation.size();
        return Emit(TokenKind::kPunctuation, std::string(punctuation), begin);
      }
    }
    return Strange();
  }

  bool Strange() {
    const size_t at = position_;
    const char c = At(at);
    if (c == '=') {
      return Fail(at, at + 1, "`=` is no operator", "write `==` to compare");
    }
    if (c == '&' || c == '|') {
      const std::string twice(2, c);
      return Fail(at, at + 1, absl::StrCat("`", std::string(1, c), "` is no operator"),
                  absl::StrCat("write `", twice, "`"));
    }
    if (LooksAt("\u201c") || LooksAt("\u201d") || LooksAt("\u2018") || LooksAt("\u2019")) {
      at_end_ = true;  // the text in it would be read as code
      return Fail(at, at + 3, "a typographic quotation mark does not begin a string",
                  "write a straight `\"`");
    }
    size_t end = EndOfCharacter(at);
    std::string hint;
    if (const char plain = PlainForm(source_.substr(at, end - at)); plain != '\0') {
      hint = plain == ' ' ? "write a plain space"
                          : absl::StrCat("write `", std::string(1, plain), "`");
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      while (static_cast<unsigned char>(At(end)) >= 0x80 &&
             PlainForm(source_.substr(end, EndOfCharacter(end) - end)) == '\0') {
        end = EndOfCharacter(end);
      }
      hint = "text goes in quotes; names are Latin letters, digits and `_`";
    }
    position_ = end;
    return Fail(
        at, end,
        absl::StrCat("`", source_.substr(at, end - at), "` does not belong in an expression"),
        std::move(hint));
  }

  size_t EndOfCharacter(size_t at) const {
    size_t end = at + 1;
    while (end < source_.size() && (static_cast<unsigned char>(source_[end]) & 0xC0) == 0x80) ++end;
    return end;
  }

  bool Word() {
    const size_t begin = position_;
    while (absl::ascii_isalnum(At(position_)) || At(position_) == '_') ++position_;
    std::string word(source_.substr(begin, position_ - begin));
    if (word == "in") return Emit(TokenKind::kPunctuation, word, begin);
    const bool reserved =
        std::find(kReservedWords.begin(), kReservedWords.end(), word) != kReservedWords.end();
    return Emit(reserved ? TokenKind::kReserved : TokenKind::kIdent, std::move(word), begin);
  }

  bool QuotedIdent() {
    const size_t begin = position_++;
    while (position_ < source_.size() && source_[position_] != '`') ++position_;
    if (position_ == source_.size()) {
      at_end_ = true;
      return Fail(begin, begin + 1, "a back-quoted name is not closed");
    }
    std::string name(source_.substr(begin + 1, position_ - begin - 1));
    ++position_;
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return absl::ascii_isalnum(c) || absl::StrContains("_-./ ", c);
    });
    if (name.empty() || !plain) {
      return Fail(begin, position_, absl::StrCat("`", name, "` can't be a field's name"),
                  "in back quotes there may be letters, digits, `_-./` and spaces");
    }
    Emit(TokenKind::kIdent, std::move(name), begin);
    tokens_.back().quoted = true;
    return true;
  }

  bool Number() {
    const size_t begin = position_;
    TokenKind kind = TokenKind::kInt;
    if (At(position_) == '0' && (At(position_ + 1) == 'x' || At(position_ + 1) == 'X')) {
      position_ += 2;
      while (absl::ascii_isxdigit(At(position_))) ++position_;
    } else {
      Digits();
      if (At(position_) == '.' && absl::ascii_isdigit(At(position_ + 1))) {
        kind = TokenKind::kDouble;
        ++position_;
        Digits();
      }
      if (At(position_) == 'e' || At(position_) == 'E') {
        const size_t sign = At(position_ + 1) == '+' || At(position_ + 1) == '-' ? 1 : 0;
        if (absl::ascii_isdigit(At(position_ + 1 + sign))) {
          kind = TokenKind::kDouble;
          position_ += 1 + sign;
          Digits();
        }
      }
    }
    std::string text(source_.substr(begin, position_ - begin));
    if (kind == TokenKind::kInt && (At(position_) == 'u' || At(position_) == 'U')) {
      kind = TokenKind::kUint;
      ++position_;
    }
    const bool no_digits = text.size() == 2 && absl::ascii_tolower(text[1]) == 'x';
    if (no_digits || absl::ascii_isalnum(At(position_)) || At(position_) == '_') {
      while (absl::ascii_isalnum(At(position_)) || At(position_) == '_') ++position_;
      return Fail(begin, position_,
                  absl::StrCat("`", source_.substr(begin, position_ - begin), "` is no number"));
    }
    return Emit(kind, std::move(text), begin);
  }

  void Digits() {
    while (absl::ascii_isdigit(At(position_))) ++position_;
  }

  // How many letters (r, b) stand before a quotation mark here, or -1 where none follows.
  int TextPrefix() const {
    for (int letters = 0; letters <= 2; ++letters) {
      const char c = absl::ascii_tolower(At(position_ + letters));
      if (c == '"' || c == '\'') return letters;
      if (c != 'r' && c != 'b') return -1;
    }
    return -1;
  }

  bool Text(int prefix) {
    const size_t begin = position_;
    const std::string letters =
        absl::AsciiStrToLower(source_.substr(position_, static_cast<size_t>(prefix)));
    const bool raw = absl::StrContains(letters, 'r'), bytes = absl::StrContains(letters, 'b');
    position_ += prefix;
    std::string quote(1, At(position_));
    const std::string triple = std::string(3, quote[0]);
    if (LooksAt(triple)) quote = triple;
    position_ += quote.size();

    std::string value;
    while (!LooksAt(quote)) {
      const char c = At(position_);
      if (position_ >= source_.size() || (quote.size() == 1 && (c == '\n' || c == '\r'))) {
        at_end_ = true;
        return Fail(begin, begin + prefix + quote.size(), "a string literal is not closed",
                    absl::StrCat("end it with `", quote, "`"));
      }
      if (c == '\\' && !raw && position_ + 1 < source_.size()) {
        if (!Escape(bytes, &value)) {
          at_end_ = true;
          return false;
        }
      } else {
        value.push_back(c);
        ++position_;
      }
    }
    position_ += quote.size();
    return Emit(bytes ? TokenKind::kBytes : TokenKind::kString, std::move(value), begin);
  }

  bool Escape(bool bytes, std::string* value) {
    static constexpr absl::string_view kLetters = "abfnrtv\\?\"'`";
    static constexpr absl::string_view kMeanings = "\a\b\f\n\r\t\v\\?\"'`";
    const size_t begin = position_++;
    const char c = At(position_++);
    if (const size_t i = kLetters.find(c); c != '\0' && i != absl::string_view::npos) {
      value->push_back(kMeanings[i]);
      return true;
    }
    int digits = 0, base = 16;
    if (c == 'x' || c == 'X') digits = 2;
    if (c == 'u' && !bytes) digits = 4;
    if (c == 'U' && !bytes) digits = 8;
    if (c >= '0' && c <= '3') {
      digits = 3;
      base = 8;
      --position_;
    }
    uint32_t point = 0;
    for (int i = 0; i < digits; ++i, ++position_) {
      const char digit = At(position_);
      if (base == 8 ? digit < '0' || digit > '7' : !absl::ascii_isxdigit(digit)) {
        digits = 0;
        break;
      }
      point = point * base +
              (absl::ascii_isdigit(digit) ? digit - '0' : absl::ascii_tolower(digit) - 'a' + 10);
    }
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (digits == 0 || (!bytes && (point > 0x10FFFF || surrogate))) {
      return Fail(begin, std::max(position_, begin + 2),
                  absl::StrCat("`", source_.substr(begin, 2), "` is no escape sequence here"),
                  "write `\\\\` for a backslash, or use a raw string r\"…\"");
    }
    if (bytes) {
      value->push_back(static_cast<char>(point));
    } else {
      AppendUtf8(point, value);
    }
    return true;
  }

  absl::string_view source_;
  std::vector<ExprIssue>* issues_;
  std::vector<Token> tokens_;
  size_t position_ = 0;
  bool at_end_ = false;  // there is no telling where to go on
};

}  // namespace

std::vector<Token> Lex(absl::string_view source, std::vector<ExprIssue>* issues) {
  return Lexer(source, issues).Run();
}

}  // namespace leadgrade::cel
