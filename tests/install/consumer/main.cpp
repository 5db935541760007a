#include <lehr/lehr.hpp>

#include <cstdio>

int main() {
  auto data = lehr::data::digits({.train = 100, .valid = 20});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = data.classes()});
  lehr::Learner learner(model, data, {.batch_size = 50});
  learner.fit(1, 0.01);
  std::printf("%lld\n", static_cast<long long>(learner.history().back().train.samples));
}
