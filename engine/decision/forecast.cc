#include "engine/decision/forecast.h"

#include "engine/decision/walk.h"

namespace leadgrade::decision {
namespace {

ForecastStep StepOf(const Advanced& advanced) {
  const Decision& decision = advanced.decision;
  ForecastStep step;
  step.time = decision.now;
  step.grade = EffectiveGrade(decision);
  step.potential_grade = GradeName(decision, decision.potential_grade);
  if (decision.grade_override.has_value()) return step;
  if (!advanced.changes.empty()) {
    step.rule = advanced.changes.back().rule;
  } else if (const rules::Rule* rule = SettlingRule(decision)) {
    step.rule = rule->id;
  }
  return step;
}

bool SameGrades(const ForecastStep& a, const ForecastStep& b) {
  return a.grade == b.grade && a.potential_grade == b.potential_grade;
}

}  // namespace

Forecast MakeForecast(const std::shared_ptr<const rules::Bundle>& bundle, facts::Lead lead,
                      absl::Time now) {
  Forecast forecast;
  forecast.bundle = bundle;
  forecast.until =
      Walk(bundle, &lead, now, absl::InfiniteFuture(), [&forecast](const Advanced& advanced) {
        const ForecastStep step = StepOf(advanced);
        if (forecast.steps.empty() || !SameGrades(forecast.steps.back(), step)) {
          forecast.steps.push_back(step);
        }
      });
  return forecast;
}

}  // namespace leadgrade::decision
