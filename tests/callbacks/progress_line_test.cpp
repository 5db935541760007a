#include "callbacks/progress_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace lehr {
namespace {

std::size_t shown_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

const ProgressLine training{.whole = "epoch 12/100",
                            .brief = "12/100",
                            .share = 0.45,
                            .loss = "loss 0.1234",
                            .speed = "187624 images/s",
                            .left = "1:02:05 left"};

TEST(ProgressLine, FitsEveryWidth) {
  ProgressLine longest = training;
  longest.whole = "epoch 1000000/1000000";
  longest.brief = "1000000/1000000";
  ProgressLine validating{.whole = "epoch 1/2", .brief = "1/2", .share = 1, .state = "validating"};
  for (const ProgressLine& line : {training, longest, validating}) {
    for (int columns = -1; columns <= 200; ++columns) {
      EXPECT_LE(shown_width(fitted(line, columns)), static_cast<std::size_t>(std::max(columns - 1, 0)))
          << columns;
    }
  }
}

TEST(ProgressLine, LeavesOutWhatMattersLeast) {
  EXPECT_EQ(fitted(training, 80),
            "epoch 12/100 ███████░░░░░░░░░  45 %  loss 0.1234  187624 images/s  1:02:05 left");
  EXPECT_EQ(fitted(training, 66), "epoch 12/100  45 %  loss 0.1234  187624 images/s  1:02:05 left");
  EXPECT_EQ(fitted(training, 50), "epoch 12/100  45 %  loss 0.1234  1:02:05 left");
  EXPECT_EQ(fitted(training, 40), "epoch 12/100 ███░░░░  45 %  loss 0.1234");
  EXPECT_EQ(fitted(training, 20), "epoch 12/100  45 %");
  EXPECT_EQ(fitted(training, 15), "12/100  45 %");
}

TEST(ProgressLine, TheBarIsNeverLongerThanThirtyCharacters) {
  EXPECT_EQ(shown_width(fitted(training, 1000)),
            std::string("epoch 12/100 ").size() + 30 +
                std::string("  45 %  loss 0.1234  187624 images/s  ").size() +
                std::string("1:02:05 left").size());
}

}  // namespace
}  // namespace lehr
