#include "lehr/callbacks/save_best.hpp"

#include "lehr/train/learner.hpp"

namespace lehr {

SaveBest::SaveBest(std::filesystem::path file, MonitorOptions monitor, OnFailure on_failure)
    : file_(std::move(file)), monitor_(std::move(monitor)), guard_(std::move(on_failure)) {}

void SaveBest::before_fit(Learner& learner) {
  monitor_.check(learner);
  monitor_.reset();
}

void SaveBest::after_epoch(Learner& learner) {
  const std::optional<double> value = monitor_.value_of(learner);
  const Monitor before = monitor_;
  if (!value || !monitor_.improves(*value)) return;
  const bool saved =
      guard_.attempt([&] { learner.save(file_); }, "the training goes on without saving this model");
  if (!saved) monitor_ = before;  // the file still holds the model that was best before
}

}  // namespace lehr
