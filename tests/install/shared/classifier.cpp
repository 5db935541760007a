#include <lehr/lehr.hpp>

/// Trains for an epoch and returns whether every sample of the epoch was seen.
bool sees_digits() {
  auto data = lehr::data::digits({.train = 100, .valid = 20});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = data.classes()});
  lehr::Learner learner(model, data, {.batch_size = 50});
  learner.fit(1, 0.01);
  return learner.history().back().train.samples == 100;
}
