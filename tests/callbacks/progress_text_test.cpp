#include <gtest/gtest.h>

#include "lehr/callbacks/progress_bar.hpp"

namespace lehr {
namespace {

TEST(ProgressText, DurationsReadNaturally) {
  EXPECT_EQ(duration_text(0.421), "0.42 s");
  EXPECT_EQ(duration_text(9.996), "10.0 s");
  EXPECT_EQ(duration_text(59.96), "1:00");
  EXPECT_EQ(duration_text(125), "2:05");
  EXPECT_EQ(duration_text(3725), "1:02:05");
  EXPECT_EQ(duration_text(-1), "?");
  EXPECT_EQ(duration_text(1e300), "?");
}

TEST(ProgressText, BarsFillFromTheLeft) {
  EXPECT_EQ(bar_text(0, 3), "░░░");
  EXPECT_EQ(bar_text(0.5, 4), "██░░");
  EXPECT_EQ(bar_text(2, 2), "██");
}

}  // namespace
}  // namespace lehr
