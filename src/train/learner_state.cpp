#include "train/learner_state.hpp"

#include "lehr/core/error.hpp"
#include "lehr/train/parameter_tensors.hpp"
#include "train/group_ranges.hpp"

namespace lehr {
namespace {

LoaderOptions training_loading(const LearnerOptions& options, const Normalisation& normalisation) {
  return {.batch_size = options.batch_size,
          .shuffle = true,
          .drop_last = options.drop_last,
          .seed = options.seed,
          .normalisation = normalisation,
          .prefetch = options.prefetch};
}

LearnerOptions with_seed(LearnerOptions options, std::uint64_t seed) {
  options.seed = seed;
  return options;
}

}  // namespace

LearnerState::LearnerState(Graph graph, DataSplits splits, LearnerOptions given)
    : model(std::move(graph)),
      data(std::move(splits)),
      options(std::move(given)),
      normalisation(normalisation_of(*data.train)),
      parameters(model, *options.backend),
      plans(model, {options.label_smoothing, options.class_weights}, parameters, options.seed),
      groups(default_groups(parameters)),
      decays(options.optimizer.decays()),
      optimizer(options.optimizer, static_cast<std::int64_t>(parameters.values().size()),
                group_ranges(groups, model, parameters, decays), *options.backend,
                parameter_tensors(parameters)),
      train_loader(data.train, training_loading(options, normalisation)) {}

LearnerState::LearnerState(const LearnerState& other, std::uint64_t seed_shift)
    : model(other.model),
      data(other.data),
      options(with_seed(other.options, other.options.seed + seed_shift)),
      normalisation(other.normalisation),
      parameters(model, *options.backend),
      plans(model, {options.label_smoothing, options.class_weights}, parameters, options.seed),
      groups(other.groups),
      decays(other.decays),
      optimizer(options.optimizer, static_cast<std::int64_t>(parameters.values().size()),
                group_ranges(groups, model, parameters, decays), *options.backend,
                parameter_tensors(parameters)),
      train_loader(data.train, training_loading(options, normalisation)),
      progress(other.progress),
      epochs_done(other.epochs_done),
      fits(other.fits) {
  apply_groups();
  const Backend& backend = *options.backend;
  const auto copy = [&](std::span<float> to, std::span<const float> from) {
    backend.copy(to.data(), from.data(), static_cast<std::int64_t>(from.size()));
  };
  copy(parameters.values(), other.parameters.values());
  copy(parameters.states(), other.parameters.states());
  const std::vector<float*> from = other.optimizer.states();
  const std::vector<float*> to = optimizer.states();
  const std::size_t count = parameters.values().size();
  for (std::size_t i = 0; i < to.size(); ++i) copy({to[i], count}, {from[i], count});
  optimizer.set_steps_done(other.optimizer.steps_done());
}

void LearnerState::apply_groups() {
  optimizer.set_ranges(group_ranges(groups, model, parameters, decays));
  plans.freeze(frozen_nodes(groups, model, parameters));
}

std::string LearnerState::place() const {
  return "epoch " + std::to_string(progress.epoch + 1) + ", batch " + std::to_string(progress.batch + 1);
}

}  // namespace lehr
