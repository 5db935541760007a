#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/diagnosis/diagnosis.hpp"
#include "lehr/run/train_config.hpp"
#include "lehr/study/analysis.hpp"
#include "lehr/study/study.hpp"

/// Tries what is to mend a training: `lehr diagnose --confirm`.
namespace lehr::trial {

/// A cure to try.
struct Trial {
  std::string rule{};                ///< whose finding the cure mends; empty: a cure of the user's own
  std::vector<StudySetting> cure{};  ///< options of a training
  TrainConfig base{};                ///< the training that is to be mended, as a run records it
  std::int64_t seeds = 3;            ///< trainings with and without the cure; from TrainConfig::seed on
  /// How many batches the training has without the cure. A longer training is shortened (shortened.hpp);
  /// with the cure it sees as many pictures, unless the cure changes the epochs.
  std::int64_t batches = 400;
  /// Name of a StudyMeasure. Empty: the accuracy of the validation set, or the first of its loss and the
  /// training loss if the accuracy is not there or does not differ between the seeds.
  std::string measure{};
  std::filesystem::path folder = "runs/trials";  ///< folder of runs for the trainings
};

enum class Answer {
  helps,          ///< the interval of the difference is above zero
  does_not_help,  ///< it gets worse, gains less than a tenth of what it lacks, or learns nothing with each
                  ///< seed
  cannot_tell     ///< more seeds may tell
};

/// "helps", "does_not_help" or "cannot_tell".
std::string answer_name(Answer answer);

/// What a trial found.
struct TrialResult {
  StudyResult study{};       ///< variant 0 is the training without the cure, variant 1 the one with it
  bool interrupted = false;  ///< nothing below is set; the same call goes on
  Answer answer = Answer::cannot_tell;
  std::string sentence{};  ///< the answer with its numbers, without capital and full stop
  /// Of the measure that decides. A run that collapsed counts with its values. One that diverged counts as a
  /// network that guesses.
  MeasureAnalysis analysis{};
  TrainConfig cured{};  ///< Trial::base with the cure, in full length
};

/// Trains with and without the cure, with the same seeds, and compares. The trainings are a study in
/// Trial::folder, so a trial that was stopped goes on, and one that is there is only read. Throws BadInput if
/// the cure is empty, changes nothing or does not fit the training, and in the cases of run_study.
TrialResult try_cure(const Trial& trial, const StudyHooks& hooks = {});

/// The settings in "KEY=VALUE,KEY=VALUE". A part without '=' belongs to the value before it:
/// "channels=8,16,lr=0.1". Throws BadInput if a key or a value is wrong.
std::vector<StudySetting> read_cure(std::string_view text, const ConfigTable& table);

/// The finding to try: that of the rule, or the first one whose cure has options. A finding comes before its
/// symptoms. Throws BadInput if there is none.
const diagnosis::Finding& finding_to_try(const diagnosis::Findings& found, std::string_view rule = {});

/// How many batches of this size show whether the finding is mended: 400, or twice as many as passed before
/// it began, and at least 12,800 pictures.
std::int64_t usual_batches(std::int64_t first_batch, std::int64_t batch_size);

/// The measure that a cure of this rule changes; empty if it is the accuracy.
std::string measure_of_rule(std::string_view rule);

}  // namespace lehr::trial
