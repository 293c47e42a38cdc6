// Random CEL expressions over a fixed environment, typed as they are made, so that evaluation is
// reached. The same choices give the same expression, anywhere.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/cel/arena.h"
#include "engine/cel/env.h"
#include "engine/cel/value.h"

namespace leadgrade::testing {

// Where the choices come from: a seed, or a fuzzer's bytes.
class Choices {
 public:
  virtual ~Choices() = default;
  virtual uint32_t Below(uint32_t n) = 0;
  bool OneIn(uint32_t n) { return Below(n) == n - 1; }
  template <typename Container>
  const auto& Of(const Container& choices) {
    return *(std::begin(choices) + Below(static_cast<uint32_t>(std::size(choices))));
  }
};

class SeededChoices final : public Choices {
 public:
  explicit SeededChoices(uint32_t seed) : engine_(seed) {}
  uint32_t Below(uint32_t n) override { return static_cast<uint32_t>(engine_() % n); }

 private:
  std::mt19937 engine_;
};

// The first of all choices once the bytes are used up.
class ByteChoices final : public Choices {
 public:
  ByteChoices(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint32_t Below(uint32_t n) override {
    uint32_t number = 0;
    for (uint32_t bound = n - 1; bound > 0; bound >>= 8) {
      if (size_ == 0) break;
      number = number << 8 | *data_++;
      --size_;
    }
    return number % n;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

// An expression as its parts, so that each can be evaluated by itself.
struct Node {
  std::string op;                   // "_+_", "startsWith", "map"; "literal", "variable"
  char type = 'x';                  // what it was made to be; see random_expression.cc
  std::vector<std::string> pieces;  // the text before, between and after the operands
  std::vector<Node> operands;
  std::string iterator;  // a macro's variable, known in all operands but the first

  std::string Text() const;
};

struct ExpressionOptions {
  uint32_t depth = 4;
  bool ill_typed =
      false;         // with a part, here and there, of a type that does not fit, or no literal
  bool own = false;  // with the functions that other implementations do not have
};

Node RandomExpression(Choices& choices, const ExpressionOptions& options);

struct ExpressionVariable {
  std::string name;
  cel::Type type;
  char letter;
};
// In the order of their slots. The last few are the macros' variables, to evaluate what is inside.
const std::vector<ExpressionVariable>& ExpressionVariables();
cel::Env ExpressionEnv();
// A value for each of them; what it points to is in the arena.
std::vector<cel::Value> RandomInputs(Choices& choices, cel::Arena& arena);

}  // namespace leadgrade::testing
