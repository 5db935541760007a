// Null, empty and moved-from arguments of the public interface: each is refused with one sentence.
#include <gtest/gtest.h>

#include <array>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/early_stopping.hpp"
#include "lehr/callbacks/progress_bar.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/inference/activations.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/inference/predictor.hpp"
#include "lehr/metrics/metrics.hpp"
#include "lehr/models/models.hpp"
#include "lehr/report/spark.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/store/run_writer.hpp"
#include "lehr/store/safetensors.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/training_memory.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

DataSplits some_digits() { return data::digits({.train = 40, .valid = 20, .seed = 3}); }
Graph some_cnn() { return models::simple_cnn({}); }
std::unique_ptr<Learner> some_learner() { return std::make_unique<Learner>(some_cnn(), some_digits()); }

template <class Run>
void expect_refused(const std::string& sentence, const Run& run) {
  try {
    run();
    ADD_FAILURE() << "nothing was thrown, expected: " << sentence;
  } catch (const BadInput& error) {
    EXPECT_EQ(error.what(), sentence);
  }
}

TEST(Empty, DataSets) {
  const DataSplits all = some_digits();
  expect_refused("the training set is missing: its pointer is null",
                 [] { Learner(some_cnn(), DataSplits{}); });
  expect_refused("the validation set of \"digits:40\" is missing: its pointer is null", [&] {
    Learner(some_cnn(), {all.source, all.train, nullptr});
  });
  expect_refused("the training set is missing: its pointer is null", [] { DataSplits().image_shape(); });
  expect_refused("the training set is missing: its pointer is null", [] { DataSplits().classes(); });
  expect_refused("a loader needs a dataset, found null", [] { Loader(nullptr, {}); });
  expect_refused("the data is missing: its pointer is null", [] { some_learner()->validate(nullptr); });
  expect_refused("an export needs a training and a validation set, found null", [&] {
    data::export_data({"", all.train, nullptr}, testing::TempDir() + "/nothing");
  });
}

TEST(Empty, SamplesOfADataset) {
  const MemoryDataset one({1, 2, 2}, {1, 2, 3, 4}, {0}, {"a"});
  Image picture;
  expect_refused("there is no sample 1: the dataset has 1, counted from 0", [&] { one.label(1); });
  expect_refused("there is no sample -1: the dataset has 1, counted from 0", [&] { one.read(-1, picture); });
}

TEST(Empty, Graphs) {
  const std::string empty = "the model is empty: its graph has no nodes";
  expect_refused(empty, [] { Learner(Graph{}, some_digits()); });
  expect_refused(empty, [] {
    Graph moved = some_cnn();
    moved.set_output(moved.output());
    const Graph other = std::move(moved);
    Learner(moved, some_digits());  // NOLINT(bugprone-use-after-move)
  });
  expect_refused(empty, [] { training_memory(Graph{}, 8); });
  const Graph graph;
  Parameters none(graph, cpu_backend());
  expect_refused("the graph is empty: it has no nodes", [&] { Plan(graph, none, {}); });
}

TEST(Empty, NodesOfAPlan) {
  const Graph graph = some_cnn();
  Parameters parameters(graph, cpu_backend());
  const std::string missing = "the graph has 11 nodes, counted from 0, found number 99";
  expect_refused(missing, [&] { Plan(graph, parameters, {.mode = Mode::eval, .keep = {99}}); });
  expect_refused(missing, [&] { Plan(graph, parameters, {.mode = Mode::eval, .frozen = {99}}); });
  expect_refused(missing, [&] { Plan(graph, parameters, {.mode = Mode::eval, .probes = {{.node = 99}}}); });
  Plan plan(graph, parameters, {.mode = Mode::eval});
  expect_refused("input 0 of the plan is not bound to data", [&] { plan.forward(); });
}

