#include "lehr/graph/loss.hpp"

#include <gtest/gtest.h>

#include "graph/expect_bad_input.hpp"
#include "lehr/models/models.hpp"

namespace lehr {
namespace {

using test::bad_input;

Graph classifier() { return models::simple_cnn({}); }

/// The mean squared error, which does not support class numbers.
std::shared_ptr<const Loss> mse() { return loss_of(std::make_shared<const ops::MeanSquaredError>()); }

TEST(Loss, IsAddedBehindTheScores) {
  const Graph model = classifier();
  const LossGraph made = with_loss(model, *cross_entropy_loss());
  const Node& loss = made.graph.node(made.graph.output());
  EXPECT_EQ(loss.name, "lehr.loss");
  EXPECT_EQ(loss.inputs, (std::vector<NodeId>{made.scores, made.targets}));
  EXPECT_EQ(made.scores, model.output());
  EXPECT_EQ(made.graph.node(made.targets).output, (TensorSpec{DType::i64, {1}}));
  const LossGraph soft = with_loss(model, *cross_entropy_loss(), true);
  EXPECT_EQ(soft.graph.node(soft.targets).output, (TensorSpec{DType::f32, {1, 10}}));
}

TEST(Loss, IsMadeByItsNameAndSettings) {
  EXPECT_EQ(make_loss("cross_entropy")->attributes(), cross_entropy_loss()->attributes());
  const auto smoothed = cross_entropy_loss({.label_smoothing = 0.1, .class_weights = {1, 2}});
  const auto made = make_loss("cross_entropy", smoothed->attributes());
  EXPECT_EQ(made->name(), "cross_entropy");
  EXPECT_EQ(made->attributes(), smoothed->attributes());
  EXPECT_EQ(std::vector<double>(made->class_weights().begin(), made->class_weights().end()),
            (std::vector<double>{1, 2}));
}

TEST(Loss, RefusesNamesAndSettingsThatThereAreNot) {
  EXPECT_EQ(
      bad_input([] { make_loss("cross-entropy"); }),
      "unknown loss \"cross-entropy\"; did you mean \"cross_entropy\"? (valid: cross_entropy); a program "
      "adds its own with lehr::register_loss");
  EXPECT_EQ(bad_input([] {
              make_loss("cross_entropy", {{"gamma", 1.0}});
            }),
            "the loss cross_entropy has no setting \"gamma\"");
  EXPECT_EQ(bad_input([] {
              make_loss("cross_entropy", {{"label_smoothing", "much"}});
            }),
            "the loss cross_entropy: attribute \"label_smoothing\" should be a number");
  EXPECT_EQ(bad_input([] {
              make_loss("cross_entropy", {{"label_smoothing", 2.0}});
            }),
            "cross_entropy needs label_smoothing between 0 and 1, found 2");
  EXPECT_EQ(bad_input([] { loss_of(nullptr); }), "a loss needs an operation, found none");
  EXPECT_EQ(bad_input([] { register_loss("empty", nullptr); }),
            "the loss \"empty\" needs a function that makes it");
  EXPECT_EQ(bad_input([] { register_loss("cross_entropy", [](const Attributes&) { return mse(); }); }),
            "the loss \"cross_entropy\" is built in; register yours under another name");
}

TEST(Loss, ThatIsRegisteredIsMadeByItsName) {
  register_loss("mse", [](const Attributes&) { return mse(); });
  EXPECT_EQ(make_loss("mse")->name(), "mse");
  register_loss("misnamed", [](const Attributes&) { return mse(); });
  EXPECT_EQ(bad_input([] { make_loss("misnamed"); }),
            "the loss misnamed: what is registered as \"misnamed\" made \"mse\"");
}

TEST(Loss, RefusesTargetsThatItHasNoUseFor) {
  EXPECT_NO_THROW(with_loss(classifier(), *mse(), true));
  EXPECT_TRUE(
      bad_input([] { with_loss(classifier(), *mse()); }).starts_with("node \"lehr.loss\": mse needs"));
}

TEST(Loss, MustBeOneNumber) {
  const auto relu = std::make_shared<const ops::Add>();
  EXPECT_EQ(bad_input([&] { with_loss(classifier(), *loss_of(relu), true); }),
            "the loss add should give one f32 number, found f32 of shape (1, 10)");
}

}  // namespace
}  // namespace lehr
