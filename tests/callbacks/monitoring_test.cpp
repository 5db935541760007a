// Callbacks that monitor a metric.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "callbacks/support.hpp"
#include "lehr/callbacks/early_stopping.hpp"
#include "lehr/callbacks/reduce_on_plateau.hpp"
#include "lehr/callbacks/save_best.hpp"
#include "lehr/core/error.hpp"
#include "lehr/metrics/metrics.hpp"
#include "lehr/model_io/model_file.hpp"
#include "support/named_metric.hpp"

namespace lehr {
namespace {

using test::Scripted;
using test::small_learner;
using test::TestFolder;
using test::weights_of;

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

const MonitorOptions scripted{.metric = "valid_scripted", .lower = true};

class AfterEpoch final : public Callback {
 public:
  explicit AfterEpoch(std::function<void(Learner&)> action) : action_(std::move(action)) {}
  std::string_view name() const override { return "AfterEpoch"; }
  int order() const override { return 100; }
  void after_epoch(Learner& learner) override { action_(learner); }

 private:
  std::function<void(Learner&)> action_;
};

/// A Learner with very short epochs and a metric whose values the test chooses.
struct Tiny {
  std::vector<std::string> said;
  Learner learner;
  Scripted& metric;

  explicit Tiny(bool higher_is_better = true)
      : learner(models::simple_cnn({}), data::digits({.train = 10, .valid = 2}),
                {.batch_size = 10,
                 .on_warning = [this](const std::string& sentence) { said.push_back(sentence); }}),
        metric(learner.add_metric(Scripted({}, higher_is_better))) {}

  /// Number of epochs that ran.
  std::size_t fit(std::vector<double> values, CallbackList list) {
    const std::size_t before = learner.history().size();
    const auto epochs = static_cast<int>(values.size());
    metric.begin(std::move(values));
    learner.fit(epochs, 0.01, {.callbacks = std::move(list)});
    return learner.history().size() - before;
  }
};

/// Number of epochs, of at most twelve, that run with those values of the metric.
std::size_t epochs_run(const EarlyStoppingOptions& options, const std::vector<double>& values) {
  const auto learner = small_learner();
  learner->add_metric(Scripted(values));
  learner->fit(12, 1e-3, {.callbacks = callbacks(EarlyStopping(options))});
  EXPECT_EQ(learner->callback<EarlyStopping>().stopped(), learner->history().size() < 12);
  return learner->history().size();
}

TEST(EarlyStopping, EndsAfterPatienceEpochsWithoutImprovement) {
  const std::vector<double> values{5, 4, 3, 3, 3, 3, 2, 1, 1, 1, 1, 1};
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 0}, values), 4U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 1}, values), 4U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 3}, values), 6U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 5}, values), 12U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 1, .start_from_epoch = 3}, values), 5U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 2, .baseline = 0.5}, values), 4U);
  MonitorOptions coarse = scripted;
  coarse.min_delta = 1.5;
  EXPECT_EQ(epochs_run({.monitor = coarse, .patience = 2}, values), 5U);
  MonitorOptions higher = scripted;
  higher.lower = false;
  EXPECT_EQ(epochs_run({.monitor = higher, .patience = 2}, values), 3U);
}

TEST(EarlyStopping, DoesNotCountEpochsWithoutAValue) {
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 2}, {5, no_value, no_value, 5, no_value, 5, 1}), 6U);
}

TEST(EarlyStopping, BringsBackTheBestWeights) {
  const auto learner = small_learner();
  learner->add_metric(Scripted({3, 1, 2, 2}));
  std::vector<std::vector<float>> weights;
  learner->on(Event::after_epoch, [&](Learner& l) { weights.push_back(weights_of(l)); });
  learner->add(EarlyStopping({.monitor = scripted, .patience = 2, .restore_best = true}));
  learner->fit(9, 1e-2);
  ASSERT_EQ(weights.size(), 4U);
  EXPECT_EQ(weights_of(*learner), weights[1]);
  EXPECT_EQ(learner->callback<EarlyStopping>().best_epoch(), 1);
  // Also for a fit that reaches its end.
  Tiny tiny(false);
  weights.clear();
  tiny.learner.on(Event::after_epoch, [&](Learner& l) { weights.push_back(weights_of(l)); });
  tiny.fit({3, 1, 2}, callbacks(EarlyStopping({.monitor = scripted, .patience = 5, .restore_best = true})));
  EXPECT_EQ(weights_of(tiny.learner), weights[1]);
  EXPECT_EQ(learner->callback<EarlyStopping>().best(), 1);
}

