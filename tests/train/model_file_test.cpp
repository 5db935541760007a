#include "lehr/inference/evaluate.hpp"
#include "lehr/inference/predictor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>

#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/json.hpp"
#include "lehr/init/initialise.hpp"
#include "lehr/models/models.hpp"
#include "lehr/store/safetensors.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

using store::SafeTensors;

const Preprocessing preprocessing{
    .shape = {1, 8, 8}, .fit = Fit::pad, .normalisation = {.mean = {0.25F}, .std = {0.5F}}};
const std::vector<std::string> classes{"nought", "one", "tw\xc3\xb6"};

Graph small_cnn() {
  return models::simple_cnn({.in = {1, 8, 8}, .classes = 3, .channels = {4, 5}, .batch_norm = true});
}

class ModelFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lehr-model-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    file_ = folder_ / "model.safetensors";
    graph_ = small_cnn();
    parameters_ = std::make_unique<Parameters>(graph_, reference_backend());
    initialise(*parameters_, graph_, Initialisation::kaiming_normal, 5);
    Rng random(1, Purpose::test);
    for (const ParameterEntry& entry : parameters_->entries()) {
      if (!is_state(entry.role)) continue;
      Tensor state(entry.shape, DType::f32);
      for (float& element : state.elements<float>()) element = 0.5F + random.uniform();
      parameters_->set(entry.name, state);
    }
    save_model(file_, graph_, *parameters_, classes, preprocessing);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Model load() const { return load_model(file_, reference_backend()); }

  /// Changes the saved file's contents and expects load_model to refuse them with that message.
  template <class Change>
  void expect_refused(const std::string& says, Change&& change) {
    SafeTensors contents = store::read_safetensors(file_);
    change(contents);
    const auto changed = folder_ / "changed.safetensors";
    store::write_safetensors(changed, contents);
    try {
      load_model(changed, reference_backend());
      ADD_FAILURE() << "accepted, expected: " << says;
    } catch (const BadInput& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find(says), std::string::npos) << message;
      EXPECT_EQ(message.find(in_quotes(changed) + ": "), 0U) << message;
      EXPECT_LT(message.size(), 1000U);
    }
  }

  std::filesystem::path folder_;
  std::filesystem::path file_;
  Graph graph_;
  std::unique_ptr<Parameters> parameters_;
};

std::shared_ptr<MemoryDataset> random_images(std::int64_t count, const Shape& image,
                                             std::size_t class_count) {
  Rng random(9, Purpose::test);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count * image.numel()));
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random.below(256));
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(count));
  for (std::uint8_t& label : labels) label = static_cast<std::uint8_t>(random.below(class_count));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < class_count; ++i) names.push_back(std::to_string(i));
  return std::make_shared<MemoryDataset>(image, pixels, labels, names);
}

TEST_F(ModelFile, ComesBackAsItWasSaved) {
  const Model model = load();
  EXPECT_EQ(to_json(model.graph), to_json(graph_));
  EXPECT_EQ(model.class_names, classes);
  EXPECT_EQ(model.preprocessing, preprocessing);
  EXPECT_EQ(model.image_shape(), (Shape{1, 8, 8}));
  EXPECT_EQ(test::on_host(model.parameters->values()), test::on_host(parameters_->values()));
  EXPECT_EQ(test::on_host(model.parameters->states()), test::on_host(parameters_->states()));
}

// A model of lehr 12ae3a3, whose commands stretched pictures to the size of the input.
TEST(OldModelFile, GetsThePreprocessingThatItsVersionApplied) {
  const auto file =
      std::filesystem::path(LEHR_SOURCE_DIR) / "tests/cli/goldens/run_of_version_0/trained.safetensors";
  const std::string saved = store::read_safetensors(file).metadata.at("lehr.normalisation");
  const std::string rest =
      R"({"version":1,"channels":1,"height":28,"width":28,"fit":"stretch","any_shape":false,"scale":"unit",)";
  EXPECT_EQ(load_model(file).preprocessing, preprocessing_from_json(rest + saved.substr(1)));
}

TEST_F(ModelFile, RefusesAPreprocessingThatItCannotUse) {
  const auto with = [&](Preprocessing changed) {
    return [text = to_json(changed)](SafeTensors& c) { c.metadata["lehr.preprocessing"] = text; };
  };
  Preprocessing larger = preprocessing;
  larger.shape = {1, 9, 8};
  expect_refused("the model takes 1x8x8 images, the preprocessing makes 1x9x8", with(larger));
  expect_refused("lehr.preprocessing: the preprocessing is of version 3", [](SafeTensors& c) {
    std::string& text = c.metadata["lehr.preprocessing"];
    text.replace(text.find("\"version\":2"), 11, "\"version\":3");
  });
}

