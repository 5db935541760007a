#include <lehr/lehr.hpp>

#include <cstdio>
#include <vector>

namespace {

/// Every accessor that docs/activation-stats.md lists.
void print_all(const lehr::LayerStats& layer) {
  for (const std::vector<float>& series :
       {layer.activation.mean(), layer.activation.std(), layer.activation.min(), layer.activation.max(),
        layer.activation.norm(), layer.activation.near_zero_abs(), layer.activation.zero(),
        layer.activation.near_zero(), layer.activation.dead_chart(), layer.update_ratio()}) {
    std::printf(" %.3g", static_cast<double>(series.back()));
  }
  const lehr::StatImage dimension = layer.activation.color_dim();
  const lehr::TensorStats first = layer.activation[0];
  std::printf(" %zu batches, %zu and %zu bins, %s\n", dimension.columns, first.values.counts.size(),
              first.magnitudes.counts.size(), layer.info.type.c_str());
}

}  // namespace

int main() {
  // [watch]
  auto data = lehr::data::digits({.train = 4000, .valid = 400});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = 10});
  lehr::Learner learner(model, data, {.batch_size = 512});
  learner.add(lehr::ActivationStats({.every = 1, .gradients = true}));  // every batch
  learner.fit_one_cycle(3, 0.06);

  const auto& stats = learner.callback<lehr::ActivationStats>();
  for (const lehr::LayerStats& layer : stats.layers()) {
    std::printf("%s: %.0f %% near zero, update %.2g of the weight\n", layer.info.name.c_str(),
                100.0F * layer.near_zero_abs().back(), layer.update_ratio().back());
  }
  // [watch]
  print_all(stats.layers().front());
  std::printf("measuring took %.1f %% of the training time\n", 100 * stats.overhead());
}
