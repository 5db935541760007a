#include "changed_data.hpp"
#include "faults.hpp"

/// Too much or too little regularisation.
namespace lehr::planted {
namespace {

constexpr const char* wild = R"([[transform]]
name = "random_affine"
degrees = 180
translate_x = 0.4
translate_y = 0.4
scale = [0.3, 1.8]
shear_x = 50

[[transform]]
name = "random_erasing"
probability = 0.8
)";

constexpr const char* flips = R"([[transform]]
name = "horizontal_flip"

[[transform]]
name = "vertical_flip"
)";

void augment(Training& training, const char* name, const char* transforms) {
  training.config.augment = workspace_file(name, transforms);
}

void decay(Training& training) {
  const std::string& optimizer = training.config.optimizer;
  training.config.weight_decay = optimizer == "adamw" ? 20 : optimizer == "sgd" ? 1 : 0.3;
}

/// A hundred pictures, which the network learns by heart.
void keep_few(Training& training) {
  change(training.data().train, [](ChangedData& train) {
    train.shuffle(7);
    train.keep_if([](std::int64_t index, std::int64_t) { return index < 100; });
  });
  training.config.batch_size = 20;
  training.config.epochs = 40;
}

}  // namespace

std::vector<Fault> regularisation_faults() {
  return {
      {.name = "dropout-95",
       .rules = {"dropout-too-strong"},
       .plant = [](Training& training) { training.config.dropout = 0.95; }},
      {.name = "weight-decay-huge", .rules = {"weight-decay-too-strong"}, .plant = decay},
      {.name = "l1-huge",
       .rules = {"weight-decay-too-strong"},
       .plant = [](Training& training) { training.config.l1 = 0.05; }},
      {.name = "augmentation-wild",
       .rules = {"augmentation-too-strong", "augmentation-wrong"},
       .plant = [](Training& training) { augment(training, "wild.toml", wild); }},
      {.name = "augmentation-flips-digits",
       .rules = {"augmentation-wrong", "augmentation-too-strong"},
       .plant = [](Training& training) { augment(training, "flips.toml", flips); }},
      {.name = "network-large-for-few-pictures",
       .rules = {"network-too-large", "overfitting"},
       .plant =
           [](Training& training) {
             keep_few(training);
             training.config.channels = {24, 48, 96, 96};
             if (training.config.model != "simple-cnn") training.config.channels.resize(3);
           }},
      {.name = "few-pictures-many-epochs", .rules = {"overfitting", "network-too-large"}, .plant = keep_few},
  };
}

}  // namespace lehr::planted
