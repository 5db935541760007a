#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

std::unique_ptr<Learner> fresh_learner() {
  return std::make_unique<Learner>(models::simple_cnn({.batch_norm = true}),
                                   data::digits({.train = 400, .valid = 100, .seed = 3}),
                                   LearnerOptions{.batch_size = 64, .optimizer = Adam{}, .seed = 4});
}

std::vector<float> everything_of(const Learner& learner) {
  std::vector<float> all;
  const auto add = [&](const ConstTensorRef& part) {
    const std::vector<float> values = test::on_host(part);
    all.insert(all.end(), values.begin(), values.end());
  };
  add(learner.parameters().values());
  add(learner.parameters().states());
  for (const Buffer& state : learner.optimizer().states()) add(state.ref());
  return all;
}

std::vector<LrPoint> curve_of(const std::vector<double>& losses) {
  std::vector<LrPoint> curve;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    curve.push_back({LrSweep().lr(static_cast<int>(i)), losses[i], losses[i]});
  }
  return curve;
}

TEST(LrSuggestions, AreThoseOfTheGoldens) {
  std::ifstream file(LEHR_SOURCE_DIR "/tests/train/goldens/lr_suggestions.json");
  const nlohmann::json goldens = nlohmann::json::parse(file);
  for (const auto& entry : goldens.items()) {
    const std::string& name = entry.key();
    const nlohmann::json& golden = entry.value();
    const auto losses = golden["losses"].get<std::vector<double>>();
    const LrSuggestions found = suggest_lr(curve_of(losses));
    ASSERT_TRUE(found.valley) << name << ": " << found.note;
    const auto expect_near = [&](const std::optional<double>& value, const char* rule) {
      ASSERT_TRUE(value) << name << " " << rule;
      const auto expected = golden[rule].get<double>();
      EXPECT_NEAR(*value, expected, 1e-9 * expected) << name << " " << rule;
    };
    expect_near(found.valley, "valley");
    expect_near(found.steep, "steep");
    expect_near(found.minimum, "minimum");
    expect_near(found.slide, "slide");
  }
}

TEST(LrSuggestions, SayIfThereIsNoValley) {
  const auto note_of = [](const auto& loss_at) {
    std::vector<double> losses(100);
    for (std::size_t i = 0; i < losses.size(); ++i) losses[i] = loss_at(static_cast<double>(i) / 99);
    const LrSuggestions found = suggest_lr(curve_of(losses));
    EXPECT_EQ(found.valley.has_value(), found.note.empty());
    return found.note;
  };
  EXPECT_NE(note_of([](double) { return 2.3; }), "");
  EXPECT_NE(note_of([](double x) { return 2.3 + x; }), "");
  EXPECT_NE(note_of([](double x) { return 2.3 - 0.02 * x; }), "");
  EXPECT_EQ(note_of([](double x) { return 2.3 - x; }), "");
  EXPECT_NE(suggest_lr(curve_of({2, 1.9, 1.8})).note, "");
  EXPECT_NE(suggest_lr({}).note, "");
}

TEST(LrSuggestions, EndAtTheFirstLossThatIsNotFinite) {
  std::vector<double> losses(100);
  for (std::size_t i = 0; i < losses.size(); ++i) losses[i] = 3 - 0.02 * static_cast<double>(i);
  const std::vector<double> first(losses.begin(), losses.begin() + 60);
  losses[60] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(suggest_lr(curve_of(losses)).valley, suggest_lr(curve_of(first)).valley);
}

TEST(SmoothedLoss, IsAnUnbiasedMean) {
  SmoothedLoss smoothed(0.98);
  EXPECT_DOUBLE_EQ(smoothed.add(3), 3);
  EXPECT_NEAR(smoothed.add(5), (0.98 * 3 + 5) / 1.98, 1e-12);
}

