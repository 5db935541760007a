#include "lehr/callbacks/save_best.hpp"

#include "lehr/train/learner.hpp"

namespace lehr {

SaveBest::SaveBest(std::filesystem::path file, MonitorOptions monitor)
    : file_(std::move(file)), monitor_(std::move(monitor)) {}

void SaveBest::before_fit(Learner& learner) {
  monitor_.check(learner);
  monitor_.reset();
}

void SaveBest::after_epoch(Learner& learner) {
  const std::optional<double> value = monitor_.value_of(learner);
  if (value && monitor_.improves(*value)) learner.save(file_);
}

}  // namespace lehr
