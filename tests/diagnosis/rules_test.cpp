// The rules about records: each finds its fault, and a healthy twin has no problem.
#include "lehr/diagnosis/diagnosis.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "pages/records.hpp"

namespace lehr::diagnosis {
namespace {

using store::RunRecords;
using store::Watched;

/// Twenty batches an epoch, four layers with updates of 0.1 % of the weights.
RunRecords healthy_run() { return test::made_records(); }

/// Changes one tensor of a layer from a step on.
void change(RunRecords& run, int layer, Watched what, const std::function<void(TensorStats&)>& make,
            std::int64_t from = 0) {
  for (store::StatsRow& row : run.stats) {
    if (row.layer == layer && row.what == what && row.step >= from) make(row.stats);
  }
}

std::string line(const RunRecords& run) { return diagnose(run).line(); }

/// What a rule says about a run, as a cause or as a symptom; empty if it found nothing.
std::string said(const RunRecords& run, const std::string& rule) {
  for (const Finding& cause : diagnose(run).causes) {
    if (cause.rule.name == rule) return cause.says;
    for (const Finding& symptom : cause.symptoms) {
      if (symptom.rule.name == rule) return symptom.says;
    }
  }
  return "";
}

TEST(Rules, OfAGoodRunNamesItsRanges) {
  EXPECT_EQ(line(healthy_run()), "healthy: all 4 recorded layers have std 1 to 1.3 and near-zero 0 to 2 %");
  for (const Finding& finding : diagnose(healthy_run()).causes) EXPECT_EQ(finding.severity, Severity::hint);
  EXPECT_EQ(line(test::made_records({.layers = 0})),
            "healthy as far as the losses show; --stats shows the layers");
  EXPECT_EQ(line({{.id = "empty"}}), "");
}

TEST(Rules, SaysWhereATrainingDiverged) {
  RunRecords run = healthy_run();
  run.info.status = store::RunStatus::diverged;
  run.steps.resize(17);
  run.steps[16].loss = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(said(run, "diverged").starts_with("diverged at batch 17: its loss is not finite"))
      << said(run, "diverged");
  run.steps[16].loss = 1;
  EXPECT_TRUE(said(run, "diverged").starts_with("diverged after batch 17")) << said(run, "diverged");
  run.info.status = store::RunStatus::done;
  run.steps[4].loss = 2000;
  EXPECT_TRUE(said(run, "diverged").starts_with("unstable at batch 5: its loss is 2e+03"))
      << said(run, "diverged");
  run.steps[4].loss = 999;
  EXPECT_EQ(said(run, "diverged"), "");
}

TEST(Rules, NamesADeadLayerAndSinceWhen) {
  RunRecords run = healthy_run();
  const auto near_zero = [](double share) {
    return [share](TensorStats& s) {
      s.near_zero_abs = static_cast<std::int64_t>(share * static_cast<double>(s.count));
    };
  };
  change(run, 2, Watched::activation, near_zero(0.94), 30);
  EXPECT_EQ(said(run, "dead-layer"), "");
  change(run, 2, Watched::activation, near_zero(0.985), 30);
  EXPECT_EQ(said(run, "dead-layer"),
            "layer layer2 is dead: 98 % of its activations are near zero since batch 31");
  change(run, 1, Watched::activation, near_zero(1), 50);
  EXPECT_TRUE(said(run, "dead-layer").starts_with("2 of 4 layers are dead, first layer layer1: 100 %"))
      << said(run, "dead-layer");
}

TEST(Rules, NamesALayerThatIsTooLargeOrNotFinite) {
  RunRecords run = healthy_run();
  const auto explode = [](TensorStats& s) { s.magnitudes = {.beyond = 10}; };
  change(run, 3, Watched::activation, explode);
  EXPECT_TRUE(line(run).starts_with("healthy")) << "scores may be large: " << line(run);
  change(run, 1, Watched::activation, explode, 10);
  EXPECT_EQ(line(run), "layer layer1 is too large: 100 % of its activations are beyond ±5 since batch 11");
  change(
      run, 0, Watched::activation, [](TensorStats& s) { s.non_finite = 1; }, 12);
  EXPECT_TRUE(
      line(run).starts_with("layer layer0 has activations that are not finite since batch 13; layer layer1"))
      << line(run);
}

TEST(Rules, ComparesTheGradientsOfFirstAndLastLayer) {
  RunRecords run = healthy_run();
  change(run, 0, Watched::weight_gradient, [](TensorStats& s) { s.norm = 1e-5; });
  EXPECT_TRUE(line(run).starts_with("gradients vanish: layer layer0 has a norm of 1e-05")) << line(run);
  run = healthy_run();
  change(run, 0, Watched::weight_gradient, [](TensorStats& s) { s.norm *= 71; });
  EXPECT_TRUE(line(run).starts_with("gradients explode: that of layer layer0 is 7")) << line(run);
}

TEST(Rules, JudgesUpdatesBesideTheirWeights) {
  RunRecords run = healthy_run();
  change(run, 1, Watched::update, [](TensorStats& s) { s.norm *= 500; });
  EXPECT_EQ(line(run), "layer layer1 is changing too fast: a step changes its weights by 50 %");
  run = healthy_run();
  change(run, 1, Watched::update, [](TensorStats& s) { s.norm /= 100; });
  EXPECT_EQ(line(run), "layer layer1 is hardly changing: a step changes its weights by 0.001 %");
}

TEST(Rules, FindsOverfitting) {
  RunRecords run = test::made_records({.epochs = 6});
  run.epochs[2].valid_loss = 0.4;
  run.epochs[5].valid_loss = 0.46;
  EXPECT_EQ(
      said(run, "overfitting"),
      "overfitting: validation loss rose by 15 % in the 3 epochs since epoch 3 while training loss fell");
  run.epochs[5].valid_loss = 0.43;
  EXPECT_EQ(said(run, "overfitting"), "") << "a rise below 10 %";
  run.epochs[5].valid_loss = 0.46;
  run.epochs[5].train_loss = 1;
  EXPECT_EQ(said(run, "overfitting"), "") << "training got worse too";
}

TEST(Rules, FindsARunThatGuesses) {
  RunRecords run = healthy_run();
  run.epochs.back().valid_accuracy = 0.151;
  EXPECT_EQ(said(run, "accuracy-at-chance"), "");
  run.epochs.back().valid_accuracy = 0.11;
  EXPECT_EQ(said(run, "accuracy-at-chance"),
            "collapsed: a validation accuracy of 11.0 % is hardly above the 10.0 % of guessing");
}

TEST(Rules, ExpectsMoreThanGuessingOfTwoClasses) {
  RunRecords run = healthy_run();
  run.info.classes = {"cat", "dog"};
  run.confusion.reset();
  run.epochs.back().valid_accuracy = 0.7;
  EXPECT_EQ(said(run, "accuracy-at-chance"), "");
  run.epochs.back().valid_accuracy = 0.54;
  EXPECT_EQ(said(run, "accuracy-at-chance"),
            "collapsed: a validation accuracy of 54.0 % is hardly above the 50.0 % of guessing");
}

}  // namespace
}  // namespace lehr::diagnosis
