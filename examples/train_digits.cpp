#include <lehr/lehr.hpp>

#include <cstdio>

int main() {
  auto data = lehr::data::digits();  // training and validation sets
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = 10, .batch_norm = true});

  lehr::Learner learner(model, data, {.batch_size = 64, .optimizer = lehr::Adam{}});
  learner.add(lehr::ProgressBar());
  learner.fit_one_cycle(3, 0.01);

  std::printf("%.1f %% of the validation images right\n", 100 * learner.history().back().valid.accuracy);
  learner.save("digits.safetensors");
}
