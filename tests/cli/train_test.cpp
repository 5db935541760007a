#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

std::vector<std::string> small_training(std::vector<std::string> more) {
  std::vector<std::string> arguments{"train", "--data", "digits:1000", "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Train, ReportsEpochsAndSavesAModelThatCommandsReload) {
  const TemporaryFolder folder;
  const Outcome training =
      run(folder.path(), small_training({"--epochs", "2", "--batch-norm", "--seed", "3", "--json"}));
  ASSERT_EQ(training.status, 0) << training.err;
  const std::vector<nlohmann::json> events = training.events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events.front()["event"], "start");
  EXPECT_EQ(events[1]["epoch"], 1);
  EXPECT_EQ(events[2]["epoch"], 2);
  const nlohmann::json& done = events.back();
  EXPECT_EQ(done["event"], "done");
  for (const std::string key : {"epochs", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy",
                                "train_seconds", "images_per_second", "peak_memory_bytes"}) {
    EXPECT_TRUE(done[key].is_number()) << key;
  }
  const std::string id = done["run"];
  std::string pattern = id;
  std::replace_if(
      pattern.begin(), pattern.end(), [](unsigned char c) { return std::isxdigit(c) != 0; }, '0');
  EXPECT_EQ(pattern, "00000000-000000-0000") << id;
  EXPECT_EQ(done["path"], "runs/" + id);
  EXPECT_EQ(folder.contents(),
            (std::vector<std::string>{"runs", "runs/" + id, "runs/" + id + "/checkpoints",
                                      "runs/" + id + "/checkpoints/step-000000000016-epoch.safetensors",
                                      "runs/" + id + "/checkpoints/step-000000000032-epoch.safetensors",
                                      "runs/" + id + "/config.toml", "runs/" + id + "/model.safetensors",
                                      "runs/" + id + "/report.html", "runs/lehr.db"}));

  const Outcome evaluation =
      run(folder.path(), {"evaluate", done["model"], "--data", "digits:1000", "--json"});
  ASSERT_EQ(evaluation.status, 0) << evaluation.err;
  EXPECT_EQ(evaluation.event("evaluation")["accuracy"], done["valid_accuracy"]);
  EXPECT_NEAR(evaluation.event("evaluation")["loss"].get<double>(), done["valid_loss"].get<double>(), 1e-5);

  const Outcome measured = run(folder.path(), {"evaluate", done["model"], "--data", "digits:1000", "--json",
                                               "--metrics", "error_rate,f1_micro"});
  const nlohmann::json with_metrics = measured.event("evaluation");
  EXPECT_EQ(with_metrics["f1_micro"], with_metrics["accuracy"]);
  EXPECT_NEAR(with_metrics["error_rate"].get<double>(), 1 - done["valid_accuracy"].get<double>(), 1e-12);

  const Outcome prediction = run(folder.path(), {"predict", done["path"], "--data", "digits:1000", "--sample",
                                                 "0,5", "--top", "10", "--json"});
  ASSERT_EQ(prediction.status, 0) << prediction.err;
  const std::vector<nlohmann::json> pictures = prediction.events();
  ASSERT_EQ(pictures.size(), 2U);
  double sum = 0;
  for (const nlohmann::json& guess : pictures.front()["classes"]) sum += guess["probability"].get<double>();
  EXPECT_NEAR(sum, 1, 1e-5);
}

TEST(Evaluate, ShowsEachClassTheConfusedPairsAndTheWorstImages) {
  const TemporaryFolder folder;
  const std::string id = trained_run(folder.path(), {});
  const Outcome text = run(folder.path(), {"evaluate", id, "--data", "digits:1000"});
  ASSERT_EQ(text.status, 0) << text.err;
  for (const char* part : {"\nbalanced accuracy ", "\nclass  images  accuracy", "\ntrue  predicted  images",
                           "\nimages with the highest loss\n"}) {
    EXPECT_NE(text.out.find(part), std::string::npos) << part << "\n" << text.out;
  }
  const nlohmann::json found =
      run(folder.path(), {"evaluate", id, "--data", "digits:1000", "--json"}).event("evaluation");
  ASSERT_EQ(found["classes"].size(), 10U);
  double sum = 0;
  double wrong = 0;
  for (const nlohmann::json& one : found["classes"]) {
    EXPECT_EQ(one["samples"], 20);
    sum += one["accuracy"].get<double>();
  }
  EXPECT_NEAR(found["balanced_accuracy"].get<double>(), sum / 10, 1e-12);
  for (const nlohmann::json& pair : found["confused"]) wrong += pair["samples"].get<double>();
  EXPECT_NEAR(found["accuracy"].get<double>(), 1 - wrong / 200, 1e-12);
  ASSERT_EQ(found["worst"].size(), 24U);
  EXPECT_GE(found["worst"][0]["loss"], found["worst"][1]["loss"]);
  EXPECT_TRUE(found["worst"][0]["sample"].is_number());
}

