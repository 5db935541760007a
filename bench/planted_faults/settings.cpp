#include "corpus.hpp"
#include "faults.hpp"

namespace lehr::planted {
namespace {

TrainConfig of_digits(const std::string& data, std::uint64_t seed) {
  TrainConfig config;
  config.data = data;
  config.data_seed = seed;
  config.seed = seed;
  return config;
}

Setting adam_plain() {
  Setting made{.name = "adam-plain", .config = of_digits("digits:3000", 1)};
  made.config.batch_size = 50;
  made.config.epochs = 8;
  made.config.lr = 0.007;
  return made;
}

Setting sgd_norm() {
  Setting made{.name = "sgd-norm", .config = of_digits("digits:3000", 2)};
  made.config.batch_norm = true;
  made.config.optimizer = "sgd";
  made.config.momentum = 0.9;
  made.config.schedule = "cosine";
  made.config.lr = 0.1;
  made.config.epochs = 6;
  return made;
}

Setting adamw_residual() {
  Setting made{.name = "adamw-residual", .config = of_digits("digits:2000", 3)};
  made.config.model = "resnet-small";
  made.config.channels = {6, 12, 24};
  made.config.optimizer = "adamw";
  made.config.image_size = "14";
  made.config.batch_size = 40;
  made.config.epochs = 5;
  made.config.lr = 0.03;
  return made;
}

Setting adamw_deep() {
  Setting made{.name = "adamw-deep", .held_out = true, .config = of_digits("inverted:digits:1500", 4)};
  made.config.batch_norm = true;
  made.config.depth = 7;
  made.config.channels = {10, 20, 40, 60};
  made.config.optimizer = "adamw";
  made.config.schedule = "wsd";
  made.config.batch_size = 40;
  made.config.epochs = 6;
  made.config.lr = 0.01;
  return made;
}

Setting sgd_leaky() {
  Setting made{.name = "sgd-leaky", .held_out = true, .config = of_digits("digits:2400", 5)};
  made.config.activation = "leaky-relu";
  made.config.channels = {12, 24, 32, 48};
  made.config.optimizer = "sgd";
  made.config.momentum = 0.9;
  made.config.schedule = "warmup-cosine";
  made.config.batch_size = 32;
  made.config.epochs = 7;
  made.config.lr = 0.05;
  return made;
}

}  // namespace

std::vector<Setting> all_settings() {
  return {adam_plain(), sgd_norm(), adamw_residual(), adamw_deep(), sgd_leaky()};
}

}  // namespace lehr::planted
