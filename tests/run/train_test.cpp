// lehr::train(): the function behind `lehr train`, for programs.
#include "lehr/run/train.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/model_io/model_file.hpp"
#include "lehr/models/models.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/store/safetensors.hpp"
#include "run/support.hpp"
#include "support/message_of.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

TrainConfig small_training(const fs::path& out) {
  TrainConfig config;
  config.data = "digits:64";
  config.channels = {2, 2, 2, 2};
  config.batch_size = 16;
  config.epochs = 2;
  config.threads = 1;
  config.out = out;
  return config;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

TEST(Train, LeavesARunWithItsModelReportAndRecords) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.name = "mine";
  config.csv = folder.path() / "log.csv";
  const TrainResult result = train(config);
  EXPECT_TRUE(result.begun && result.trained);
  EXPECT_FALSE(result.interrupted);
  EXPECT_EQ(result.epochs, 2);
  EXPECT_EQ(result.valid_epoch, 2);
  EXPECT_EQ(result.learner->history().size(), 2U);
  EXPECT_EQ(names_in(result.place.folder),
            (std::vector<std::string>{"checkpoints", "config.toml", "model.safetensors", "report.html"}));
  EXPECT_EQ(load_model(result.place.model).graph.parameter_count(),
            result.learner->model().parameter_count());
  const store::RunInfo info = store::RunStore(config.out / "lehr.db").run(result.place.id);
  EXPECT_EQ(info.name, "mine");
  EXPECT_EQ(info.config, read_file(result.place.folder / "config.toml"));
  EXPECT_NE(info.config.find("\nepochs = 2\n"), std::string::npos) << info.config;
  EXPECT_TRUE(fs::exists(config.csv));
}

TEST(Train, RecordsWhatItIsToMeasure) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.measure = {"weight_norm", "gradient_norm"};
  const TrainResult result = train(config);
  const std::vector<store::EpochRow> epochs = store::RunStore(config.out / "lehr.db").epochs(result.place.id);
  ASSERT_EQ(epochs.size(), 2U);
  for (const store::EpochRow& epoch : epochs) {
    for (const char* name : {"weight_norm", "gradient_norm", "gradient_norm_max"}) {
      EXPECT_TRUE(epoch.metrics.contains(name)) << name;
    }
  }
  config.measure = {"weight-norm"};
  EXPECT_NE(refusal([&] { (void)train(config); }).find("did you mean \"weight_norm\"?"), std::string::npos);
  config.measure = {"weight_norm", "weight_norm"};
  EXPECT_EQ(refusal([&] { (void)train(config); }), "--measure names \"weight_norm\" twice");
}

TEST(Train, PrintsNothing) {
  const Folder folder;
  TrainConfig config = small_training(folder.path());
  config.stats = true;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  train(config);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Train, WritesNothingWithoutSave) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.save = false;
  const TrainResult result = train(config);
  EXPECT_TRUE(result.place.folder.empty());
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Train, LeavesNothingIfItCannotBegin) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.class_weights = {1, 2};
  EXPECT_THROW(train(config), BadInput);
  TrainHooks hooks;
  hooks.before_fit = [](const TrainStart& start) {
    EXPECT_TRUE(fs::exists(start.place.folder));
    throw BadInput("not today");
  };
  EXPECT_EQ(refusal([&] { train(small_training(folder.path() / "runs"), hooks); }), "not today");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Train, RefusesWhatAProgramAssigned) {
  TrainConfig config;
  config.epochs = 0;
  EXPECT_EQ(refusal([&] { train(config); }),
            "--epochs takes a whole number between 1 and 1000000, found \"0\"");
  config = {};
  config.optimizer = "adm";
  EXPECT_NE(refusal([&] { train(config); }).find("did you mean \"adam\"?"), std::string::npos);
  config = {};
  config.plateau_factor = 0.5;
  EXPECT_EQ(refusal([&] { train(config); }), "--plateau-factor needs --reduce-on-plateau");
}

