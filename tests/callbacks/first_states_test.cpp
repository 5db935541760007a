// Callback states in checkpoints of lehr's first versions: structs in their memory layout.
// tests/cli/goldens/run_of_version_0 is a run of lehr 12ae3a3.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "callbacks/support.hpp"
#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/recorder.hpp"
#include "lehr/core/error.hpp"
#include "support/message_of.hpp"
#include "train/checkpoint.hpp"

namespace lehr {
namespace {

using test::message_of;

template <class Row>
std::vector<float> floats_of(const std::vector<Row>& rows) {
  std::vector<float> floats(rows.size() * sizeof(Row) / sizeof(float));
  std::memcpy(floats.data(), rows.data(), floats.size() * sizeof(float));
  return floats;
}

/// The network of the run.
std::unique_ptr<Learner> learner_of_the_run() {
  auto learner =
      std::make_unique<Learner>(models::simple_cnn({.channels = {2, 2, 2, 2}, .batch_norm = true}),
                                data::digits({.train = 32, .valid = 16}), LearnerOptions{.batch_size = 16});
  learner->add(ActivationStats({.every = 1}));
  return learner;
}

CallbackState state_of_the_run() {
  return read_checkpoint(std::filesystem::path(LEHR_SOURCE_DIR) /
                         "tests/cli/goldens/run_of_version_0/checkpoints/step-000000000008.safetensors")
      .callbacks.at("ActivationStats");
}

/// Calls `look` when ActivationStats has loaded the state, before the first batch.
template <class Look>
void with_state(const CallbackState& state, const Look& look) {
  const auto learner = learner_of_the_run();
  learner->on(Event::before_train, [&](Learner& l) {
    auto& stats = l.callback<ActivationStats>();
    stats.load_state(state);
    look(stats);
    l.cancel(Scope::fit);
  });
  learner->fit(1, 1e-3);
}

TEST(FirstStates, OfActivationStatsAreRead) {
  const CallbackState state = state_of_the_run();
  constexpr std::size_t words = 180;
  const std::vector<float>& floats = state.array("2.0");
  std::vector<double> means;
  for (std::size_t i = 0; i < floats.size() / 2 / words; ++i) {
    double mean = 0;
    std::memcpy(&mean, reinterpret_cast<const char*>(floats.data()) + 8 * (words * i + 2), sizeof mean);
    means.push_back(mean);
  }
  ASSERT_FALSE(means.empty());
  with_state(state, [&](const ActivationStats& stats) {
    ASSERT_EQ(stats.points().size(), means.size());
    EXPECT_EQ(stats.points()[0].step, 0);
    EXPECT_GT(stats.points()[0].loss, 0);
    const LayerStats& layer = stats.layers()[2];
    for (std::size_t i = 0; i < means.size(); ++i) {
      EXPECT_EQ(layer.activation[i].mean, means[i]);
      std::uint64_t counted = 0;
      for (const std::uint64_t count : layer.activation[i].values.counts) counted += count;
      EXPECT_EQ(counted, static_cast<std::uint64_t>(layer.activation[i].count));
    }
  });
}

TEST(FirstStates, OfActivationStatsThatAreDamagedAreRefused) {
  const auto refusal = [](const CallbackState& state) {
    return message_of<BadInput>([&] { with_state(state, [](const ActivationStats&) {}); });
  };
  CallbackState cut = state_of_the_run();
  cut.arrays["2.0"].pop_back();
  EXPECT_NE(refusal(cut).find("the saved statistics are cut"), std::string::npos);
  CallbackState fewer = state_of_the_run();
  fewer.arrays["points"].resize(fewer.arrays["points"].size() + 14);
  EXPECT_NE(refusal(fewer).find("expected"), std::string::npos);
  for (const double number : {std::nan(""), 1e300, -1e19}) {
    CallbackState wild = state_of_the_run();
    std::memcpy(wild.arrays["points"].data(), &number, sizeof number);
    EXPECT_NE(refusal(wild).find("a saved batch has the number"), std::string::npos) << number;
  }
}

TEST(FirstStates, OfTheRecorderAreRead) {
  struct Row {
    int epoch;
    std::int64_t batch;
    double loss;
    double lr;
    double momentum;
  };
  CallbackState state;
  state.arrays["batches"] = floats_of<Row>({{1, 2, 0.5, 0.1, 0.9}, {3, 4, 0.25, 0.2, 0.8}});
  Recorder recorder;
  recorder.load_state(state);
  ASSERT_EQ(recorder.batches().size(), 2U);
  EXPECT_EQ(recorder.batches()[1].epoch, 3);
  EXPECT_EQ(recorder.batches()[1].batch, 4);
  EXPECT_EQ(recorder.batches()[1].loss, 0.25);
  EXPECT_EQ(recorder.batches()[1].lr, 0.2);
  EXPECT_EQ(recorder.batches()[1].momentum, 0.8);
  state.arrays["batches"].pop_back();
  EXPECT_EQ(message_of<BadInput>([&] { recorder.load_state(state); }), "the saved records are cut");
}

// Callbacks now save a table in which every column has a name.
TEST(States, AreTables) {
  const auto learner = test::small_learner();
  learner->add(Recorder());
  learner->add(ActivationStats({.every = 1, .gradients = true}));
  learner->fit(1, 1e-3);
  CallbackState state;
  learner->callback<Recorder>().save_state(state);
  EXPECT_EQ(state.table("batches").rows(), 5U);
  EXPECT_TRUE(state.arrays.empty());
  Recorder other;
  other.load_state(state);
  ASSERT_EQ(other.batches().size(), 5U);
  EXPECT_EQ(other.batches()[3].loss, learner->callback<Recorder>().batches()[3].loss);
  CallbackState stats;
  learner->callback<ActivationStats>().save_state(stats);
  EXPECT_TRUE(stats.arrays.empty());
  EXPECT_EQ(stats.table("points").rows(), 5U);
  EXPECT_EQ(stats.table("0.0").rows(), 5U);
}

}  // namespace
}  // namespace lehr
