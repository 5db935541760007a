#include <algorithm>

#include "faults.hpp"
#include "networks.hpp"

/// Faults of the network.
namespace lehr::planted {
namespace {

using Kind = ops::Activation::Kind;

/// The widths of a network's stages.
std::vector<std::int64_t> widths_of(const TrainConfig& config) {
  if (!config.channels.empty()) return config.channels;
  return config.model == "resnet-small" ? std::vector<std::int64_t>{16, 32, 64}
                                        : std::vector<std::int64_t>{8, 16, 32, 64};
}

void narrow(Training& training, std::int64_t width) {
  training.config.channels = widths_of(training.config);
  training.config.channels[training.config.channels.size() / 2] = width;
}

void shrink(Training& training) {
  training.config.channels = widths_of(training.config);
  std::ranges::fill(training.config.channels, 2);
}

template <class SomeOp>
auto ends_with(SomeOp op) {
  return [op](Training& training) {
    training.change_network([op](const Graph& graph) { return with_last(graph, op); });
  };
}

/// Deep enough that signals shrink or grow.
void deepen(Training& training) {
  training.config.model = "simple-cnn";
  training.config.image_size.clear();
  training.config.channels = {8, 16, 24, 32};
  training.config.batch_norm = false;
  training.config.depth = 20;
  training.config.lr = training.config.optimizer == "sgd" ? 0.01 : 0.002;
}

void use_plain_network(Training& training) {
  TrainConfig& config = training.config;
  config.model = "simple-cnn";
  config.image_size.clear();
  config.channels.clear();
  config.depth.reset();
  config.batch_norm = false;
  config.activation = "relu";
  config.lr = config.optimizer == "sgd" ? 0.05 : 0.005;
}

Base with_tanh() {
  return {.name = "with-tanh", .prepare = [](Training& training) {
            if (without_norms().applies(training.config)) use_plain_network(training);
            training.config.activation = "tanh";
          }};
}

}  // namespace

Base without_norms() {
  return {.name = "without-norms", .prepare = use_plain_network, .needed = [](const TrainConfig& config) {
            return config.batch_norm || config.model != "simple-cnn" || config.activation != "relu";
          }};
}

Base with_norms() {
  return {
      .name = "with-norms",
      .prepare = [](Training& training) { training.config.batch_norm = true; },
      .needed = [](const TrainConfig& config) { return !config.batch_norm && config.model == "simple-cnn"; }};
}

std::vector<Fault> network_faults() {
  return {
      {.name = "no-activations",
       .rules = {"linear-stack"},
       .plant = [](Training& training) { training.change_network(without_activations); }},
      {.name = "relu-on-logits", .rules = {"activation-on-logits"}, .plant = ends_with(ops::Activation())},
      {.name = "sigmoid-on-logits",
       .rules = {"activation-on-logits"},
       .plant = ends_with(ops::Activation({.kind = Kind::sigmoid}))},
      {.name = "tanh-on-logits",
       .rules = {"activation-on-logits"},
       .plant = ends_with(ops::Activation({.kind = Kind::tanh})),
       .harm = Harm::nothing},
      {.name = "dropout-on-logits",
       .rules = {"dropout-on-logits"},
       .plant = ends_with(ops::Dropout({.p = 0.9}))},
      {.name = "bottleneck-of-one",
       .rules = {"bottleneck", "network-too-small"},
       .plant = [](Training& training) { narrow(training, 1); }},
      {.name = "bottleneck-of-two",
       .rules = {"bottleneck", "network-too-small"},
       .plant = [](Training& training) { narrow(training, 2); }},
      {.name = "network-of-two-channels",
       .rules = {"network-too-small", "bottleneck", "underfitting"},
       .plant = shrink},
      {.name = "sees-three-pixels",
       .rules = {"small-receptive-field"},
       .plant =
           [](Training& training) {
             training.hooks.model = [](const Shape& image, std::int64_t classes) {
               return short_sighted(image, classes, 3);
             };
           }},
      {.name = "tanh-saturated",
       .rules = {"saturated", "init-too-large"},
       .plant = [](Training& training) { training.config.init_gain = 12; },
       .base = with_tanh()},
      {.name = "sigmoid-deep",
       .rules = {"vanishing-gradients", "vanishing-activations", "saturated"},
       .plant =
           [](Training& training) {
             deepen(training);
             training.config.activation = "sigmoid";
           }},
      {.name = "deep-signal-vanishes",
       .rules = {"vanishing-activations", "init-too-small", "vanishing-gradients"},
       .plant =
           [](Training& training) {
             deepen(training);
             training.config.init_gain = 0.5;
           }},
      {.name = "deep-xavier",
       .rules = {"vanishing-activations", "init-too-small", "vanishing-gradients"},
       .plant =
           [](Training& training) {
             deepen(training);
             training.config.init = "xavier-normal";
           }},
      {.name = "deep-signal-explodes",
       .rules = {"exploding-activations", "init-too-large", "activations-too-large", "exploding-gradients"},
       .plant =
           [](Training& training) {
             deepen(training);
             training.config.init_gain = 2;
           }},
      {.name = "norm-statistics-late",
       .rules = {"batch-norm-mismatch"},
       .plant =
           [](Training& training) {
             training.change_network(
                 [](const Graph& graph) { return with_norms_of(graph, {.momentum = 0.001}); });
           },
       .base = with_norms()},
  };
}

}  // namespace lehr::planted