TEST(ReduceOnPlateau, MultipliesTheRateAfterAPlateau) {
  const auto learner = small_learner();
  learner->add_metric(Scripted({3, 2, 2, 2, 2, 2, 2, 1}));
  learner->add(ReduceOnPlateau({.monitor = scripted, .factor = 0.5, .patience = 2, .cooldown = 1}));
  learner->fit(8, 0.01);
  std::vector<double> rates;
  for (const EpochRecord& record : learner->history()) rates.push_back(record.lr);
  const std::vector<double> expected{0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025};
  ASSERT_EQ(rates.size(), expected.size());
  for (std::size_t i = 0; i < rates.size(); ++i) EXPECT_DOUBLE_EQ(rates[i], expected[i]) << i;
}

TEST(ReduceOnPlateau, StopsAtTheLeastRateWithoutRaisingALowerOne) {
  const auto learner = small_learner();
  learner->add_metric(Scripted({1, 1, 1, 1}));
  learner->add(ReduceOnPlateau({.monitor = scripted, .factor = 0.1, .patience = 1, .min_lr = 0.004}));
  learner->fit(4, {[](double p) { return p < 0.75 ? 0.01 : 0.001; }, {}});
  EXPECT_DOUBLE_EQ(learner->history()[1].lr, 0.01);
  EXPECT_DOUBLE_EQ(learner->history()[2].lr, 0.004);
  EXPECT_DOUBLE_EQ(learner->history()[3].lr, 0.001);
}

nlohmann::json keras(const std::string& callback) {
  std::ifstream file(LEHR_SOURCE_DIR "/tests/callbacks/goldens/keras.json");
  return nlohmann::json::parse(file).at(callback);
}

MonitorOptions monitor_of(const nlohmann::json& golden) {
  return {.metric = "valid_scripted",
          .min_delta = golden.value("min_delta", 0.0),
          .lower = golden["lower"].get<bool>()};
}

TEST(EarlyStopping, EndsWhereKerasEnds) {
  Tiny tiny;
  const nlohmann::json goldens = keras("early_stopping");
  for (const nlohmann::json& golden : goldens) {
    EarlyStoppingOptions options{
        .monitor = monitor_of(golden), .patience = golden["patience"], .start_from_epoch = golden["start"]};
    if (!golden["baseline"].is_null()) options.baseline = golden["baseline"].get<double>();
    EXPECT_EQ(tiny.fit(golden["values"], callbacks(EarlyStopping(options))), golden["epochs"]) << golden;
    EXPECT_EQ(tiny.learner.callback<EarlyStopping>().best_epoch(), golden["best_epoch"]) << golden;
  }
  EXPECT_EQ(goldens.size(), 128U);
}

TEST(ReduceOnPlateau, ReducesWhereKerasReduces) {
  Tiny tiny;
  const nlohmann::json goldens = keras("reduce_on_plateau");
  for (const nlohmann::json& golden : goldens) {
    const ReduceOnPlateauOptions options{.monitor = monitor_of(golden),
                                         .factor = 0.5,
                                         .patience = golden["patience"],
                                         .cooldown = golden["cooldown"],
                                         .min_lr = golden["min_lr"]};
    const std::size_t ran = tiny.fit(golden["values"], callbacks(ReduceOnPlateau(options)));
    const auto records = tiny.learner.history().last(ran);
    for (std::size_t i = 0; i < ran; ++i) {
      const double expected = golden["rates"][i];
      EXPECT_NEAR(records[i].lr, expected, 1e-6 * expected) << golden << " epoch " << i;
    }
  }
  EXPECT_EQ(goldens.size(), 64U);
}