TEST(Empty, ParametersOfAnotherGraph) {
  const Graph graph = some_cnn();
  const Graph other = models::simple_cnn({.batch_norm = true});
  Parameters parameters(other, cpu_backend());
  expect_refused(
      "the parameters are not the graph's: expected \"0.bias\" of shape (8), found \"1.weight\" of "
      "shape (8)",
      [&] { Plan(graph, parameters, {.mode = Mode::eval}); });
  Parameters of_nothing(Graph{}, cpu_backend());
  expect_refused(
      "the parameters are not the graph's: expected \"0.weight\" of shape (8, 1, 5, 5), found none",
      [&] { Plan(graph, of_nothing, {.mode = Mode::eval}); });
}

TEST(Empty, CallbacksAndMetrics) {
  const auto learner = some_learner();
  const std::string no_callback = "a callback was expected, found null";
  expect_refused(no_callback, [&] { learner->add(std::unique_ptr<Callback>()); });
  expect_refused("a function to call at after_epoch was expected, found none",
                 [&] { learner->on(Event::after_epoch, nullptr); });
  CallbackList list;
  list.emplace_back(nullptr);
  expect_refused(no_callback, [&] { learner->fit(1, 1e-3, {.callbacks = std::move(list)}); });
  expect_refused("a metric was expected, found null",
                 [&] { learner->add_metric(std::unique_ptr<Metric>()); });
  learner->fit(1, 1e-3);  // it had no effect
  EXPECT_EQ(learner->ending().reason, EndReason::completed);
}

TEST(Empty, Schedules) {
  const auto learner = some_learner();
  expect_refused("the schedule has no learning rate: its function is empty",
                 [&] { learner->fit(1, schedules::RateAndMomentum{}); });
  expect_refused("a schedule to combine was expected, found an empty function", [] {
    schedules::combine({0.5, 0.5}, {schedules::constant(1), {}});
  });
  expect_refused("a schedule behind the warm-up was expected, found an empty function",
                 [] { schedules::warm_up(0.5, {}); });
}

TEST(Empty, OptimizersAndBackends) {
  const std::string no_optimizer = "an optimizer was expected, such as Sgd{} or Adam{}, found none";
  expect_refused(no_optimizer, [] { Learner(some_cnn(), some_digits(), {.optimizer = OptimizerSpec{}}); });
  expect_refused(no_optimizer, [] {
    Learner(some_cnn(), some_digits(), {.optimizer = Lookahead{.inner = OptimizerSpec{}}});
  });
  expect_refused("a backend was expected, found null",
                 [] { Learner(some_cnn(), some_digits(), {.backend = nullptr}); });
  Optimizer optimizer(Sgd{}, 4, {{.count = 4}}, cpu_backend());
  expect_refused("an optimizer's step needs values and gradients of 4 parameters, found 0 and 0",
                 [&] { optimizer.step(TensorRef(), ConstTensorRef(), 0.1); });
}

TEST(Empty, FineTuneIsCheckedBeforeItTrains) {
  const auto learner = some_learner();
  const auto weights = [&] { return test::on_host(learner->parameters().values()); };
  const std::vector<float> before = weights();
  EXPECT_THROW(learner->fine_tune(0), BadInput);
  EXPECT_THROW(learner->fine_tune(1, {.freeze_epochs = -1}), BadInput);
  EXPECT_THROW(learner->fine_tune(1, {.lr = 0}), BadInput);
  EXPECT_THROW(learner->fine_tune(1, {.lr_ratio = 0}), BadInput);
  EXPECT_THROW(learner->fine_tune(1, {.div = 0}), BadInput);
  EXPECT_EQ(weights(), before);
}

TEST(Empty, Models) {
  const std::string no_parameters = "the model has no parameters: it is empty or was moved from";
  const auto digits = some_digits();
  const Model empty = Model();
  expect_refused(no_parameters, [&] { Predictor(empty, 1); });
  expect_refused(no_parameters, [&] { evaluate(empty, *digits.valid); });
  expect_refused("the model is empty: its graph has no nodes", [] { Model().image_shape(); });
  const auto learner = some_learner();
  const std::vector<std::int64_t> first{0};
  Parameters other(models::simple_cnn({.batch_norm = true}), cpu_backend());
  EXPECT_THROW(activations(learner->model(), other, learner->preprocessing(), digits.valid, first), BadInput);
  expect_refused("LSUV needs a batch of images, found none",
                 [&] { lsuv(learner->parameters(), learner->model(), {}, 4); });
  EXPECT_THROW(initialise(other, learner->model(), Initialisation::kaiming_normal, 0), BadInput);
}

