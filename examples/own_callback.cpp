#include <lehr/lehr.hpp>

#include <cmath>
#include <cstdio>

// [callback]
/// Ends the training once the running training loss is below a bound.
class StopWhenGood final : public lehr::Callback {
 public:
  explicit StopWhenGood(double loss) : loss_(loss) {}
  std::string_view name() const override { return "StopWhenGood"; }

  void after_batch(lehr::Learner& learner) override {
    const lehr::Progress& progress = learner.progress();
    if (progress.training && progress.running.loss < loss_) {
      stopped_at_ = progress.steps;
      learner.request_stop();
    }
  }
  std::int64_t stopped_at() const { return stopped_at_; }

 private:
  double loss_;
  std::int64_t stopped_at_ = 0;
};
// [callback]

// [schedule]
/// Falls from `from` to `to` by a constant factor a step.
lehr::Schedule exponential(double from, double to) {
  return [from, to](double progress) { return from * std::pow(to / from, progress); };
}
// [schedule]

int main() {
  auto data = lehr::data::digits({.train = 2000, .valid = 400});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = 10, .batch_norm = true});
  lehr::Learner learner(model, data);
  const auto& stop = learner.add(StopWhenGood(0.3));
  learner.fit(5, {.rate = exponential(0.01, 0.001), .momentum = {}});
  std::printf("stopped after %lld steps\n", static_cast<long long>(stop.stopped_at()));
}
