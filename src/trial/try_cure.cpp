#include <string>

#include "lehr/core/error.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/trial/trial.hpp"
#include "run/prepare.hpp"
#include "trial/answer.hpp"
#include "trial/trial_study.hpp"

namespace lehr::trial {
namespace {

/// Throws BadInput if the program that trained the run gave a part of it, which no record has.
void check_can_repeat(const TrainConfig& base) {
  for (const auto& [what, name] : {std::pair{"data", &base.data}, std::pair{"model", &base.model}}) {
    if (!run::is_given_by_program(*name)) continue;
    throw BadInput(
        std::string("the ") + what +
        " of this run was given by the program that trained it, so only that program can try a cure");
  }
}

}  // namespace

TrialResult try_cure(const Trial& trial, const StudyHooks& hooks) {
  check_can_repeat(trial.base);
  if (trial.batches < 1) throw BadInput("a trial needs at least one batch");
  if (trial.seeds < 2) throw BadInput("a trial needs at least 2 seeds, because one shows nothing");
  const ConfigTable table = hooks.table != nullptr ? *hooks.table : train_config_table();
  const TrainConfig with_cure = cured(trial, table);
  const DataSplits data = open_training_data(trial.base);
  TrialResult result;
  result.study = run_study(study_of(trial, data.train->size(), table), hooks);
  result.interrupted = result.study.interrupted;
  if (result.interrupted) return result;
  set_answer(result, trial.measure, static_cast<std::size_t>(data.classes()));
  result.cured = with_cure;
  return result;
}

}  // namespace lehr::trial