TEST(Train, PrintsTheModelsPathForPrograms) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), small_training({"--epochs", "1", "--out", "a/b"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  ASSERT_TRUE(outcome.out.ends_with("/model.safetensors\n")) << outcome.out;
  EXPECT_TRUE(std::filesystem::exists(folder.path() / outcome.out.substr(0, outcome.out.size() - 1)));
  EXPECT_NE(outcome.err.find("valid loss"), std::string::npos);
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos) << "no cursor movement outside a terminal";
}

TEST(Train, WritesNothingWhenAskedNotTo) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), small_training({"--epochs", "1", "--no-save", "--no-validate",
                                                             "--quiet", "--max-batches", "3", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(folder.contents().empty());
  const nlohmann::json done = outcome.event("done");
  EXPECT_TRUE(done["path"].is_null());
  EXPECT_TRUE(done["valid_loss"].is_null());
}

TEST(Train, GivesTheSameWeightsForTheSameSeed) {
  const TemporaryFolder folder;
  std::string first;
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = run(folder.path(), small_training({"--epochs", "1", "--seed", "9"}));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const std::string bytes = read_file(folder.path() / outcome.out.substr(0, outcome.out.size() - 1));
    if (i == 0) first = bytes;
    EXPECT_FALSE(bytes.empty());
    EXPECT_EQ(bytes, first);
  }
}

/// The part of a safetensors file after its header.
std::string tensors_of(const std::string& bytes) {
  std::size_t header = 0;
  for (std::size_t i = 8; i-- > 0;) header = header << 8 | static_cast<unsigned char>(bytes.at(i));
  return bytes.substr(8 + header);
}

/// The files of a training that does not learn: the initial weights, and the checkpoint's
/// description of the data.
struct Start {
  std::string weights;
  std::string data;
};

Start start_of(const std::vector<std::string>& seeds) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments{"--epochs", "1", "--optimizer", "sgd",
                                     "--lr",     "0", "--schedule",  "constant"};
  arguments.insert(arguments.end(), seeds.begin(), seeds.end());
  const Outcome outcome = run(folder.path(), small_training(arguments));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const auto model = folder.path() / outcome.out.substr(0, outcome.out.size() - 1);
  const auto checkpoint = std::filesystem::directory_iterator(model.parent_path() / "checkpoints")->path();
  const std::string bytes = read_file(checkpoint);
  return {tensors_of(read_file(model)), bytes.substr(bytes.find("training set"), 200)};
}

TEST(Train, HasOneSeedForTheTrainingAndOneForGeneratedData) {
  const Start start = start_of({"--seed", "1", "--data-seed", "5"});
  const Start other_seed = start_of({"--seed", "2", "--data-seed", "5"});
  EXPECT_EQ(other_seed.data, start.data);
  EXPECT_NE(other_seed.weights, start.weights);
  const Start other_data = start_of({"--seed", "1", "--data-seed", "6"});
  EXPECT_NE(other_data.data, start.data);
  EXPECT_EQ(other_data.weights, start.weights);
  const Start equal = start_of({"--seed", "1", "--data-seed", "5"});
  EXPECT_EQ(equal.data, start.data);
  EXPECT_EQ(equal.weights, start.weights);
  EXPECT_EQ(start_of({"--seed", "1"}).data, start_of({"--seed", "7"}).data);
}

TEST(Train, ExitsWith3AndLeavesNoModelWhereItDiverges) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(folder.path(),
          small_training({"--optimizer", "sgd", "--schedule", "constant", "--lr", "1e30", "--json"}));
  EXPECT_EQ(outcome.status, 3) << outcome.err;
  EXPECT_EQ(outcome.event("error")["status"], 3);
  for (const std::string& name : folder.contents()) {
    EXPECT_EQ(name.find("model.safetensors"), std::string::npos) << name;
  }
}

