// The examples of docs/callbacks.md, run in sequence.
#include <lehr/lehr.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace {

using lehr::Event;
using lehr::Learner;

Learner new_learner() {
  auto data = lehr::data::digits({.train = 2000, .valid = 400});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = 10, .batch_norm = true});
  return {model, data};
}

void stop_when_good() {
  Learner learner = new_learner();
  // [stop]
  learner.on(Event::after_epoch, [](Learner& l) {
    if (l.history().back().valid.accuracy > 0.95) l.cancel(lehr::Scope::fit);
  });
  learner.fit(20, 0.003);
  // [stop]
  std::printf("stopped after %zu epochs\n", learner.history().size());
}

void unfreeze_at_an_epoch() {
  Learner learner = new_learner();
  // [unfreeze]
  learner.freeze();  // all but the last group, the head; norm layers go on learning
  learner.on(Event::before_epoch, [](Learner& l) {
    if (l.progress().epoch == 2) l.unfreeze();
  });
  learner.fit(4, lehr::slice(1e-4, 1e-2));  // the first group at 1e-4, the head at 1e-2
  // [unfreeze]
  std::printf("%.1f %% right\n", 100 * learner.history().back().valid.accuracy);
}

void own_schedule() {
  Learner learner = new_learner();
  // [schedule]
  const lehr::Schedule stairs = [](double progress) {
    return 0.01 * std::pow(0.5, std::floor(4 * progress));
  };
  learner.add(lehr::ScheduleCallback("weight_decay", [](double progress) { return 1e-4 * progress; }));
  learner.fit(3, {.rate = stairs, .momentum = {}});
  // [schedule]
  std::printf("last rate %g\n", learner.history().back().lr);
}

// [metric]
/// The worst class's share of right answers.
class WorstClass final : public lehr::Metric {
 public:
  std::string name() const override { return "worst_class"; }
  void start(std::int64_t classes) override {
    right_.assign(static_cast<std::size_t>(classes), 0);
    all_ = right_;
  }
  void add(const lehr::ScoredBatch& batch) override {
    const auto classes = static_cast<std::size_t>(batch.classes);
    for (std::size_t i = 0; i < batch.targets.size(); ++i) {
      const auto scores = batch.scores.subspan(i * classes, classes);
      const auto best = std::ranges::max_element(scores) - scores.begin();
      const auto target = static_cast<std::size_t>(batch.targets[i]);
      right_[target] += best == batch.targets[i] ? 1 : 0;
      all_[target] += 1;
    }
  }
  double value() const override {
    double worst = 1;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i] > 0) worst = std::min(worst, right_[i] / all_[i]);
    }
    return worst;
  }

 private:
  std::vector<double> right_;
  std::vector<double> all_;
};
// [metric]

void own_metric() {
  Learner learner = new_learner();
  // [watch]
  learner.add_metric(WorstClass());
  learner.add(lehr::EarlyStopping({.monitor = {.metric = "valid_worst_class"}, .patience = 3}));
  learner.fit(6, 0.003);
  // [watch]
  std::printf("worst class %.3f\n", lehr::monitored(learner.history().back(), "valid_worst_class"));
}

void skip_hopeless_batches() {
  Learner learner = new_learner();
  // [skip]
  learner.on(Event::after_loss, [](Learner& l) {
    if (l.progress().training && l.progress().loss > 10) l.cancel(lehr::Scope::batch);
  });
  // [skip]
  learner.fit(1, 0.003);
  std::printf("%lld steps\n", static_cast<long long>(learner.progress().steps));
}

}  // namespace

int main() {
  stop_when_good();
  unfreeze_at_an_epoch();
  own_schedule();
  own_metric();
  skip_hopeless_batches();
}