TEST(SaveBest, SavesWhereKerasSaves) {
  const TestFolder folder;
  Tiny tiny;
  for (const nlohmann::json& golden : keras("save_best")) {
    std::filesystem::remove(folder / "best.safetensors");
    std::vector<int> saved;
    CallbackList list = callbacks(SaveBest(folder / "best.safetensors", monitor_of(golden)));
    const auto note = [&](Learner& l) {
      if (std::filesystem::remove(folder / "best.safetensors")) saved.push_back(l.progress().epoch);
    };
    list.emplace_back(std::make_unique<AfterEpoch>(note));
    tiny.fit(golden["values"], std::move(list));
    EXPECT_EQ(nlohmann::json(saved), golden["saved"]) << golden;
  }
}

// The same values for a metric that should fall and for one that should rise.
TEST(Monitoring, FollowsTheDirectionOfTheMetric) {
  const TestFolder folder;
  const MonitorOptions by_metric{.metric = "valid_scripted"};
  for (const bool higher : {false, true}) {
    Tiny tiny(higher);
    EXPECT_EQ(tiny.fit({5, 4, 3, 2, 1}, callbacks(EarlyStopping({.monitor = by_metric, .patience = 2}))),
              higher ? 3U : 5U);
    EXPECT_EQ(tiny.learner.callback<EarlyStopping>().best(), higher ? 5 : 1);
    tiny.fit({5, 4, 3}, callbacks(SaveBest(folder / "best.safetensors", by_metric)));
    EXPECT_EQ(tiny.learner.callback<SaveBest>().best(), higher ? 5 : 3);
    tiny.fit({5, 4, 3}, callbacks(ReduceOnPlateau({.monitor = by_metric, .patience = 1})));
    EXPECT_EQ(tiny.learner.callback<ReduceOnPlateau>().scale() < 1, higher);
    const std::vector<WatchedMetric> expected{{"ReduceOnPlateau", "valid_scripted", !higher}};
    EXPECT_EQ(tiny.learner.watched(), expected);
  }
}

TEST(Monitoring, KnowsTheDirectionOfEveryName) {
  const auto learner = small_learner({.batch_size = 64, .train_eval = true});
  for (const char* name : {"error_rate", "cross_entropy", "auroc", "f1_macro", "top_3_accuracy"}) {
    learner->add_metric(metric_by_name(name));
  }
  const std::map<std::string, bool> lower{
      {"valid_loss", true},       {"train_loss", true},          {"train_eval_loss", true},
      {"valid_accuracy", false},  {"train_accuracy", false},     {"train_eval_accuracy", false},
      {"valid_error_rate", true}, {"valid_cross_entropy", true}, {"train_eval_error_rate", true},
      {"valid_auroc", false},     {"valid_f1_macro", false},     {"valid_top_3_accuracy", false}};
  for (const auto& [name, expected] : lower) {
    Monitor monitor({.metric = name});
    monitor.check(*learner);
    EXPECT_EQ(monitor.lower_is_best(), expected) << name;
  }
}

TEST(Monitoring, SaysAtOnceWhichClassIsMissing) {
  const TestFolder folder;
  std::vector<std::string> said;
  // Sample i of the digits shows i mod 10.
  Learner learner(
      models::simple_cnn({}), data::digits({.train = 20, .valid = 8}),
      {.batch_size = 10, .on_warning = [&](const std::string& sentence) { said.push_back(sentence); }});
  learner.add_metric(Auroc());
  std::size_t before_the_first_batch = 0;
  learner.on(Event::before_batch, [&](Learner& l) {
    if (l.progress().train_batches == 0) before_the_first_batch = said.size();
  });
  const MonitorOptions auroc{.metric = "valid_auroc"};
  learner.add(EarlyStopping({.monitor = auroc, .patience = 1}));
  learner.add(ReduceOnPlateau({.monitor = auroc, .patience = 1}));
  learner.add(SaveBest(folder / "best.safetensors", auroc));
  learner.fit(4, 0.01);
  EXPECT_EQ(learner.history().size(), 4U);
  EXPECT_EQ(learner.callback<ReduceOnPlateau>().scale(), 1);
  EXPECT_FALSE(std::filesystem::exists(folder / "best.safetensors"));
  EXPECT_EQ(before_the_first_batch, 1U);
  ASSERT_EQ(said.size(), 2U) << "each once, whoever watches";
  EXPECT_NE(
      said[0].find("valid_auroc is undefined: the validation set has no sample of classes \"8\" and \"9\""),
      std::string::npos)
      << said[0];
  EXPECT_NE(said[1].find("was not written"), std::string::npos) << said[1];
  EXPECT_TRUE(std::ranges::equal(learner.warnings(), said));
}

