#include <lehr/lehr.hpp>

#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

namespace {

/// Keeps the losses of a training, even after a resume.
class Losses final : public lehr::Callback {
 public:
  std::string_view name() const override { return "Losses"; }
  void after_batch(lehr::Learner& learner) override {
    if (!learner.progress().training) return;
    ++batches_;
    losses_.push_back(learner.progress().loss);
  }
  // [state]
  void save_state(lehr::CallbackState& state) const override {
    state.integers["batches"] = batches_;
    state.tables["records"].add("loss", lehr::StateTable::Reals(losses_));
  }
  void load_state(const lehr::CallbackState& state) override {
    batches_ = state.integer("batches");
    losses_ = state.table("records").reals("loss");  // BadInput if there is no such column
  }
  // [state]

 private:
  std::int64_t batches_ = 0;
  std::vector<double> losses_;
};

}  // namespace

int main() {
  auto data = lehr::data::digits({.train = 2000, .valid = 400});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = 10});
  lehr::Learner learner(model, data, {.batch_size = 256});
  learner.add(Losses());

  // [subscribe]
  lehr::StatsSubscription reader = learner.subscribe({{.node = 3, .stats = {.histograms = false}}});
  learner.on(lehr::Event::before_batch,
             [&](lehr::Learner& l) { reader.measure(l.progress().batch % 10 == 0); });
  learner.on(lehr::Event::after_batch, [&](lehr::Learner&) {
    if (reader.measuring()) std::printf("std %g\n", reader.result(0).std);
  });
  // [subscribe]

  // [several]
  learner.add(lehr::ActivationStats({.every = 1, .histograms = false, .channels = true}), "numbers");
  learner.add(lehr::ActivationStats({.layers = {"6"}, .gradients = true, .budget = 0.02}), "layer 6");
  learner.fit_one_cycle(3, 0.06);
  const auto& stats = learner.callback<lehr::ActivationStats>("numbers");
  // [several]

  // [channels]
  for (const lehr::LayerStats& layer : stats.layers()) {
    std::printf("%s\n", layer.dead_channels_text().c_str());  // layer 2: 3 of 16 channels dead: 4, 7, 11
  }
  // [channels]
}