TEST(Train, StopsByTheTokenAndGoesOnToTheSameWeights) {
  const Folder folder;
  const TrainConfig config = small_training(folder.path() / "runs");
  const std::string whole = read_file(train(config).place.model);

  std::stop_source stop;
  TrainHooks hooks;
  hooks.stop = stop.get_token();
  hooks.before_fit = [&](const TrainStart& start) {
    start.learner.on(Event::after_step, [&](Learner& learner) {
      if (learner.progress().train_batches == 6) stop.request_stop();
    });
  };
  TrainResult stopped = train(config, hooks);
  EXPECT_TRUE(stopped.interrupted);
  EXPECT_EQ(stopped.ending.reason, EndReason::interrupted);
  const fs::path run = stopped.place.folder;
  stopped.learner.reset();

  TrainConfig resumed = config;
  resumed.resume = run;
  const TrainResult end = train(resumed);
  EXPECT_EQ(end.place.folder, run);
  EXPECT_EQ(end.epochs, 2);
  EXPECT_TRUE(read_file(end.place.model) == whole);
}

TEST(Train, GoesOnWithTheRunsOptionsIfNoneAreGiven) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.batch_norm = true;
  TrainConfig resumed;
  resumed.resume = train(config).place.folder;
  const TrainResult end = train(resumed);
  EXPECT_EQ(end.epochs, config.epochs);
  EXPECT_TRUE(end.config.batch_norm);
  EXPECT_EQ(end.config.data, config.data);
}

TEST(Train, RefusesToGoOnWithOtherOptions) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.resume = train(config).place.folder;
  config.batch_size = 32;
  config.epochs = 3;
  EXPECT_EQ(
      refusal([&] { train(config); }),
      "a run goes on with the options that it began with, and these differ: batch-size: then \"16\", now "
      "\"32\"; epochs: then \"2\", now \"3\"");
}

TEST(Train, SaysThatNothingWasLeftToTrain) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.resume = train(config).place.folder;
  const TrainResult again = train(config);
  EXPECT_FALSE(again.trained);
  EXPECT_EQ(again.epochs, 2);
}

TEST(Train, FindsARateAndRecordsIt) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.data = "digits:2000";
  config.channels.clear();
  config.batch_norm = true;
  config.batch_size = 64;
  config.epochs = 1;
  config.find_lr = true;
  const TrainResult result = train(config);
  EXPECT_FALSE(result.config.find_lr);
  const TrainConfig kept = config_of_run(result.place.folder, train_config_table());
  EXPECT_EQ(kept.lr, result.config.lr);
  EXPECT_FALSE(kept.find_lr);
  std::stop_source stop;
  stop.request_stop();
  const TrainResult stopped = train(config, {.stop = stop.get_token()});
  EXPECT_FALSE(stopped.begun);
  EXPECT_TRUE(stopped.interrupted);
  EXPECT_TRUE(stopped.place.folder.empty());
}

TEST(Train, TakesDataAndANetworkOfTheProgram) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.save = false;
  config.data = "mine";
  TrainHooks hooks;
  hooks.data = data::digits({.train = 40, .valid = 20});
  hooks.model = [](const Shape& image, std::int64_t classes) {
    return models::simple_cnn({.in = image, .classes = classes, .channels = {3, 3, 3, 3}});
  };
  const TrainResult result = train(config, hooks);
  EXPECT_EQ(result.learner->data().train->size(), 40);
  EXPECT_EQ(result.valid->samples, 20);
}

TEST(Train, TakesOptionsOfTheProgramForTheLearner) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.save = false;
  const Normalisation raw{.mean = {0}, .std = {1}};
  TrainHooks hooks;
  hooks.on_options = [&](LearnerOptions& options) {
    EXPECT_EQ(options.batch_size, config.batch_size);
    options.sampler = {.name = "sequential"};
    options.preprocessing.normalisation = raw;
  };
  const TrainResult result = train(config, hooks);
  EXPECT_EQ(result.learner->options().sampler.name, "sequential");
  EXPECT_EQ(result.learner->preprocessing().normalisation, raw);
}

