#include "report/run_facts.hpp"

#include <algorithm>

#include "store/recorded_option.hpp"

namespace lehr::report {
namespace {

/// The training batches that belong to an epoch.
double batches_of(const store::RunRecords& run, int epoch) {
  return static_cast<double>(std::ranges::count_if(
      run.steps, [epoch](const store::StepRow& step) { return step.training && step.epoch == epoch; }));
}

double training_samples(const store::RunRecords& run) {
  double sum = 0;
  for (const std::int64_t count : run.class_counts) sum += static_cast<double>(count);
  return sum;
}

/// A completed epoch shows every training image, unless the number of batches is limited.
double images_of_epoch(const store::RunRecords& run, int epoch) {
  const double samples = training_samples(run);
  const std::string limit = store::recorded_option(run.info, "max-batches");
  const bool whole = samples > 0 && (limit.empty() || limit == "0");
  if (whole) return samples;
  const double images = batches_of(run, epoch) * static_cast<double>(run.info.batch_size);
  return samples > 0 ? std::min(images, samples) : images;
}

}  // namespace

std::vector<double> images_by_epoch(const store::RunRecords& run) {
  std::vector<double> images;
  double sum = 0;
  for (const store::EpochRow& epoch : run.epochs) images.push_back(sum += images_of_epoch(run, epoch.epoch));
  return images;
}

double images_seen(const store::RunRecords& run) {
  const std::vector<double> completed = images_by_epoch(run);
  const double before = completed.empty() ? 0 : completed.back();
  const int last = run.epochs.empty() ? -1 : run.epochs.back().epoch;
  const auto rest = std::ranges::count_if(
      run.steps, [last](const store::StepRow& step) { return step.training && step.epoch > last; });
  return before + static_cast<double>(rest * run.info.batch_size);
}

std::optional<double> training_flops(const store::RunRecords& run) {
  double forward = 0;
  std::int64_t parameters = 0;
  for (const store::LayerInfo& layer : run.layers) {
    forward += static_cast<double>(layer.flops);
    parameters += layer.parameters;
  }
  if (forward == 0 || parameters != run.info.parameters) return std::nullopt;
  return 3 * forward * images_seen(run);
}

}  // namespace lehr::report