TEST_F(ModelFile, HoldsPyTorchsNamesAndOrder) {
  const SafeTensors contents = store::read_safetensors(file_);
  EXPECT_EQ(contents.metadata.at("format"), "pt");
  const Tensor& weight = contents.tensors.at("0.weight");
  EXPECT_EQ(weight.shape(), (Shape{4, 1, 5, 5}));
  EXPECT_EQ(weight.elements<float>()[26],
            test::on_host(parameters_->value(parameters_->entry("0.weight")))[4 + 1]);
  EXPECT_TRUE(contents.tensors.contains("1.running_mean"));
}

TEST_F(ModelFile, WeightsNeedNotBeFinite) {
  test::put_at(parameters_->values(), 0, std::nanf(""));
  save_model(file_, graph_, *parameters_, classes, preprocessing);
  EXPECT_TRUE(std::isnan(test::on_host(load().parameters->values()).front()));
}

TEST_F(ModelFile, IgnoresPyTorchsCountOfBatches) {
  SafeTensors contents = store::read_safetensors(file_);
  contents.tensors.emplace("1.num_batches_tracked", Tensor(Shape{}, DType::i64));
  store::write_safetensors(file_, contents);
  EXPECT_NO_THROW(load());
  expect_refused("found", [](SafeTensors& c) {
    c.tensors.emplace("0.num_batches_tracked", Tensor(Shape{}, DType::i64));
  });
}

TEST_F(ModelFile, RefusesOtherSafetensorsFiles) {
  expect_refused("not a lehr model", [](SafeTensors& c) { c.metadata.clear(); });
  for (const std::string key : {"lehr.graph", "lehr.classes", "lehr.preprocessing"}) {
    expect_refused("its metadata has no \"" + key + "\"", [&](SafeTensors& c) { c.metadata.erase(key); });
    expect_refused(key, [&](SafeTensors& c) { c.metadata[key] = "{"; });
    expect_refused(key, [&](SafeTensors& c) { c.metadata[key] = std::string(1000000, '['); });
    expect_refused(key, [&](SafeTensors& c) { c.metadata[key] = "3"; });
  }
}

TEST_F(ModelFile, RefusesWeightsThatDoNotFitTheGraph) {
  expect_refused("\"0.weight\": expected f32 of shape (4, 1, 5, 5), found no such tensor",
                 [](SafeTensors& c) { c.tensors.erase("0.weight"); });
  expect_refused("found f32 of shape (4, 1, 5, 4)", [](SafeTensors& c) {
    c.tensors["0.weight"] = Tensor({4, 1, 5, 4}, DType::f32);
  });
  expect_refused("found bf16 of shape (4, 1, 5, 5)", [](SafeTensors& c) {
    c.tensors["0.weight"] = Tensor({4, 1, 5, 5}, DType::bf16);
  });
  expect_refused("tensors, those of the graph, found",
                 [](SafeTensors& c) { c.tensors["more"] = Tensor({1}, DType::f32); });
}