TEST(Train, ResumesDataAndANetworkOfTheProgramOnlyWithThem) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.data = "mine";
  TrainHooks hooks;
  hooks.data = data::digits({.train = 40, .valid = 20});
  hooks.model = [](const Shape& image, std::int64_t classes) {
    return models::simple_cnn({.in = image, .classes = classes, .channels = {3, 3, 3, 3}});
  };
  const TrainResult first = train(config, hooks);
  EXPECT_EQ(first.config.data, "(given by the program) mine");
  EXPECT_EQ(first.config.model, "(given by the program)");
  TrainConfig again;
  again.resume = first.place.folder;
  EXPECT_EQ(
      refusal([&] { (void)train(again); }),
      "the data of this run was given by the program that trained it (TrainHooks::data); resume the run "
      "with that program");
  TrainHooks without_model = hooks;
  without_model.model = nullptr;
  EXPECT_NE(refusal([&] { (void)train(again, without_model); }).find("TrainHooks::model"), std::string::npos);
  EXPECT_FALSE(train(again, hooks).trained) << "the run is complete";
}

TEST(Train, HandsWarningsToTheProgram) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.metrics = {"auroc"};
  config.monitor = "valid_auroc";
  config.early_stopping = 5;
  config.data = "digits:10";
  config.save = false;
  std::vector<std::string> heard;
  TrainHooks hooks;
  hooks.on_warning = [&](const std::string& sentence) { heard.push_back(sentence); };
  const TrainResult result = train(config, hooks);
  EXPECT_FALSE(heard.empty());
  EXPECT_EQ(result.warnings, heard);
}

TEST(Train, RecordsOwnFieldsOfAnApplication) {
  const Folder folder;
  ConfigTable table = train_config_table();
  table.add(own_field("gamma", FieldType::real, "focus", 2.0));
  TrainConfig config = small_training(folder.path() / "runs");
  table.give(config, "gamma", "0.5");
  TrainHooks hooks;
  hooks.table = &table;
  config.resume = train(config, hooks).place.folder;
  EXPECT_NE(read_file(config.resume / "config.toml").find("\ngamma = 0.5\n"), std::string::npos);
  table.give(config, "gamma", "1");
  EXPECT_NE(refusal([&] { train(config, hooks); }).find("gamma: then \"0.5\", now \"1\""), std::string::npos);
}

TEST(VerifyRun, RepeatsTheLastPart) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  EXPECT_EQ(refusal([&] { verify_run(config); }), "--verify needs --resume");
  config.resume = train(config).place.folder;
  EXPECT_NE(verify_run(config).find("every bit the same when repeated"), std::string::npos);
}

TEST(VerifyRun, NamesATensorThatDiffers) {
  const Folder folder;
  TrainConfig config = small_training(folder.path() / "runs");
  config.resume = train(config).place.folder;
  const fs::path last = checkpoints_in(config.resume / "checkpoints").front();
  store::SafeTensors saved = store::read_safetensors(last);
  int changed = 0;
  for (auto& [name, tensor] : saved.tensors) {
    if (tensor.dtype() != DType::f32 || tensor.bytes() == 0) continue;
    float& first = tensor.elements<float>()[0];
    const float before = std::exchange(first, first + 1);
    store::write_safetensors(last, saved);
    first = before;
    const std::string said = message_of<Error>([&] { verify_run(config); });
    EXPECT_NE(said.find("the tensor \"" + name + "\" differs"), std::string::npos) << said;
    ++changed;
  }
  EXPECT_GT(changed, 10);
}

TEST(Train, MultipliesTheInitialWeights) {
  const Folder folder;
  TrainConfig config;
  config.data = "digits:64";
  config.init_gain = 0;  // the network says the same for every image
  config.lr = 0;
  config.epochs = 1;
  config.schedule = "constant";
  config.out = folder.path();
  EXPECT_FLOAT_EQ(static_cast<float>(train(config).valid->loss), std::log(10.0F));
}

}  // namespace
}  // namespace lehr::test
