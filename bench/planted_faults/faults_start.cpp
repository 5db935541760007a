#include <algorithm>

#include "faults.hpp"
#include "lehr/core/tensor.hpp"

/// Faults of the first weights, and layers that do not train.
namespace lehr::planted {
namespace {

using Change = std::function<void(const Shape& shape, std::span<float> values)>;

bool is_weight(const ParameterEntry& entry) {
  return entry.role == ParameterRole::weight && entry.shape.rank() > 1;
}

/// The names of the weights of convolutions and linear layers, first to last.
std::vector<std::string> weights_of(const Learner& learner) {
  std::vector<std::string> names;
  for (const ParameterEntry& entry : learner.parameters().entries()) {
    if (is_weight(entry)) names.push_back(entry.name);
  }
  return names;
}

void change_values(Learner& learner, const std::string& name, const Change& change) {
  Tensor value = learner.parameters().get(name);
  change(value.shape(), value.elements<float>());
  learner.parameters().set(name, value);
}

void change_weights(Training& training, const Change& change) {
  training.on_learner([change](Learner& learner) {
    for (const std::string& name : weights_of(learner)) change_values(learner, name, change);
  });
}

void fill_with(Training& training, float value) {
  change_weights(training,
                 [value](const Shape&, std::span<float> values) { std::ranges::fill(values, value); });
}

/// Every filter of a layer starts as its first one.
void make_symmetric(Training& training) {
  change_weights(training, [](const Shape& shape, std::span<float> values) {
    const auto filter = values.size() / static_cast<std::size_t>(shape[0]);
    for (std::size_t i = filter; i < values.size(); ++i) values[i] = values[i - filter];
  });
}

std::string bias_of(const std::string& weight) { return weight.substr(0, weight.rfind('.')) + ".bias"; }

/// Pushes a share of the channels of a layer far below zero.
void kill(Learner& learner, const std::string& weight, double share) {
  change_values(learner, bias_of(weight), [share](const Shape&, std::span<float> values) {
    std::ranges::fill(values.first(static_cast<std::size_t>(share * static_cast<double>(values.size()))),
                      -20.0F);
  });
}

void kill_a_layer(Training& training) {
  training.on_learner([](Learner& learner) { kill(learner, weights_of(learner).at(2), 1); });
}

void kill_channels(Training& training) {
  training.on_learner([](Learner& learner) {
    const std::vector<std::string> weights = weights_of(learner);
    for (std::size_t i = 0; i + 1 < weights.size(); ++i) kill(learner, weights[i], 0.8);
  });
}

void scale_last(Training& training, float factor) {
  training.on_learner([factor](Learner& learner) {
    change_values(learner, weights_of(learner).back(), [factor](const Shape&, std::span<float> values) {
      for (float& value : values) value *= factor;
    });
  });
}

/// Freezes the layers before the last one, or after the first one.
void freeze(Training& training, bool first_layers) {
  training.on_learner([first_layers](Learner& learner) {
    std::vector<std::string> weights = weights_of(learner);
    weights.erase(first_layers ? weights.end() - 1 : weights.begin());
    std::vector<std::string> patterns;
    for (const std::string& weight : weights) patterns.push_back(weight.substr(0, weight.rfind('.')) + ".*");
    learner.set_groups(freeze_named(learner.groups(), patterns));
  });
}

}  // namespace

std::vector<Fault> start_faults() {
  return {
      {.name = "init-constant",
       .rules = {"init-constant"},
       .plant = [](Training& training) { fill_with(training, 0.02F); }},
      {.name = "init-zero",
       .rules = {"init-constant"},
       .plant = [](Training& training) { fill_with(training, 0); }},
      {.name = "init-symmetric", .rules = {"init-symmetric"}, .plant = make_symmetric},
      {.name = "init-tiny",
       .rules = {"init-too-small", "vanishing-activations"},
       .plant = [](Training& training) { training.config.init_gain = 0.03; },
       .base = without_norms()},
      {.name = "init-large",
       .rules = {"init-too-large", "first-loss", "exploding-activations"},
       .plant = [](Training& training) { training.config.init_gain = 6; },
       .base = without_norms()},
      {.name = "first-loss-large",
       .rules = {"first-loss", "init-too-large"},
       .plant = [](Training& training) { scale_last(training, 200); }},
      {.name = "layer-dead",
       .rules = {"dead-layer", "dead-channels"},
       .plant = kill_a_layer,
       .base = without_norms()},
      {.name = "channels-dead", .rules = {"dead-channels"}, .plant = kill_channels, .base = without_norms()},
      {.name = "layers-frozen",
       .rules = {"frozen-layers"},
       .plant = [](Training& training) { freeze(training, true); }},
      {.name = "last-layers-frozen",
       .rules = {"frozen-layers"},
       .plant = [](Training& training) { freeze(training, false); }},
  };
}

}  // namespace lehr::planted
