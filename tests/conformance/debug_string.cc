#include "tests/conformance/debug_string.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace leadgrade::cel {
namespace {

// As Go writes a double in its shortest form.
std::string DoubleText(double value) {
  int digits = 1;
  std::string scientific;
  for (; digits <= 17; ++digits) {
    scientific = absl::StrFormat("%.*e", digits - 1, value);
    if (std::strtod(scientific.c_str(), nullptr) == value) break;
  }
  const size_t e = scientific.find('e');
  if (e == std::string::npos) return scientific;  // an infinity or no number
  const int exponent = std::atoi(scientific.c_str() + e + 1);
  if (exponent < -4 || (value != 0 && exponent >= 6)) return scientific;
  return absl::StrFormat("%.*f", std::max(0, digits - 1 - exponent), value);
}

// The length of the code point that `text` begins with; 0 where it begins with none.
size_t CodePointLength(absl::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80   ? 1
                        : first < 0xc2 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                                       : 4;
  if (first > 0xf4 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

// All code points outside ASCII but the second set of controls count as printable: more than that
// the vectors do not need.
std::string Quoted(absl::string_view text) {
  static constexpr absl::string_view kEscaped = "\a\b\t\n\v\f\r\"\\";
  static constexpr absl::string_view kLetters = "abtnvfr\"\\";
  std::string out = "\"";
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const size_t length = CodePointLength(text);
    if (const size_t at = kEscaped.find(text[0]); at != absl::string_view::npos) {
      absl::StrAppend(&out, "\\", kLetters.substr(at, 1));
    } else if (length == 0 || first < 0x20 || first == 0x7f) {
      absl::StrAppendFormat(&out, "\\x%02x", first);
    } else if (first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(text[1]));
    } else {
      absl::StrAppend(&out, text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out + "\"";
}

class Writer {
 public:
  std::string Take() { return std::move(out_); }

  void Write(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kConstant:
        return Constant(expr);
      case ExprKind::kIdent:
        Append(expr.name);
        return Kind("Expr_IdentExpr");
      case ExprKind::kSelect:
        Write(*expr.operands[0]);
        Append(absl::StrCat(".", expr.name, expr.test_only ? "~test-only~" : ""));
        return Kind("Expr_SelectExpr");
      case ExprKind::kCall:
        return Call(expr);
      case ExprKind::kList:
        Append("[");
        Block(expr.operands.size(), [&](size_t i) { Write(*expr.operands[i]); });
        Append("]");
        return Kind("Expr_ListExpr");
      case ExprKind::kMap:
        Append("{");
        Block(expr.operands.size() / 2, [&](size_t i) {
          Write(*expr.operands[2 * i]);
          Entry(*expr.operands[2 * i + 1]);
        });
        Append("}");
        return Kind("Expr_StructExpr");
      case ExprKind::kStruct:
        Append(absl::StrCat(expr.name, "{"));
        Block(expr.operands.size(), [&](size_t i) {
          Append(expr.field_names[i]);
          Entry(*expr.operands[i]);
        });
        Append("}");
        return Kind("Expr_StructExpr");
      case ExprKind::kComprehension:
        return Fold(*expr.comprehension);
      case ExprKind::kError:  // the parser makes none
        break;
    }
  }

 private:
  void Append(absl::string_view text) {
    if (line_start_) out_.append(2 * indent_, ' ');
    line_start_ = false;
    absl::StrAppend(&out_, text);
  }
  void Line() {
    out_ += "\n";
    line_start_ = true;
  }
  void Kind(absl::string_view kind) { Append(absl::StrCat("^#*expr.", kind, "#")); }

  template <typename Function>
  void Block(size_t count, Function write) {
    if (count == 0) return;
    ++indent_;
    Line();
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) {
        Append(",");
        Line();
      }
      write(i);
    }
    --indent_;
    Line();
  }

  void Entry(const Expr& value) {
    Append(":");
    Write(value);
    Kind("Expr_CreateStruct_Entry");
  }

  void Constant(const Expr& expr) {
    const Value& value = expr.constant;
    switch (value.kind()) {
      case cel::Kind::kNull:
        Append("null");
        return Kind("Constant_NullValue");
      case cel::Kind::kBool:
        Append(value.is_true() ? "true" : "false");
        return Kind("Constant_BoolValue");
      case cel::Kind::kInt:
        Append(absl::StrCat(value.int_value()));
        return Kind("Constant_Int64Value");
      case cel::Kind::kUint:
        Append(absl::StrCat(value.uint_value(), "u"));
        return Kind("Constant_Uint64Value");
      case cel::Kind::kDouble:
        Append(DoubleText(value.double_value()));
        return Kind("Constant_DoubleValue");
      case cel::Kind::kString:
        Append(Quoted(expr.text));
        return Kind("Constant_StringValue");
      case cel::Kind::kBytes:
        Append(absl::StrCat("b", Quoted(expr.text)));
        return Kind("Constant_BytesValue");
      default:
        return Append("a constant that no parser makes");
    }
  }

  void Call(const Expr& expr) {
    const size_t skip = expr.member_call ? 1 : 0;
    if (expr.member_call) {
      Write(*expr.operands[0]);
      Append(".");
    }
    Append(absl::StrCat(expr.name, "("));
    Block(expr.operands.size() - skip, [&](size_t i) { Write(*expr.operands[i + skip]); });
    Append(")");
    Kind("Expr_CallExpr");
  }

  void Fold(const Comprehension& fold) {
    Append("__comprehension__(");
    ++indent_;
    const auto heading = [this](absl::string_view name) {
      Line();
      Append(absl::StrCat("// ", name));
      Line();
    };
    const auto part = [&](absl::string_view name, const Expr& expr) {
      heading(name);
      Write(expr);
      Append(name == "Result" ? ")" : ",");
    };
    heading("Variable");
    Append(absl::StrCat(fold.iter_var, ","));
    if (!fold.iter_var2.empty()) {
      Line();
      Append(absl::StrCat(fold.iter_var2, ","));
    }
    part("Target", *fold.range);
    heading("Accumulator");
    Append(absl::StrCat(fold.accu_var, ","));
    part("Init", *fold.init);
    part("LoopCondition", *fold.condition);
    part("LoopStep", *fold.step);
    part("Result", *fold.result);
    --indent_;
    Kind("Expr_ComprehensionExpr");
  }

  std::string out_;
  size_t indent_ = 0;
  bool line_start_ = true;
};

}  // namespace

std::string DebugString(const Expr& expr) {
  Writer writer;
  writer.Write(expr);
  return writer.Take();
}

}  // namespace leadgrade::cel
