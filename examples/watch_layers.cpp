#include <lehr/lehr.hpp>

#include <cstdio>

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
  std::printf("measuring took %.1f %% of the training time\n", 100 * stats.overhead());
}
