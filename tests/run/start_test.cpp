// Trainings that start from saved weights, and data with wrong labels.
#include <gtest/gtest.h>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/model_io/model_file.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/run/train.hpp"
#include "run/support.hpp"
#include "support/weights.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

TrainConfig norm_training(const fs::path& out) {
  TrainConfig config;
  config.data = "digits:64";
  config.channels = {2, 2, 2, 2};
  config.batch_norm = true;
  config.batch_size = 16;
  config.epochs = 1;
  config.threads = 1;
  config.out = out;
  return config;
}

TEST(Weights, AreWhereATrainingStarts) {
  const Folder folder;
  TrainConfig config = norm_training(folder.path());
  const fs::path saved = train(config).place.model;
  const Model model = load_model(saved);
  config.data = "inverted:digits:64";
  config.weights = saved;
  const auto learner = make_learner(config);
  EXPECT_EQ(on_host(learner->parameters().values()), on_host(model.parameters->values()));
  EXPECT_EQ(on_host(learner->parameters().states()), on_host(model.parameters->states()))
      << "running statistics of batch norms";
  EXPECT_EQ(learner->preprocessing().normalisation, model.preprocessing.normalisation)
      << "the weights fit the scale of the pictures that they were trained with";
  config.weights = saved.parent_path();
  EXPECT_EQ(weights_of(*make_learner(config)), weights_of(*learner)) << "the folder of a run does as well";
}

TEST(Weights, AreNotReadAgainByAResume) {
  const Folder folder;
  TrainConfig config = norm_training(folder.path());
  const fs::path first = train(config).place.folder;
  config.weights = first / "model.safetensors";
  config.epochs = 3;
  config.data_seed = 1;
  const std::string whole = read_file(train(config).place.model);

  std::stop_source stop;
  TrainHooks hooks;
  hooks.stop = stop.get_token();
  hooks.before_fit = [&](const TrainStart& start) {
    start.learner.on(Event::after_step, [&](Learner& learner) {
      if (learner.progress().train_batches == 6) stop.request_stop();
    });
  };
  TrainConfig resumed;
  const TrainResult stopped = train(config, hooks);
  EXPECT_EQ(stopped.config.weights, fs::absolute(config.weights)) << "recorded";
  resumed.resume = stopped.place.folder;
  fs::remove_all(first);
  EXPECT_TRUE(read_file(train(resumed).place.model) == whole);
}

TEST(Weights, MustFitTheNetworkAndTheData) {
  const Folder folder;
  TrainConfig config = norm_training(folder.path());
  config.weights = train(config).place.model;
  const std::string of_file = "--weights \"" + config.weights.string() + "\": ";
  config.channels = {2, 4, 2, 2};
  EXPECT_EQ(refusal([&] { make_learner(config); }),
            of_file +
                "expected \"3.weight\" of shape (4, 2, 3, 3) as parameter 6 of the network, found "
                "\"3.weight\" of shape (2, 2, 3, 3)");
  config.channels = {2, 2, 2, 2};
  config.batch_norm = false;
  EXPECT_EQ(refusal([&] { make_learner(config); }),
            of_file +
                "expected \"0.bias\" of shape (2) as parameter 2 of the network, found \"1.weight\" of "
                "shape (2)");
  config.batch_norm = true;
  config.depth = 6;
  EXPECT_NE(refusal([&] { make_learner(config); }).find(", found "), std::string::npos);
  config.depth.reset();
  SetupOptions two_classes;
  two_classes.data = data::digits({.train = 20, .valid = 10});
  const auto set =
      std::make_shared<MemoryDataset>(Shape{1, 28, 28}, std::vector<std::uint8_t>(2 * 784),
                                      std::vector<std::uint8_t>{0, 1}, std::vector<std::string>{"a", "b"});
  two_classes.data->train = set;
  two_classes.data->valid = set;
  EXPECT_EQ(refusal([&] { make_learner(config, two_classes); }),
            of_file + "expected a model of 2 classes, as the data has, found 10");
  config.weights = folder.path() / "none.safetensors";
  EXPECT_NE(refusal([&] { make_learner(config); }).find("none.safetensors"), std::string::npos);
}

TEST(Weights, ContradictWhatInitialisesThem) {
  const ConfigTable table = train_config_table();
  const auto said = [&](const char* key, const char* value) {
    TrainConfig config;
    table.give(config, "weights", "model.safetensors");
    table.give(config, key, value);
    return refusal([&] { table.check_rules(config); });
  };
  EXPECT_EQ(said("init", "lsuv"), "--weights contradicts --init");
  EXPECT_EQ(said("init", "kaiming-normal"), "--weights contradicts --init") << "given, if only the default";
  EXPECT_EQ(said("init-gain", "2"), "--weights contradicts --init-gain");
  EXPECT_EQ(said("seed", "2"), "nothing was refused");
}

TEST(LabelNoise, IsInTheTrainingSetAlone) {
  TrainConfig config = norm_training({});
  config.data_seed = 4;
  const auto clean = make_learner(config);
  config.label_noise = 0.25;
  const auto noisy = make_learner(config);
  config.seed = 9;
  const auto of_other_seed = make_learner(config);
  int wrong = 0;
  for (std::int64_t i = 0; i < 64; ++i) {
    wrong += noisy->data().train->label(i) == clean->data().train->label(i) ? 0 : 1;
    EXPECT_EQ(of_other_seed->data().train->label(i), noisy->data().train->label(i)) << i;
  }
  EXPECT_EQ(wrong, 16);
  for (std::int64_t i = 0; i < noisy->data().valid->size(); ++i) {
    EXPECT_EQ(noisy->data().valid->label(i), clean->data().valid->label(i)) << i;
  }
}

}  // namespace
}  // namespace lehr::test
