#include "lehr/core/number_text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

namespace lehr {
namespace {

TEST(NumberText, ReadsBackAsTheSameNumber) {
  for (const double number : {1e-8, 1e-9, 0.1, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, -3.25, 0.0}) {
    EXPECT_EQ(std::strtod(number_text(number).c_str(), nullptr), number) << number_text(number);
  }
  EXPECT_EQ(number_text(1e-8), "1e-08");
  EXPECT_EQ(number_text(0.01), "0.01");
  EXPECT_EQ(number_text(0.1F), "0.1");
}

TEST(NumberText, NamesWhatIsNoNumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(number_text(nan), "nan");
  EXPECT_EQ(number_text(-nan), "nan");
  EXPECT_EQ(number_text(-infinity), "-inf");
  EXPECT_EQ(loss_text(nan), "nan");
  EXPECT_EQ(loss_text(infinity), "inf");
  EXPECT_EQ(percent_text(nan), "nan");
}

TEST(NumberText, SmallAndLargeLossesKeepTheirDigits) {
  EXPECT_EQ(loss_text(2.30258), "2.3026");
  EXPECT_EQ(loss_text(0.001), "0.0010");
  EXPECT_EQ(loss_text(0.0000321), "3.210e-05");
  EXPECT_EQ(loss_text(0), "0.0000");
  EXPECT_EQ(loss_text(2.97e33), "2.970e+33");
}

TEST(NumberText, OnlyAllIsAHundredPercentAndOnlyNoneIsZero) {
  EXPECT_EQ(percent_text(1), "100.00 %");
  EXPECT_EQ(percent_text(0.99999), "99.99 %");
  EXPECT_EQ(percent_text(0.9714), "97.14 %");
  EXPECT_EQ(percent_text(0.00001), "<0.01 %");
  EXPECT_EQ(percent_text(0), "0.00 %");
  EXPECT_EQ(percent_text(0.9999, 1), "99.9 %");
  EXPECT_EQ(percent_text(0.0001, 1), "<0.1 %");
}

TEST(NumberText, OneIsSingular) {
  EXPECT_EQ(counted(1, "batch"), "1 batch");
  EXPECT_EQ(counted(2, "batch"), "2 batches");
  EXPECT_EQ(counted(2, "epoch"), "2 epochs");
  EXPECT_EQ(counted(0, "image"), "0 images");
  EXPECT_EQ(counted(1, "entry"), "1 entry");
  EXPECT_EQ(counted(3, "entry"), "3 entries");
  EXPECT_EQ(counted(2, "class"), "2 classes");
  EXPECT_EQ(counted(std::uint64_t{18446744073709551615U}, "byte"), "18446744073709551615 bytes");
}

}  // namespace
}  // namespace lehr