TEST(Empty, MetricsThatWereNotStarted) {
  const std::vector<float> scores{0, 1};
  const std::vector<std::int64_t> targets{1};
  const std::vector<std::int64_t> beyond{2};
  for (const std::string& name : metric_names()) {
    const auto metric = metric_by_name(name == "top_5_accuracy" ? "top_1_accuracy" : name);
    expect_refused("a metric was given scores before it was started", [&] {
      metric->add({scores, targets, 2});
    });
    metric->start(2);
    expect_refused("expected 2 scores for each of 1 samples, found 2 of 3 classes", [&] {
      metric->add({scores, targets, 3});
    });
    expect_refused("a target is class 2, expected 0 to 1", [&] { metric->add({scores, beyond, 2}); });
    metric->add({scores, targets, 2});
  }
  ConfusionMatrix matrix;
  matrix.start(2);
  expect_refused("there is no class 2: the confusion is of 2 classes, counted from 0",
                 [&] { matrix.count(0, 2); });
  EXPECT_THROW(matrix.f1(-1), BadInput);
  EXPECT_THROW(matrix.of_class(2), BadInput);
  Auroc auroc;
  EXPECT_THROW(auroc.of_class(0), BadInput);
}

TEST(Empty, TensorsThatWereMovedFrom) {
  const std::string empty = "a tensor without elements was read: it was made without a shape, or moved from";
  Tensor tensor({2}, DType::f32);
  const Tensor other = std::move(tensor);
  const Tensor fresh;
  for (const Tensor* read : std::array<const Tensor*, 2>{&tensor, &fresh}) {
    expect_refused(empty, [read] { read->elements<float>(); });
    EXPECT_EQ(read->clone().data(), nullptr);
  }
  store::SafeTensors contents;
  contents.tensors["x"];
  EXPECT_THROW(store::write_safetensors(testing::TempDir() + "/empty.safetensors", contents), BadInput);
  EXPECT_EQ(Tensor({0, 3}, DType::f32).elements<float>().size(), 0U);
}

TEST(Empty, CallbacksThatWereMovedFrom) {
  const auto refuses = [](const std::string& name, auto callback) {
    const auto taken = std::move(callback);
    const auto learner = some_learner();
    learner->add(std::move(callback));  // NOLINT(bugprone-use-after-move)
    try {
      learner->fit(1, 1e-3);
      ADD_FAILURE() << name;
    } catch (const BadInput& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(name + " was used after it was moved from"))
          << error.what();
    }
  };
  refuses("a ProgressBar", ProgressBar());
  refuses("an ActivationStats", ActivationStats());
  refuses("a RunRecorder", RunRecorder());
}

TEST(Empty, PlansThatWereMovedFrom) {
  const Graph graph = some_cnn();
  Parameters parameters(graph, cpu_backend());
  Plan plan(graph, parameters, {.mode = Mode::eval});
  const Plan taken = std::move(plan);
  expect_refused("a Plan was used after it was moved from", [&] { plan.forward(); });
  EXPECT_EQ(taken.options().batch_size, 1);
}

TEST(Empty, Texts) {
  const std::vector<float> three{1, 2, 3};
  expect_refused("a grid of 2 x 2 needs as many values, found 3", [&] {
    report::shaded({2, 2, three}, 1, 2);
  });
  EXPECT_EQ(report::shaded({1, 3, three}, 1, 0), "");
  EXPECT_EQ(report::sparkline(three, 0), "");
  EXPECT_EQ(bar_text(0.5, -3), "");
  EXPECT_EQ(bar_text(std::numeric_limits<double>::quiet_NaN(), 2), "░░");
  Rng rng(0, Purpose::test);
  EXPECT_THROW(rng.below(0), BadInput);
  EXPECT_THROW(StatSeries()[0], BadInput);
  EXPECT_THROW(image::resize({.width = 2, .height = 2, .pixels = {1}}, 4, 4), BadInput);
  EXPECT_THROW(image::resize({}, 4, 4), BadInput);
}