TEST(Train, LeavesTheStepThatDivergedForReplay) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(folder.path(), small_training({"--optimizer", "sgd", "--schedule", "constant", "--lr", "1e30"}));
  const std::string hint = "lehr replay ";
  const std::size_t at = outcome.err.find(hint);
  ASSERT_NE(at, std::string::npos) << outcome.err;
  const std::size_t start = at + hint.size();
  const std::string dump = outcome.err.substr(start, outcome.err.find_first_of(" \n", start) - start);
  const Outcome text = run(folder.path(), {"replay", dump});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_NE(text.out.find("first not finite: the output of layer"), std::string::npos) << text.out;
  // The loss has no finite value, so it has no minimum, mean or maximum.
  EXPECT_NE(text.out.find("-           -           -          all nan\n\nfirst"), std::string::npos)
      << text.out;
  const auto tensors = run(folder.path(), {"replay", dump, "--json"}).events();
  const auto loss = std::ranges::find_if(
      tensors, [](const nlohmann::json& one) { return one.value("name", "") == "loss"; });
  ASSERT_NE(loss, tensors.end());
  EXPECT_TRUE((*loss)["mean"].is_null() && (*loss)["min"].is_null() && (*loss)["max"].is_null()) << *loss;
  EXPECT_EQ((*loss)["nan"], 1);
  const nlohmann::json done = run(folder.path(), {"replay", dump, "--json"}).event("done");
  EXPECT_NE(outcome.err.find(done["first"].get<std::string>()), std::string::npos);
  EXPECT_EQ(done["epoch"], 1);
  EXPECT_EQ(done["samples"].size(), 64U);
  EXPECT_EQ(run(folder.path(), {"replay", "none"}).status, 2);
}

TEST(Train, WarnsWhileItTrainsOfWhatGoesWrong) {
  const TemporaryFolder folder;
  const auto warnings = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--epochs", "3", "--lr", "0", "--no-save", "--json"});
    const Outcome training = run(folder.path(), small_training(more));
    EXPECT_EQ(training.status, 0) << training.err;
    std::vector<int> epochs;  // before each warning
    int epoch = 0;
    for (const nlohmann::json& event : training.events()) {
      if (event["event"] == "epoch") epoch = event["epoch"];
      if (event["event"] == "warning") epochs.push_back(epoch);
    }
    return epochs;
  };
  const std::vector<int> before = warnings({});
  ASSERT_FALSE(before.empty());
  EXPECT_LT(before.front(), 3);
  EXPECT_EQ(warnings({"--no-diagnose"}), std::vector<int>{});
}

TEST(Data, WritesDigitsThatTrainReads) {
  const TemporaryFolder folder;
  const Outcome made =
      run(folder.path(), {"data", "make", "digits", "--out", "d", "--count", "100", "--seed", "4"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(run(folder.path(), {"train", "--data", "mnist:d", "--epochs", "1", "--no-save"}).status, 0);
  const Outcome again = run(folder.path(), {"data", "make", "digits", "--out", "d", "--count", "100"});
  EXPECT_EQ(again.status, 2) << "a folder that is not empty is left alone";
}

TEST(PredictSample, DrawsPictures) {
  const TemporaryFolder folder;
  const Outcome training = run(folder.path(), small_training({"--epochs", "1"}));
  ASSERT_EQ(training.status, 0) << training.err;
  const std::string model = training.out.substr(0, training.out.size() - 1);
  const Outcome drawn =
      run(folder.path(), {"predict", model, "--data", "digits:100", "--sample", "0", "--draw"});
  ASSERT_EQ(drawn.status, 0) << drawn.err;
  EXPECT_GE(std::count(drawn.out.begin(), drawn.out.end(), '\n'), 14);
  EXPECT_NE(drawn.out.find("true "), std::string::npos);
  EXPECT_EQ(drawn.out.find('\x1b'), std::string::npos);

  ASSERT_EQ(
      run(folder.path(), {"data", "make", "digits", "--out", "d", "--count", "20", "--format", "png"}).status,
      0);
  std::string png;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "d")) {
    if (entry.path().extension() == ".png") png = entry.path().string();
  }
  const Outcome file = run(folder.path(), {"predict", model, png, "--top", "1"});
  EXPECT_EQ(file.status, 0) << file.err;
  EXPECT_TRUE(file.out.starts_with(png + ": ")) << file.out;
}

}  // namespace
}  // namespace lehr::test
