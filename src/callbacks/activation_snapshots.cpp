#include "lehr/callbacks/activation_snapshots.hpp"

#include <fmt/format.h>

#include "lehr/core/error.hpp"
#include "lehr/graph/layers.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

ActivationSnapshots::ActivationSnapshots(ActivationSnapshotsOptions options)
    : options_(std::move(options)), guard_(options_.on_failure) {
  if (options_.every_epochs < 1) {
    throw BadInput("ActivationSnapshots saves every 1 or more epochs, found " +
                   std::to_string(options_.every_epochs));
  }
  if (options_.samples.empty()) throw BadInput("ActivationSnapshots expects samples to look at, found none");
}

void ActivationSnapshots::before_fit(Learner& learner) {
  layers_named(options_.activations.layers, learner.model());
  for (const std::int64_t sample : options_.samples) {
    check_sample(*learner.data().valid, sample, "the validation set");
  }
}

void ActivationSnapshots::after_epoch(Learner& learner) {
  const EpochRecord& epoch = learner.history().back();
  const bool last = epoch.epoch + 1 == learner.progress().epochs;
  if (!epoch.complete || ((epoch.epoch + 1) % options_.every_epochs != 0 && !last)) return;
  const std::vector<LayerOutput> outputs =
      activations(learner.model(), learner.parameters(), learner.preprocessing(), learner.data().valid,
                  options_.samples, options_.activations);
  ActivationsNote note{.options = options_.activations};
  for (const std::int64_t sample : options_.samples) note.samples.push_back(std::to_string(sample));
  const std::string name = fmt::format("epoch-{:04}", epoch.epoch + 1);
  const auto write = [&] {
    save_activations(options_.folder / (name + ".safetensors"), outputs, note);
    if (options_.png) save_feature_maps(options_.folder / name, outputs, note);
  };
  guard_.attempt(write, "the training goes on without this snapshot");
}

}  // namespace lehr