TEST(Empty, RunStores) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "empty" / "lehr.db";
  std::filesystem::remove_all(file.parent_path());
  std::filesystem::create_directories(file.parent_path());
  EXPECT_THROW(store::RunWriter(file, {.id = ""}), BadInput);
  { store::RunWriter writer(file, {.id = "a"}, {}, {.most_waiting = 0}); }
  store::RunStore read(file);
  expect_refused("a query needs a function that takes its rows, found none",
                 [&] { read.query("SELECT 1", nullptr); });
  const store::RunStore taken = std::move(read);
  expect_refused("a RunStore was used after it was moved from", [&] { read.runs(); });
  EXPECT_EQ(taken.runs().size(), 1U);
}

// Calls where they do not belong ----------------------------------------------------------------------------

TEST(Misuse, GroupsCannotChangeWithinABatch) {
  const auto learner = some_learner();
  learner->on(Event::after_predict, [](Learner& l) { l.freeze(); });
  EXPECT_THROW(learner->fit(1, 1e-3), Error);
  const auto allowed = some_learner();
  allowed->on(Event::before_batch, [](Learner& l) { l.freeze(); });
  EXPECT_NO_THROW(allowed->fit(1, 1e-3));
}

TEST(Misuse, NothingIsAddedDuringAValidation) {
  const auto learner = some_learner();
  learner->on(Event::before_batch, [](Learner& l) { l.add(EarlyStopping()); });
  EXPECT_THROW(learner->validate(), Error);
  const auto other = some_learner();
  other->on(Event::before_batch, [](Learner& l) { l.add_metric(ErrorRate()); });
  EXPECT_THROW(other->validate(), Error);
}

TEST(Misuse, NoFitBeginsWithinAValidation) {
  const auto learner = some_learner();
  for (const Event event : {Event::before_validate, Event::after_batch, Event::after_validate}) {
    learner->on(event, [](Learner& l) { l.fit(1, 1e-3); });
    EXPECT_THROW(learner->validate(), Error) << event_name(event);
  }
}

TEST(Misuse, ACloneOutlivesItsLearner) {
  auto learner = some_learner();
  const auto clone = learner->clone();
  learner.reset();
  clone->fit(1, 1e-3);
  EXPECT_EQ(clone->ending().reason, EndReason::completed);
}

// Limits of one and none ------------------------------------------------------------------------------------

TEST(Limits, AModelWithoutParametersTrains) {
  Graph graph("sums");
  graph.add(ops::Flatten(), {graph.input("x", {DType::f32, {1, 2, 1, 1}})});
  const auto data =
      std::make_shared<MemoryDataset>(Shape{2, 1, 1}, std::vector<std::uint8_t>{0, 9, 9, 0},
                                      std::vector<std::uint8_t>{1, 0}, std::vector<std::string>{"a", "b"});
  Learner learner(graph, {"", data, data});
  learner.fit(1, slice(1e-3, 1e-2));
  EXPECT_EQ(learner.history().back().valid.samples, 2);
}

TEST(Limits, OneSampleOfOneClassTrains) {
  const auto data =
      std::make_shared<MemoryDataset>(Shape{1, 4, 4}, std::vector<std::uint8_t>(16, 3),
                                      std::vector<std::uint8_t>{0}, std::vector<std::string>{"a"});
  Learner learner(models::simple_cnn({.in = {1, 4, 4}, .classes = 1, .channels = {4}}), {"", data, data});
  learner.fit(2, 1e-2);
  EXPECT_EQ(learner.history().back().valid.loss, 0);
  EXPECT_EQ(learner.history().back().valid.accuracy, 1);
}

}  // namespace
}  // namespace lehr
