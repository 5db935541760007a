#include "lehr/callbacks/progress_bar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "callbacks/epoch_table.hpp"
#include "lehr/data/data.hpp"
#include "lehr/metrics/metrics.hpp"
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

EpochRecord epoch_record() {
  EpochRecord record;
  record.epoch = 11;
  record.train = {.loss = 0.5, .accuracy = 0.75, .samples = 1000};
  record.valid = {.loss = 0.25,
                  .accuracy = 0.875,
                  .samples = 100,
                  .others = {{"f1_macro", 0.8125}, {"auroc", std::nan("")}, {"top_3_accuracy", 0.9375}}};
  record.lr = 1.5e-7;
  record.train_seconds = 2;
  return record;
}

/// The width of the longest line.
int width_of(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return static_cast<int>(longest);
}

TEST(EpochTable, HoldsEveryMetric) {
  const EpochTable table({"f1_macro", "auroc", "top_3_accuracy"}, 0);
  EXPECT_EQ(
      table.header(),
      "epoch  train loss  valid loss  train acc   accuracy  f1_macro    auroc  top_3_accuracy       lr  "
      "images/s     time\n");
  EXPECT_EQ(
      table.row(epoch_record()),
      "   12      0.5000      0.2500    75.00 %    87.50 %    0.8125        -          0.9375  1.5e-07  "
      "     500   2.00 s\n");
}

TEST(EpochTable, FitsEveryWidthFromTwentyAndHidesNoMetric) {
  for (int columns = 20; columns < 120; ++columns) {
    const EpochTable table({"f1_macro", "auroc", "top_3_accuracy"}, columns);
    const std::string row = table.row(epoch_record());
    EXPECT_LE(width_of(table.header()), columns);
    EXPECT_LE(width_of(row), std::max(columns, 2 + 21)) << "the longest metric with its value";
    for (const char* part : {"12", "87.50 %", "0.8125", "0.9375"}) {
      EXPECT_NE(row.find(part), std::string::npos) << columns << '\n' << row;
    }
  }
  const EpochTable table({"f1_macro", "auroc", "top_3_accuracy"}, 40);
  EXPECT_EQ(table.header(), "epoch  valid loss   accuracy  f1_macro\n");
  EXPECT_EQ(table.row(epoch_record()),
            "   12      0.2500    87.50 %    0.8125\n"
            "  auroc -  top_3_accuracy 0.9375\n");
  EXPECT_LE(width_of(EpochTable({}, 79).header()), 79);
}

TEST(EpochTable, SaysWhatWasNotMeasured) {
  EpochRecord record = epoch_record();
  record.valid = {};
  record.train.loss = 2.97e33;
  const std::string row = EpochTable({"auroc"}, 0).row(record);
  EXPECT_NE(row.find("2.970e+33           -"), std::string::npos) << row;
}

TEST(EpochTable, ShowsTheTrainingSetInEvaluationMode) {
  EpochRecord record = epoch_record();
  record.train_eval = {0.5, 0.8125, 64, {}};
  const EpochTable table({}, 0, true);
  EXPECT_NE(table.header().find("train eval"), std::string::npos);
  EXPECT_NE(table.row(record).find("81.25 %"), std::string::npos) << table.row(record);
}

TEST(EpochTable, ShowsTheTimeOfWaitingForData) {
  EpochRecord record = epoch_record();
  const EpochTable table({}, 0, false, true);
  EXPECT_NE(table.header().find("waiting"), std::string::npos);
  record.values[waiting_value] = 0.123;
  EXPECT_NE(table.row(record).find("12 %"), std::string::npos) << table.row(record);
}

TEST(EpochTable, AnEpochWithoutABatchHasNoFigures) {
  EpochRecord record = epoch_record();
  record.train = {};
  record.valid = {};
  const std::string row = EpochTable({}, 0).row(record);
  EXPECT_EQ(row.find('%'), std::string::npos) << row;
  EXPECT_EQ(row.find("0.0000"), std::string::npos) << row;
}

TEST(ProgressBar, ShowsMetrics) {
  std::ostringstream text;
  const DataSplits data = data::digits({.train = 200, .valid = 50});
  Learner learner(models::simple_cnn({.in = data.image_shape(), .classes = data.classes()}), data);
  learner.add_metric(metric_by_name("f1_macro"));
  learner.add(ProgressBar({.out = &text}));
  learner.fit(1, 0.01);
  EXPECT_NE(text.str().find("f1_macro"), std::string::npos) << text.str();
}

/// The successive drawings of the live line, without cursor movements.
std::vector<std::string> drawings(const std::string& text) {
  std::vector<std::string> found;
  const std::string end = "\x1b[J\r";
  for (std::size_t at = text.find(end); at != std::string::npos; at = text.find(end, at + 1)) {
    const std::size_t begin = text.find_last_of("\r\n", at) + 1;
    found.push_back(text.substr(begin, at - begin));
  }
  return found;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

TEST(ProgressBar, FollowsATerminalWhoseWidthChanges) {
  std::vector<int> widths;
  const auto next_width = [&widths] {
    widths.push_back(widths.size() % 3 == 0 ? 100 : widths.size() % 3 == 1 ? 40 : 20);
    return widths.back();
  };
  const std::vector<std::string> drawn = drawings(shown({.live = true, .width = next_width, .interval = 0}));
  ASSERT_FALSE(widths.empty());
  widths.erase(widths.begin());  // the table asks for the first width
  ASSERT_EQ(drawn.size(), widths.size());
  ASSERT_GT(drawn.size(), 6U);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    EXPECT_LT(characters(drawn[i]), static_cast<std::size_t>(widths[i])) << drawn[i];
  }
}

}  // namespace
}  // namespace lehr
