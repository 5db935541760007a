// Google Benchmark of a whole training step: forward, backward and Adam, with the batch in memory.
#include <benchmark/benchmark.h>

#include <vector>

#include "lehr/engine/plan.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/init/initialise.hpp"
#include "lehr/models/models.hpp"
#include "lehr/optim/optimizer.hpp"

namespace {

using namespace lehr;

/// A model with its loss, one batch and the optimizer.
class Training {
 public:
  Training(const Graph& model, std::int64_t batch_size)
      : made_(with_loss(model, *cross_entropy_loss())),
        images_(model.inputs().front()),
        parameters_(model, cpu_backend()),
        optimizer_(Adam{}, parameters_.values().count(), {{0, parameters_.values().count(), true}},
                   cpu_backend()),
        plan_(made_.graph, parameters_, {.batch_size = batch_size}),
        image_data_(static_cast<std::size_t>(batch_size * model.node(images_).output.shape.numel())),
        target_data_(static_cast<std::size_t>(batch_size)) {
    initialise(parameters_, model, Initialisation::kaiming_normal, 0);
    for (std::size_t i = 0; i < image_data_.size(); ++i)
      image_data_[i] = static_cast<float>(i * 37 % 255) / 128 - 1;
    for (std::size_t i = 0; i < target_data_.size(); ++i) target_data_[i] = static_cast<std::int64_t>(i % 10);
    plan_.bind_input(images_, image_data_);
    plan_.bind_input(made_.targets, target_data_);
  }

  void step() {
    plan_.forward();
    plan_.backward();
    optimizer_.step(parameters_.values(), parameters_.grads(), 1e-4);
  }

 private:
  LossGraph made_;
  NodeId images_;
  Parameters parameters_;
  Optimizer optimizer_;
  Plan plan_;
  std::vector<float> image_data_;
  std::vector<std::int64_t> target_data_;
};

void run(benchmark::State& state, const Graph& model) {
  Training training(model, state.range(0));
  for (auto _ : state) training.step();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void simple_cnn(benchmark::State& state) { run(state, models::simple_cnn({})); }
void simple_cnn_batch_norm(benchmark::State& state) { run(state, models::simple_cnn({.batch_norm = true})); }
void resnet_small(benchmark::State& state) { run(state, models::resnet_small({})); }

BENCHMARK(simple_cnn)->Arg(1)->Arg(8)->Arg(64)->Arg(512)->UseRealTime();
BENCHMARK(simple_cnn_batch_norm)->Arg(8)->Arg(64)->Arg(512)->UseRealTime();
BENCHMARK(resnet_small)->Arg(8)->Arg(64)->Arg(128)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
