// Data that does not fit the model is refused by every function before it is copied.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/inference/activations.hpp"
#include "lehr/model_io/model_file.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

std::vector<std::string> names_of(std::int64_t classes) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < classes; ++i) names.push_back("class " + std::to_string(i));
  return names;
}

std::shared_ptr<const Dataset> pictures(const Shape& shape, std::int64_t classes = 3,
                                        std::int64_t count = 6) {
  const auto bytes = static_cast<std::size_t>(count * shape.numel());
  std::vector<std::uint8_t> labels;
  for (std::int64_t i = 0; i < count; ++i) labels.push_back(static_cast<std::uint8_t>(i % classes));
  return std::make_shared<MemoryDataset>(shape, std::vector<std::uint8_t>(bytes, 7), std::move(labels),
                                         names_of(classes));
}

/// Returns a label that is not a class.
class Mislabelled final : public Dataset {
 public:
  explicit Mislabelled(std::shared_ptr<const Dataset> right) : right_(std::move(right)) {}
  std::int64_t size() const override { return right_->size(); }
  Shape image_shape() const override { return right_->image_shape(); }
  std::span<const std::string> class_names() const override { return right_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return index == 4 ? 1000 : right_->label(index); }
  void read(std::int64_t index, Image& picture) const override { right_->read(index, picture); }

 private:
  std::shared_ptr<const Dataset> right_;
};

const Shape grey{1, 16, 16};

Graph three_class_cnn(const Shape& in = grey) {
  return models::simple_cnn({.in = in, .classes = 3, .channels = {4, 4, 4}});
}

template <class Run>
std::string message_of(const Run& run) {
  try {
    run();
  } catch (const BadInput& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Fits, TheLearnerNamesTheSetAndBothShapes) {
  const auto learn = [](const Shape& train, const Shape& valid) {
    return message_of([&] { Learner(three_class_cnn(), {"", pictures(train), pictures(valid)}); });
  };
  EXPECT_EQ(learn(grey, {1, 8, 8}),
            "the model takes 1x16x16 images of 3 classes, the validation set has 1x8x8 of 3");
  EXPECT_EQ(learn(grey, {3, 16, 16}),
            "the model takes 1x16x16 images of 3 classes, the validation set has 3x16x16 of 3");
  EXPECT_EQ(learn({1, 16, 17}, grey),
            "the model takes 1x16x16 images of 3 classes, the training set has 1x16x17 of 3");
}

TEST(Fits, TheLearnerNamesTheNumbersOfClasses) {
  EXPECT_EQ(message_of([] {
              Learner(three_class_cnn(), {"mine", pictures(grey), pictures(grey, 2)});
            }),
            "the model takes 1x16x16 images of 3 classes, the validation set of \"mine\" has 1x16x16 of 2");
}

TEST(Fits, TheTwoSetsHaveTheSameClasses) {
  const auto renamed =
      std::make_shared<MemoryDataset>(grey, std::vector<std::uint8_t>(256), std::vector<std::uint8_t>{0},
                                      std::vector<std::string>{"class 0", "class 2", "class 1"});
  EXPECT_EQ(message_of([&] {
              Learner(three_class_cnn(), {"", pictures(grey), renamed});
            }),
            "class 1 is \"class 1\" in the training set and \"class 2\" in the validation set");
}

TEST(Fits, AnEmptyValidationSetIsRefusedBeforeTheTraining) {
  const auto none = pictures(grey, 3, 0);
  EXPECT_EQ(message_of([&] {
              Learner(three_class_cnn(), {"", pictures(grey), none});
            }),
            "the validation set is empty");
  EXPECT_NO_THROW(Learner(three_class_cnn(), {"", pictures(grey), none}, {.validate = false}));
}

TEST(Fits, ValidateLooksAtWhatItIsGiven) {
  Learner learner(three_class_cnn(), {"", pictures(grey), pictures(grey)});
  EXPECT_EQ(message_of([&] {
              learner.validate(pictures({1, 8, 8}));
            }),
            "the model takes 1x16x16 images of 3 classes, the data has 1x8x8 of 3");
  EXPECT_EQ(message_of([&] { learner.validate(pictures(grey, 4)); }),
            "the model takes 1x16x16 images of 3 classes, the data has 1x16x16 of 4");
  EXPECT_EQ(learner.validate(pictures(grey)).samples, 6);
}

TEST(Fits, ALabelThatIsNoClassIsRefused) {
  const auto wrong = std::make_shared<Mislabelled>(pictures(grey));
  const std::string expected = "sample 4: the label is 1000, expected 0 to 2, the numbers of the classes";
  Learner learner(three_class_cnn(), {"", pictures(grey), pictures(grey)});
  EXPECT_EQ(message_of([&] { learner.validate(wrong); }), expected);
  for (const int prefetch : {0, 2}) {
    Learner trained(three_class_cnn(), {"", wrong, pictures(grey)}, {.prefetch = prefetch});
    EXPECT_EQ(message_of([&] { trained.fit(1, 1e-3); }), expected);
    EXPECT_EQ(message_of([&] { trained.find_lr({.sweep = {.batches = 3}}); }), expected);
  }
}

TEST(Fits, ActivationsAndEvaluateLookAtWhatTheyAreGiven) {
  Learner learner(three_class_cnn(), {"", pictures(grey), pictures(grey)});
  const std::vector<std::int64_t> first{0};
  const std::vector<std::int64_t> beyond{6};
  const auto look = [&](std::shared_ptr<const Dataset> data, const std::vector<std::int64_t>& samples) {
    return message_of([&] {
      activations(learner.model(), learner.parameters(), learner.preprocessing(), std::move(data), samples);
    });
  };
  EXPECT_EQ(look(pictures({1, 8, 8}), first), "the model takes 1x16x16 images, the data has 1x8x8");
  EXPECT_EQ(look(pictures(grey), beyond), "there is no sample 6: the data has 6, counted from 0");
  EXPECT_EQ(look(nullptr, first), "the data is missing: its pointer is null");
}

TEST(Fits, WhatIsNoClassifierIsRefused) {
  const DataSplits data{"", pictures(grey), pictures(grey)};
  Graph two_inputs("two");
  const NodeId a = two_inputs.input("a", {DType::f32, {1, 1, 16, 16}});
  const NodeId b = two_inputs.input("b", {DType::f32, {1, 1, 16, 16}});
  two_inputs.add(ops::Add(), {a, b});
  EXPECT_EQ(message_of([&] { Learner(two_inputs, data); }), "expected a graph with one input, found 2");
  Graph numbers("numbers");
  numbers.add(ops::Linear({.out_features = 3}), {numbers.input("x", {DType::f32, {1, 256}})});
  EXPECT_EQ(message_of([&] { Learner(numbers, data); }),
            "expected a graph that takes f32 images of shape (1, C, H, W), found f32 of shape (1, 256)");
  Graph maps("maps");
  maps.add(ops::Conv2d({.out_channels = 3}), {maps.input("x", {DType::f32, {1, 1, 16, 16}})});
  EXPECT_EQ(
      message_of([&] { Learner(maps, data); }),
      "expected a graph that gives f32 scores of shape (1, classes), found f32 of shape (1, 3, 14, 14)");
}

}  // namespace
}  // namespace lehr
