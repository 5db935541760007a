#include <lehr/lehr.hpp>

#include <cstdio>

int main() {
  auto data = lehr::data::digits({.train = 2000, .valid = 400});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = 10, .batch_norm = true});
  lehr::Learner learner(model, data, {.batch_size = 64});

  learner.add(lehr::WeightNorm());
  learner.add(lehr::GradientNorm());
  learner.on(lehr::Event::after_train, [](lehr::Learner& l) {
    l.record_value("last_loss", l.progress().loss);  // a value of your own
  });
  learner.fit_one_cycle(2, 0.01);

  for (const lehr::EpochRecord& epoch : learner.history()) {
    for (const auto& [name, value] : epoch.values)
      std::printf("%d %s %.4g\n", epoch.epoch + 1, name.c_str(), value);
  }
}
