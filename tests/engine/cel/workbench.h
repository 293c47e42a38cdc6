// An environment with a variable of every type, and short ways to check and evaluate in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/cel/env.h"
#include "engine/cel/program.h"

namespace leadgrade::cel {

// Variables, by slot: b c bool, i j int, u uint, d double, s string, y bytes, t timestamp,
// r duration, e Level, l list(int), m map(string, int), x dyn, n int?, q timestamp?, k Level?,
// and z.z int. The constant `ten` is 10. Level is [LOW, MID, HIGH], Side is [LEFT, MID].
class Workbench {
 public:
  Workbench();

  const Env& env() const { return env_; }
  const EnumType* level() const { return level_.get(); }
  int32_t Slot(const std::string& name) const { return env_.FindVariable(name)->slot; }

  // Everything unknown to begin with. `value` is CEL over nothing.
  void Set(const std::string& name, const std::string& value);
  void Put(const std::string& name, Value value);  // of a kind that points nowhere
  void Forget(const std::string& name);
  void SetAll();  // to plain values: see workbench.cc
  // Lets a function that no author can write be called by `alias`.
  void AddAlias(const std::string& function, const std::string& alias);

  // The value as ToString gives it; the issues, one a line, where it does not compile.
  std::string Eval(const std::string& source);
  Value EvalValue(const Program& program);
  // The type, or the issues.
  std::string TypeOf(const std::string& source) const;
  std::unique_ptr<const Program> Compile(const std::string& source) const;

  // The clock and the organisation's zone.
  absl::Time now = absl::FromUnixSeconds(1772330400);  // 2026-03-01T02:00:00Z
  std::string zone = "Asia/Shanghai";

 private:
  Env env_;
  std::shared_ptr<const EnumType> level_, side_;
  std::vector<Value> slots_, unknown_;
  std::vector<std::unique_ptr<const Program>> kept_;  // own what slots point to
  Arena slot_arena_;
  Arena arena_;
};

// "code 3-7: message; hint" a line.
std::string Describe(const std::vector<ExprIssue>& issues);

}  // namespace leadgrade::cel