TEST_F(ModelFile, RefusesClassesThatDoNotFitTheGraph) {
  const auto with = [&](const std::string& text) {
    return [text](SafeTensors& c) { c.metadata["lehr.classes"] = text; };
  };
  expect_refused("expected 3 class names", with(R"(["a","b"])"));
  expect_refused("a list of texts", with(R"(["a","b",3])"));
  expect_refused("a list of texts", with(R"({"a":"b"})"));
  expect_refused("control characters", with(R"(["a","b","\u001b[31m"])"));
}

TEST_F(ModelFile, RefusesANormalisationThatCannotBeUsed) {
  const auto with = [&](const std::string& text) {
    return [text](SafeTensors& c) {
      c.metadata.erase("lehr.preprocessing");
      c.metadata["lehr.normalisation"] = text;  // what earlier versions wrote
    };
  };
  expect_refused("stds above 0", with(R"({"mean":[0],"std":[0]})"));
  expect_refused("stds above 0", with(R"({"mean":[0],"std":[-1]})"));
  expect_refused("stds above 0", with(R"({"mean":[0],"std":[1e-60]})"));
  expect_refused("finite means", with(R"({"mean":[1e60],"std":[1]})"));
  expect_refused("expected 1 of each, found 2 means and 2 stds", with(R"({"mean":[0,0],"std":[1,1]})"));
  expect_refused("expected 1 of each, found 1 mean and 0 stds", with(R"({"mean":[0],"std":[]})"));
  expect_refused("list of numbers named std", with(R"({"mean":[0]})"));
  expect_refused("list of numbers named mean", with(R"({"mean":["0"],"std":[1]})"));
}

TEST_F(ModelFile, RefusesGraphsThatAreNoClassifier) {
  const auto with = [&](const Graph& graph) {
    return [text = to_json(graph)](SafeTensors& c) { c.metadata["lehr.graph"] = text; };
  };
  Graph two;
  const NodeId a = two.input("a", {DType::f32, {1, 1, 8, 8}});
  two.add(ops::Add(), {a, two.input("b", {DType::f32, {1, 1, 8, 8}})});
  expect_refused("one input, found 2", with(two));
  Graph flat;
  flat.add(ops::Linear({.out_features = 3}), {flat.input("a", {DType::f32, {1, 8}})});
  expect_refused("images of shape (1, C, H, W), found f32 of shape (1, 8)", with(flat));
  Graph bytes;
  bytes.input("a", {DType::u8, {1, 1, 8, 8}});
  expect_refused("found u8", with(bytes));
  Graph image;
  image.add(ops::Activation(), {image.input("a", {DType::f32, {1, 1, 8, 8}})});
  expect_refused("scores of shape (1, classes), found f32 of shape (1, 1, 8, 8)", with(image));
}

TEST_F(ModelFile, RefusesGraphsThatAskForMoreThanTheMachineHas) {
  Graph wide;
  const NodeId flat = wide.add(ops::Flatten(), {wide.input("a", {DType::f32, {1, 1, 8, 8}})});
  const NodeId hidden = wide.add(ops::Linear({.out_features = 1'000'000'000}), {flat});
  wide.add(ops::Linear({.out_features = 3}), {hidden});
  expect_refused("found no such tensor", [&](SafeTensors& c) { c.metadata["lehr.graph"] = to_json(wide); });
  Graph large;
  const NodeId input = large.input("a", {DType::f32, {1, 1, 1'000'000, 1'000'000}});
  large.add(ops::Flatten(), {large.add(ops::AdaptiveAvgPool2d({.output = {1, 3}}), {input})});
  expect_refused("more than this machine's memory", [&](SafeTensors& c) {
    c.metadata["lehr.graph"] = to_json(large);
    Preprocessing for_large = preprocessing;
    for_large.shape = {1, 1'000'000, 1'000'000};
    c.metadata["lehr.preprocessing"] = to_json(for_large);
    c.tensors.clear();
  });
}

TEST_F(ModelFile, RefusesToSaveWhatItCouldNotLoad) {
  const auto file = folder_ / "none";
  EXPECT_THROW(save_model(file, graph_, *parameters_, {"a", "b"}, preprocessing), BadInput);
  Preprocessing unusable = preprocessing;
  for (const Normalisation& normalisation : {Normalisation{{0}, {0}}, Normalisation{}}) {
    unusable.normalisation = normalisation;
    EXPECT_THROW(save_model(file, graph_, *parameters_, classes, unusable), BadInput);
  }
  EXPECT_THROW(save_model(folder_, graph_, *parameters_, classes, preprocessing), BadInput);
  EXPECT_FALSE(std::filesystem::exists(file));
  save_model(file, graph_, *parameters_, {"a", "b", "\xff"}, preprocessing);
  EXPECT_EQ(load_model(file, reference_backend()).class_names[2], "\xef\xbf\xbd");
}

// A damaged file is refused or leaves a usable model; nothing else happens.
TEST_F(ModelFile, FiveHundredMutations) {
  std::ifstream stream(file_, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(stream), {}};
  const auto mutant = folder_ / "mutant";
  int refused = 0;
  for (std::uint64_t trial = 0; trial < 500; ++trial) {
    Rng random(2, Purpose::test, trial);
    std::string bytes = whole;
    const std::size_t place = random.below(3000);
    if (random.below(2) == 0) {
      bytes[place] = static_cast<char>(random.below(256));
    } else {
      bytes[place] = "0123456789-[]{},:\"eE."[random.below(21)];
    }
    std::ofstream(mutant, std::ios::binary) << bytes;
    try {
      Model model = load_model(mutant, reference_backend());
      Predictor(model).probabilities(
          std::vector<std::uint8_t>(static_cast<std::size_t>(model.image_shape().numel())));
    } catch (const BadInput&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 250);
  EXPECT_LT(refused, 500);
}

TEST_F(ModelFile, ProbabilitiesSumToOneAndDoNotDependOnTheBatch) {
  Model model = load();
  const auto data = random_images(11, {1, 8, 8}, 3);
  std::vector<std::int64_t> samples(11);
  std::iota(samples.rbegin(), samples.rend(), 0);
  const std::vector<float> all = Predictor(model, 64).probabilities(*data, samples);
  ASSERT_EQ(all.size(), 33U);
  for (std::size_t row = 0; row < 33; row += 3) EXPECT_NEAR(all[row] + all[row + 1] + all[row + 2], 1, 1e-6);
  Predictor by_four(model, 4);
  const std::vector<float> in_parts = by_four.probabilities(*data, samples);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NEAR(in_parts[i], all[i], 1e-6);
  Image picture;
  data->read(samples[7], picture);
  const std::vector<float> one = by_four.probabilities(picture.pixels);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(one[c], all[21 + c], 1e-6);
  EXPECT_TRUE(by_four.probabilities(std::span<const std::uint8_t>{}).empty());
}

TEST_F(ModelFile, EvaluationAgreesWithThePredictionsWhateverTheBatch) {
  Model model = load();
  const auto data = random_images(11, {1, 8, 8}, 3);
  model.class_names.assign(data->class_names().begin(), data->class_names().end());
  std::vector<std::int64_t> samples(11);
  std::iota(samples.begin(), samples.end(), 0);
  const std::vector<float> all = Predictor(model).probabilities(*data, samples);
  double loss = 0;
  int right = 0;
  for (std::size_t i = 0; i < 11; ++i) {
    const auto label = static_cast<std::size_t>(data->label(static_cast<std::int64_t>(i)));
    const auto row = std::span(all).subspan(3 * i, 3);
    loss -= std::log(static_cast<double>(row[label])) / 11;
    right += *std::ranges::max_element(row) == row[label] ? 1 : 0;
  }
  for (const std::int64_t batch : {1, 4, 11, 512}) {
    const Evaluation found = evaluate(model, *data, batch);
    EXPECT_EQ(found.samples, 11);
    EXPECT_NEAR(found.loss, loss, 1e-5);
    EXPECT_NEAR(found.accuracy, right / 11.0, 1e-12);
  }
}

TEST_F(ModelFile, DataOfAnotherKindIsRefused) {
  Model model = load();
  const auto expect_says = [](const auto& call, const std::string& says) {
    try {
      call();
      ADD_FAILURE() << "accepted, expected: " << says;
    } catch (const BadInput& error) {
      EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
    }
  };
  const auto color = random_images(2, {3, 32, 32}, 10);
  const std::vector<std::int64_t> first{0};
  expect_says([&] { evaluate(model, *color); },
              "the model takes 1x8x8 images of 3 classes, the data has 3x32x32 of 10");
  expect_says([&] { Predictor(model).probabilities(*color, first); },
              "the model takes 1x8x8 images, the data has 3x32x32");
  const auto more_classes = random_images(2, {1, 8, 8}, 4);
  expect_says([&] { evaluate(model, *more_classes); }, "the data has 1x8x8 of 4");
  EXPECT_NO_THROW(Predictor(model).probabilities(*more_classes, first));
  expect_says([&] { Predictor(model).probabilities(*more_classes, std::vector<std::int64_t>{2}); },
              "there is no sample 2: the data has 2");
  expect_says([&] { Predictor(model).probabilities(std::vector<std::uint8_t>(65)); }, "whole images of 64");
  expect_says([&] { Predictor(model, 0); }, "batch size");
  expect_says([&] { evaluate(model, *more_classes, 0); }, "");
  Model reversed = load();
  reversed.class_names = {"2", "1", "0"};
  expect_says([&] { evaluate(reversed, *random_images(2, {1, 8, 8}, 3)); }, "in another order");
  expect_says(
      [&] {
        evaluate(model, *random_images(2, {1, 8, 8}, 3));
      },
      "the model alone has \"nought\", \"one\", \"twö\", the data alone have \"0\", \"1\", \"2\"");
}

}  // namespace
}  // namespace lehr