TEST(Monitoring, SaysThatAValueIsNotANumberAndSkipsIt) {
  const TestFolder folder;
  Tiny tiny(false);
  const MonitorOptions by_metric{.metric = "valid_scripted"};
  EXPECT_EQ(tiny.fit({no_value, no_value, 3, no_value, no_value, 2, infinity, infinity},
                     callbacks(EarlyStopping({.monitor = by_metric, .patience = 2}),
                               SaveBest(folder / "best.safetensors", by_metric))),
            8U);
  EXPECT_EQ(tiny.learner.callback<EarlyStopping>().best(), 2);
  EXPECT_TRUE(tiny.learner.callback<EarlyStopping>().stopped());
  EXPECT_EQ(tiny.learner.callback<SaveBest>().best(), 2);
  ASSERT_EQ(tiny.said.size(), 1U);
  EXPECT_NE(tiny.said[0].find("valid_scripted is undefined: its value is not a number"), std::string::npos);
}

// "valid_loss" must have only one meaning.
TEST(Monitoring, RefusesMetricsWithTheNamesOfRecords) {
  const auto learner = small_learner();
  for (const char* taken : {"loss", "accuracy", "train_eval_loss", ""}) {
    EXPECT_THROW(learner->add_metric(test::NamedMetric(taken)), BadInput) << taken;
  }
  learner->add_metric(test::NamedMetric("focal_loss"));
  learner->add_metric(ConfusionMatrix());
}

TEST(SaveBest, KeepsTheModelOfTheBestEpoch) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add_metric(Scripted({3, 1, 2}));
  learner->add(SaveBest(folder / "best.safetensors", scripted));
  std::vector<Tensor> weights;
  learner->on(Event::after_epoch, [&](Learner& l) { weights.push_back(l.parameters().get("0.weight")); });
  learner->fit(3, 1e-2);
  const Model best = load_model(folder / "best.safetensors");
  const Tensor saved = best.parameters->get("0.weight");
  const auto expected = weights[1].elements<float>();
  EXPECT_TRUE(std::ranges::equal(saved.elements<float>(), expected));
}

TEST(Monitoring, RefusesWhatCannotBeWatched) {
  EXPECT_THROW(EarlyStopping({.patience = -1}), BadInput);
  EXPECT_THROW(EarlyStopping({.monitor = {.min_delta = -1}}), BadInput);
  EXPECT_THROW(EarlyStopping({.start_from_epoch = -1}), BadInput);
  EXPECT_THROW(ReduceOnPlateau({.factor = 1}), BadInput);
  EXPECT_THROW(ReduceOnPlateau({.patience = -1}), BadInput);
  EXPECT_THROW(ReduceOnPlateau({.min_lr = -1}), BadInput);
  const auto learner = small_learner();
  const auto refusal = [&](const std::string& metric) {
    try {
      learner->fit(1, 1e-3, {.callbacks = callbacks(EarlyStopping({.monitor = {.metric = metric}}))});
    } catch (const BadInput& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_NE(refusal("valid_los").find("valid_loss"), std::string::npos);
  EXPECT_NE(refusal("valid_f1").find("unknown metric"), std::string::npos);
  const auto blind = small_learner({.batch_size = 64, .validate = false});
  EXPECT_THROW(blind->fit(1, 1e-3, {.callbacks = callbacks(EarlyStopping())}), BadInput);
}

TEST(Monitoring, IgnoresEpochsThatWereCutShort) {
  const auto learner = small_learner();
  learner->add(EarlyStopping({.monitor = {.metric = "valid_accuracy"}, .patience = 1}));
  learner->on(Event::before_validate, [](Learner& l) { l.cancel(Scope::epoch); });
  learner->fit(3, 1e-3);
  EXPECT_EQ(learner->history().size(), 3U);
}

}  // namespace
}  // namespace lehr
