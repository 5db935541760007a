// Trains at a rate that is too high, and says what is wrong.
#include <iostream>
#include <lehr/lehr.hpp>

int main() {
  auto data = lehr::data::digits({.train = 2000, .valid = 200});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = 10});
  lehr::Learner learner(model, data, {.optimizer = lehr::Sgd{}});
  learner.add(lehr::ActivationStats({.gradients = true}));
  learner.add(lehr::Diagnosis({.config = "lr = 0.5\n"}));
  const lehr::RunRecorder& recorder = learner.add(lehr::RunRecorder({.store = "runs/lehr.db"}));
  learner.fit(1, 0.5);

  const lehr::store::RunRecords run = lehr::store::RunStore("runs/lehr.db").read(recorder.id());
  for (const lehr::diagnosis::Finding& finding :
       lehr::diagnosis::diagnose({.run = &run, .graph = &model}).causes) {
    std::cout << finding.rule.title << ": " << finding.says << '\n';
  }
}
