#include "lehr/graph/summary.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "graph/expect_bad_input.hpp"
#include "lehr/models/models.hpp"

namespace lehr {
namespace {

TEST(Summary, RowsCarryWhatTheTableShows) {
  const std::vector<SummaryRow> rows = summary_rows(models::simple_cnn({}), 512);
  ASSERT_EQ(rows.size(), 11U);
  EXPECT_EQ(rows[0].type, "input");
  EXPECT_FALSE(rows[0].window.has_value());
  const SummaryRow& first = rows[1];
  EXPECT_EQ(first.name, "0");
  EXPECT_EQ(first.type, "conv2d");
  EXPECT_EQ(first.output, Shape({512, 8, 14, 14}));
  EXPECT_EQ(first.window, (Window{.kernel_h = 5, .kernel_w = 5, .stride_h = 2, .stride_w = 2}));
  EXPECT_EQ(first.parameters, 208);
  EXPECT_EQ(first.activation_bytes, 512 * 8 * 14 * 14 * 4);
  const SummaryRow total = summary_total(rows);
  EXPECT_EQ(total.parameters, 30'282);
  EXPECT_EQ(total.multiply_adds, 512 * 248'864);
  double share = 0;
  for (const SummaryRow& row : rows) share += row.flops_share;
  EXPECT_NEAR(share, 1, 1e-12);
}

TEST(Summary, TableIsAligned) {
  Graph graph("tiny");
  graph.input("input", {DType::f32, {1, 1, 28, 28}});
  graph.add(ops::Conv2d({.out_channels = 8, .kernel = {5, 5}, .stride = {2, 2}, .padding = {2, 2}}), {0},
            "conv1");
  graph.add(ops::Activation(), {1}, "relu");
  // clang-format off
  EXPECT_EQ(summary_table(graph, 64),
            "name   type        output           kernel/stride  receptive field  parameters   FLOPs    share  activations\n"
            "input  input       (64, 1, 28, 28)  -              1x1                       0       0    0.0 %      196 KiB\n"
            "conv1  conv2d      (64, 8, 14, 14)  5x5/2x2        5x5                     208  5.02 M   98.0 %      392 KiB\n"
            "relu   activation  (64, 8, 14, 14)  -              5x5                       0   100 k    2.0 %      392 KiB\n"
            "total                                                                      208  5.12 M  100.0 %      980 KiB\n");
  // clang-format on
}

TEST(Summary, LinesAreOfOneWidth) {
  std::istringstream table(summary_table(models::resnet_small({}), 3));
  std::string line;
  std::getline(table, line);
  const std::size_t width = line.size();
  while (std::getline(table, line)) EXPECT_EQ(line.size(), width) << line;
}

TEST(Summary, RefusesBatchesThatCannotBe) {
  EXPECT_EQ(test::bad_input([] { summary_table(models::simple_cnn({}), 0); }),
            "a graph needs a batch size between 1 and 2147483647, found 0");
}

TEST(Summary, NumbersForPeople) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1024), "1.00 KiB");
  EXPECT_EQ(human_bytes(3136), "3.06 KiB");
  EXPECT_EQ(human_bytes((1 << 20) - 1), "1.00 MiB");
  EXPECT_EQ(human_bytes(std::numeric_limits<std::int64_t>::max()), "8.00 EiB");
  EXPECT_EQ(human_count(208), "208");
  EXPECT_EQ(human_count(30'282), "30.3 k");
  EXPECT_EQ(human_count(999'999), "1.00 M");
  EXPECT_EQ(human_count(497'728'000), "498 M");
}

}  // namespace
}  // namespace lehr
