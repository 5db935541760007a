#include "store/recorded_option.hpp"

#include <gtest/gtest.h>

namespace lehr::store {
namespace {

TEST(RecordedOption, IsReadFromTheConfiguration) {
  RunInfo info{.id = "a"};
  info.config = "lr = 0.1\nstudy = \"a \\\"b\\\"\"\nstudy-2 = 1\nseed = 3\n";
  EXPECT_EQ(recorded_option(info, "study"), "a \"b\"");
  EXPECT_EQ(recorded_option(info, "seed"), "3");
  EXPECT_EQ(recorded_option(info, "variant"), "");
}

}  // namespace
}  // namespace lehr::store
