#include "lehr/data/loader.hpp"
#include "lehr/train/model_file.hpp"
#include "train/metrics.hpp"
#include "train/model_use.hpp"
#include "train/plan_cache.hpp"

namespace lehr {

Evaluation evaluate(Model& model, const Dataset& dataset, std::int64_t batch_size) {
  check_data_fits(model, dataset);
  const std::shared_ptr<const Dataset> borrowed(std::shared_ptr<const Dataset>(), &dataset);
  Loader loader(borrowed, {.batch_size = batch_size, .normalisation = model.normalisation});
  PlanCache plans(model.graph, {}, *model.parameters, 0);
  MetricSums sums;
  loader.start(0);
  while (const Batch* batch = loader.next()) {
    check_memory(plans.plan(batch->size, Mode::eval));
    const std::span<const float> scores = plans.predict(*batch, Mode::eval, 0);
    sums.add(plans.loss(), scores, {batch->targets, static_cast<std::size_t>(batch->size)});
  }
  const SetMetrics metrics = sums.result();
  return {metrics.loss, metrics.accuracy, metrics.samples};
}

}  // namespace lehr