TEST(FindLr, LeavesNoTrace) {
  const auto plain = fresh_learner();
  plain->fit_one_cycle(1, 0.01);
  plain->fit_one_cycle(2, 0.01);
  const auto searched = fresh_learner();
  searched->find_lr();
  searched->fit_one_cycle(1, 0.01);
  searched->find_lr({.seeds = 2});
  EXPECT_EQ(searched->history().size(), 1U);
  searched->fit_one_cycle(2, 0.01);
  EXPECT_EQ(everything_of(*searched), everything_of(*plain));
  EXPECT_EQ(searched->history().back().valid, plain->history().back().valid);
  EXPECT_EQ(searched->progress().steps, plain->progress().steps);
}

TEST(FindLr, LeavesNoTraceIfItIsCancelled) {
  const auto plain = fresh_learner();
  plain->fit_one_cycle(2, 0.01);
  const auto searched = fresh_learner();
  const LrFinding finding = searched->find_lr({.progress = [](int done, int) { return done < 7; }});
  EXPECT_TRUE(finding.cancelled);
  EXPECT_EQ(finding.curves.front().size(), 7U);
  const auto thrown = [](int, int) -> bool { throw Error("interrupted"); };
  EXPECT_THROW(searched->find_lr({.progress = thrown}), Error);
  searched->fit_one_cycle(2, 0.01);
  EXPECT_EQ(everything_of(*searched), everything_of(*plain));
}

TEST(FindLr, LeavesAFitUnderWayAlone) {
  const auto trained = [](bool searching) {
    const auto learner = fresh_learner();
    learner->on(Event::after_epoch, [searching](Learner& l) {
      if (searching) l.find_lr();
    });
    learner->fit_one_cycle(2, 0.01);
    return everything_of(*learner);
  };
  EXPECT_EQ(trained(true), trained(false));
}

TEST(FindLr, SweepsUntilTheLossBlowsUpAndFindsAWorkingRate) {
  const auto learner = fresh_learner();
  const LrFinding finding = learner->find_lr();
  const std::vector<LrPoint>& curve = finding.curves.front();
  ASSERT_GT(curve.size(), 50U);
  EXPECT_DOUBLE_EQ(curve.front().lr, 1e-7);
  if (curve.size() < 100) {
    const auto best = std::ranges::min_element(curve, {}, &LrPoint::smoothed)->smoothed;
    EXPECT_GT(curve.back().smoothed, 4 * best);
  }
  ASSERT_TRUE(finding.valley) << finding.note;
  learner->fit_one_cycle(3, finding.valley);
  EXPECT_LT(learner->history().back().valid.loss, 1.5);
}

TEST(FindLr, GivesABandOverSeeds) {
  const auto learner = fresh_learner();
  const LrFinding finding = learner->find_lr({.seeds = 3});
  ASSERT_EQ(finding.curves.size(), 3U);
  EXPECT_NE(finding.curves[0][30].loss, finding.curves[1][30].loss);
  ASSERT_FALSE(finding.band.levels.empty());
  for (const LrBand::Level& level : finding.band.levels) {
    EXPECT_LE(level.low, level.median);
    EXPECT_LE(level.median, level.high);
  }
}

TEST(FindLr, RefusesWhatIsOutOfRange) {
  const auto learner = fresh_learner();
  EXPECT_THROW(learner->find_lr({.sweep = {.from = 0}}), BadInput);
  EXPECT_THROW(learner->find_lr({.sweep = {.from = 1, .to = 0.1}}), BadInput);
  EXPECT_THROW(learner->find_lr({.sweep = {.batches = 0}}), BadInput);
  EXPECT_THROW(learner->find_lr({.sweep = {.stop_factor = 1}}), BadInput);
  EXPECT_THROW(learner->find_lr({.seeds = 0}), BadInput);
  EXPECT_THROW(learner->fit(1, LrSuggestions().valley), BadInput);
}

}  // namespace
}  // namespace lehr
