#include <algorithm>
#include <utility>

#include "corpus.hpp"
#include "lehr/core/error.hpp"
#include "lehr/run/config_files.hpp"

/// Healthy trainings: no rule may have a problem or a warning about one.
namespace lehr::planted {
namespace {

/// What is given in texts, as for lehr train.
using Options = std::vector<std::pair<std::string, std::string>>;

TrainConfig with_options(TrainConfig config, const Options& options) {
  const ConfigTable table = train_config_table();
  for (const auto& [key, text] : options) table.give(config, key, text);
  return config;
}

TrainConfig digits(std::int64_t pictures, std::uint64_t seed) {
  TrainConfig config;
  config.data = "digits:" + std::to_string(pictures);
  config.data_seed = seed;
  config.seed = seed;
  return config;
}

/// Collects trainings. Every other one is held out.
class List {
 public:
  void add(const std::string& name, const TrainConfig& config) {
    made_.push_back({.name = name, .held_out = made_.size() % 2 == 1, .make = [config] {
                       return Training{.config = config};
                     }});
  }
  std::vector<Healthy> take() && { return std::move(made_); }

 private:
  std::vector<Healthy> made_;
};

struct Named {
  const char* name;
  Options options;
};

/// Trained with what suits each, for 3000 pictures of digits.
const std::vector<Named>& optimizers() {
  static const std::vector<Named> all{
      {"sgd", {{"optimizer", "sgd"}, {"lr", "0.1"}}},
      {"momentum", {{"optimizer", "sgd"}, {"momentum", "0.9"}, {"schedule", "cosine"}, {"lr", "0.03"}}},
      {"adam", {{"optimizer", "adam"}, {"lr", "0.005"}}},
      {"adamw", {{"optimizer", "adamw"}, {"lr", "0.005"}}},
      {"rmsprop", {{"optimizer", "rmsprop"}, {"lr", "0.002"}}},
      {"adagrad", {{"optimizer", "adagrad"}, {"lr", "0.03"}}},
      {"muon", {{"optimizer", "muon"}, {"lr", "0.02"}}},
      {"radam", {{"optimizer", "radam"}, {"lr", "0.01"}}},
  };
  return all;
}

const std::vector<Named>& networks() {
  static const std::vector<Named> all{
      {"plain", {}},
      {"norm", {{"batch-norm", "true"}}},
      {"deep-norm", {{"batch-norm", "true"}, {"depth", "8"}}},
      {"wide", {{"channels", "16,32,64,64"}}},
      {"residual", {{"model", "resnet-small"}, {"channels", "6,12,24"}, {"image-size", "14"}}},
  };
  return all;
}

/// Each optimizer with each network.
void add_grid(List& list) {
  std::uint64_t seed = 10;
  for (const Named& optimizer : optimizers()) {
    for (const Named& network : networks()) {
      TrainConfig config = with_options(digits(network.name == std::string("residual") ? 2000 : 3000, ++seed),
                                        optimizer.options);
      config.epochs = 6;
      list.add(std::string(optimizer.name) + "-" + network.name, with_options(config, network.options));
    }
  }
}

/// One thing at a time is other than usual.
void add_variants(List& list) {
  const std::vector<Named> variants{
      {"schedule-cosine", {{"schedule", "cosine"}}},
      {"schedule-linear", {{"schedule", "linear"}}},
      {"schedule-multi-step", {{"schedule", "multi-step"}}},
      {"schedule-wsd", {{"schedule", "wsd"}}},
      {"schedule-flat-cos", {{"schedule", "flat-cos"}}},
      {"schedule-exponential", {{"schedule", "exponential"}}},
      {"schedule-cosine-warm-up", {{"schedule", "cosine"}, {"warm-up", "1"}}},
      {"constant-low-rate", {{"schedule", "constant"}, {"lr", "0.001"}, {"epochs", "10"}}},
      {"batch-16", {{"batch-size", "16"}, {"lr", "0.003"}, {"epochs", "4"}}},
      {"batch-32", {{"batch-size", "32"}}},
      {"batch-128-norm", {{"batch-size", "128"}, {"batch-norm", "true"}, {"lr", "0.02"}, {"epochs", "8"}}},
      {"batch-256-norm", {{"batch-size", "256"}, {"batch-norm", "true"}, {"lr", "0.03"}, {"epochs", "12"}}},
      {"leaky-relu", {{"activation", "leaky-relu"}}},
      {"silu", {{"activation", "silu"}}},
      {"gelu", {{"activation", "gelu"}}},
      {"tanh-xavier", {{"activation", "tanh"}, {"init", "xavier-normal"}}},
      {"general-relu", {{"activation", "general-relu"}, {"leak", "0.1"}, {"subtract", "0.4"}}},
      {"init-uniform", {{"init", "kaiming-uniform"}}},
      {"init-orthogonal", {{"init", "orthogonal"}}},
      {"init-lsuv", {{"init", "lsuv"}}},
      {"dropout", {{"dropout", "0.2"}, {"batch-norm", "true"}}},
      {"weight-decay", {{"optimizer", "adamw"}, {"weight-decay", "0.05"}, {"batch-norm", "true"}}},
      {"label-smoothing", {{"label-smoothing", "0.1"}, {"batch-norm", "true"}}},
      {"augmented", {{"augment", "digits"}, {"batch-norm", "true"}, {"epochs", "8"}}},
      {"mixup", {{"mixup", "0.2"}, {"batch-norm", "true"}, {"epochs", "8"}}},
      {"cutmix", {{"cutmix", "0.5"}, {"batch-norm", "true"}, {"epochs", "10"}}},
      {"ema", {{"ema", "0.95"}}},
      {"clipped", {{"clip-norm", "1"}}},
      {"accumulated", {{"accumulate", "2"}, {"batch-size", "32"}}},
      {"save-best", {{"save-best", "true"}}},
      {"early-stopping-patient", {{"early-stopping", "5"}, {"epochs", "10"}}},
      {"plateau", {{"reduce-on-plateau", "2"}, {"schedule", "constant"}, {"lr", "0.002"}, {"epochs", "10"}}},
      {"balanced", {{"balance", "sampler"}}},
      {"inverted", {{"data", "inverted:digits:3000"}}},
      {"small-pictures", {{"image-size", "20"}, {"batch-norm", "true"}}},
      {"deep-plain", {{"depth", "8"}, {"lr", "0.002"}, {"schedule", "one-cycle"}}},
      {"stem-of-three", {{"stem-convs", "3"}, {"batch-norm", "true"}}},
      {"one-epoch", {{"data", "digits:12000"}, {"epochs", "1"}, {"batch-norm", "true"}, {"lr", "0.02"}}},
  };
  std::uint64_t seed = 100;
  for (const Named& variant : variants) {
    TrainConfig config = with_options(digits(3000, ++seed), {{"lr", "0.005"}, {"epochs", "6"}});
    list.add(variant.name, with_options(config, variant.options));
  }
}

void add_recipe(List& list, const std::string& name, const Options& shorter) {
  const ConfigTable table = train_config_table();
  TrainConfig config = digits(3000, 200);
  apply(config, read_toml_file(std::filesystem::path(LEHR_RECIPES) / (name + ".toml"), table), table);
  list.add("recipe-" + name, with_options(config, shorter));
}

void add_recipes(List& list) {
  add_recipe(list, "mnist-fast", {{"data", "digits:8000"}});
  add_recipe(list, "mnist-99", {{"data", "digits:6000"}, {"channels", "12,24,48,96"}, {"batch-size", "128"}});
  // On digits the pictures may not be flipped.
  add_recipe(list, "cifar10",
             {{"data", "digits:4000"},
              {"channels", "8,16,32"},
              {"augment", "none"},
              {"batch-size", "128"},
              {"image-size", "16"},
              {"epochs", "5"}});
  add_recipe(list, "cifar10-best",
             {{"data", "digits:4000"},
              {"channels", "12,24,32"},
              {"augment", "digits"},
              {"batch-size", "128"},
              {"image-size", "16"},
              {"epochs", "5"}});
  add_recipe(list, "photos",
             {{"data", "digits:2000"},
              {"channels", "6,12,24"},
              {"augment", "digits"},
              {"image-size", "14"},
              {"epochs", "8"}});
}

void add_real(List& list, const RealData& real) {
  if (!real.mnist.empty()) {
    const TrainConfig config = with_options({}, {{"data", "mnist:" + real.mnist}, {"max-batches", "120"}});
    list.add("mnist-plain", with_options(config, {{"lr", "0.005"}}));
    list.add("mnist-norm", with_options(config, {{"batch-norm", "true"}, {"lr", "0.02"}}));
    list.add(
        "mnist-sgd",
        with_options(config,
                     {{"optimizer", "sgd"}, {"momentum", "0.9"}, {"schedule", "cosine"}, {"lr", "0.03"}}));
    list.add("mnist-residual",
             with_options(
                 config,
                 {{"model", "resnet-small"}, {"channels", "6,12,24"}, {"image-size", "14"}, {"lr", "0.01"}}));
  }
  if (!real.photos.empty()) {
    const TrainConfig config = with_options({}, {{"data", "folder:" + real.photos},
                                                 {"model", "resnet-small"},
                                                 {"image-size", "32"},
                                                 {"channels", "8,16,32"},
                                                 {"max-batches", "150"},
                                                 {"optimizer", "adamw"},
                                                 {"lr", "0.01"}});
    list.add("photos-residual", config);
    list.add("photos-more-epochs", with_options(config, {{"epochs", "10"}, {"max-batches", "80"}}));
  }
}

}  // namespace

std::vector<Healthy> all_healthy(const RealData& real) {
  List list;
  add_grid(list);
  add_variants(list);
  add_recipes(list);
  add_real(list, real);
  return std::move(list).take();
}

}  // namespace lehr::planted
