#include "snapshot_options.hpp"

#include "arguments.hpp"
#include "lehr/core/error.hpp"

namespace lehr::cli {
namespace {

constexpr const char* group = "Statistics";
constexpr std::int64_t most_epochs = 1'000'000;

}  // namespace

void add_snapshot_options(const Command& app, SnapshotOptions& options) {
  ActivationSnapshotsOptions& snapshots = options.snapshots;
  add_parsed(
      app, "--snapshots", snapshots.samples,
      "samples of the validation set whose activations are saved after epochs, in the run's folder",
      [](const std::string& option, const std::string& text) { return parse_integers(option, text, {}); })
      .type_name("I,...")
      .group(group);
  add_integer(app, "--snapshots-every", snapshots.every_epochs, {1, most_epochs}, "save them every N epochs")
      .group(group);
  add_parsed(app, "--snapshots-layers", snapshots.activations.layers, "layers by name, as --stats-layers",
             [](const std::string&, const std::string& text) { return split_list(text); })
      .type_name("NAME,...")
      .group(group);
  app.flag("--snapshots-normalised", snapshots.activations.normalised,
           "normalise each layer's values to mean 0 and std 1 over the samples")
      .group(group);
  app.flag("--snapshots-maps", snapshots.png, "also save feature maps as PNG").group(group);
}

void add_snapshots(Learner& learner, const SnapshotOptions& options, const std::filesystem::path& folder,
                   const OnFailure& warn) {
  const ActivationSnapshotsOptions usual;
  ActivationSnapshotsOptions asked = options.snapshots;
  if (asked.samples.empty()) {
    if (asked.every_epochs != usual.every_epochs || !asked.activations.layers.empty() ||
        asked.activations.normalised || asked.png) {
      throw BadInput("options of snapshots need --snapshots");
    }
    return;
  }
  if (folder.empty()) throw BadInput("--snapshots contradicts --no-save");
  asked.folder = folder / "activations";
  asked.on_failure = warn;
  learner.add(ActivationSnapshots(std::move(asked)));
}

}  // namespace lehr::cli
