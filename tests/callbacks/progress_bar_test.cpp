#include "lehr/callbacks/progress_bar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

std::string shown(ProgressBarOptions options) {
  std::ostringstream text;
  options.out = &text;
  const DataSplits data = data::digits({.train = 200, .valid = 50});
  Learner learner(models::simple_cnn({.in = data.image_shape(), .classes = data.classes()}), data);
  learner.add(ProgressBar(options));
  learner.fit(2, 0.01);
  return text.str();
}

TEST(ProgressBar, PrintsATableWithALineAnEpoch) {
  const std::string text = shown({});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
  EXPECT_NE(text.find("valid loss"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(ProgressBar, DrawsALineThatFitsTheTerminalAndErasesIt) {
  const std::string text = shown({.live = true, .columns = 60, .interval = 0});
  EXPECT_NE(text.find("epoch 1/2"), std::string::npos);
  EXPECT_NE(text.find("validating"), std::string::npos);
  EXPECT_NE(text.find("left"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\n")) << "the last drawing is erased before the last line of the table";
}

}  // namespace
}  // namespace lehr
