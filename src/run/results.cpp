#include "run/results.hpp"

namespace lehr::run {

TrainResult result_of(const Learner& learner) {
  TrainResult result;
  result.ending = learner.ending();
  std::int64_t samples = 0;
  double waited = 0;
  for (const EpochRecord& record : learner.history()) {
    ++result.epochs;
    if (record.train.samples > 0) {
      result.train = record.train;
      result.train_epoch = record.epoch + 1;
    }
    if (record.valid.samples > 0) {
      result.valid = record.valid;
      result.valid_epoch = record.epoch + 1;
    }
    result.train_seconds += record.train_seconds;
    samples += record.train.samples;
    if (const auto share = record.values.find(waiting_value); share != record.values.end()) {
      waited += share->second * record.train_seconds;
      result.waiting = waited;
    }
  }
  if (result.train_seconds > 0) {
    result.images_per_second = static_cast<double>(samples) / result.train_seconds;
    if (result.waiting) *result.waiting /= result.train_seconds;
  }
  return result;
}

}  // namespace lehr::run
