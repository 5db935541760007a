#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lehr/core/pimpl.hpp"
#include "lehr/diagnosis/diagnosis.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct DiagnosisOptions {
  /// The options of the training as TOML, as RunRecorderOptions::config. Rules about options need it.
  std::string config{};
  /// Highest share of the training time that looks take. The first one may exceed it, and one at the end that
  /// confirms a finding or says why the training diverged.
  double budget = 0.01;
  std::size_t most_warnings = 5;  ///< in a fit
};

/// Watches a training with the rules of `lehr diagnose`, and sends each problem and warning once through
/// Learner::warn, with its cure. It looks after 20, 40, 80... and at most 1,000 more batches, after epochs,
/// and at the end. During the training, it says what two looks in a row have found. It does not say symptoms
/// of what it has said. The rules see losses, rates, epochs, the first batches, and the layers of an
/// ActivationStats if the Learner has one.
///
/// It does not change the training, and saves no state. A resumed fit is watched if a RunRecorder has the
/// batches before.
class Diagnosis final : public Callback {
 public:
  /// Throws BadInput unless the budget is above 0 and at most 1.
  explicit Diagnosis(DiagnosisOptions options = {});
  ~Diagnosis() override;
  Diagnosis(Diagnosis&&) noexcept;
  Diagnosis& operator=(Diagnosis&&) noexcept;

  std::string_view name() const override { return "Diagnosis"; }
  /// Runs after callbacks that measure and record, and before Checkpoint.
  int order() const override { return 94; }
  void before_fit(Learner& learner) override;
  void after_loss(Learner& learner) override;
  void after_batch(Learner& learner) override;
  void before_validate(Learner& learner) override;
  void after_validate(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void clean_up(Learner& learner) override;

  /// What the last look of the current or last fit found.
  const diagnosis::Findings& findings() const;
  /// The number of looks at the current or last fit.
  std::int64_t looks() const;
  /// The time of all looks divided by the time of the current or last fit.
  double overhead() const;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

}  // namespace lehr
