// Trains on generated digits and writes a report of the run: report.html.
#include <lehr/lehr.hpp>

int main() {
  auto data = lehr::data::digits({.train = 4000, .valid = 400});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = 10, .batch_norm = true});
  lehr::Learner learner(model, data);
  learner.add(lehr::ActivationStats());
  learner.add(lehr::RunRecorder({.store = "runs/lehr.db", .name = "first try", .report = "report.html"}));
  learner.fit_one_cycle(1, 0.01);
}
