#include "lehr/report/text.hpp"

#include <gtest/gtest.h>

#include "pages/records.hpp"

namespace lehr::report {
namespace {

TEST(RunText, ShowsResultsLayersAndConfusedClasses) {
  const std::string text = run_text(test::made_records({.name = "a run"}), 120);
  for (const char* part :
       {"a run (20260101-120000-0000), done: simple-cnn on digits",
        "validation loss            2.1000  █▂▁  0.7000", "f1_macro", "layer3", "The colourful dimension",
        "statistics took 2.0 % of the training time", "    10  class 0 taken for class 1"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(RunText, OfARunWithoutStatisticsHasNoLayers) {
  const std::string text = run_text(test::made_records({.layers = 0}), 80);
  EXPECT_EQ(text.find("colourful"), std::string::npos);
  EXPECT_NE(text.find("training loss"), std::string::npos);
  EXPECT_EQ(run_text({{.id = "empty"}}, 80), "empty, running:  on \n\n");
}

TEST(RunText, EscapesWhatATerminalWouldObey) {
  store::RunRecords run = test::hostile_records();
  run.layers[0].name = "\x1B[2J";
  const std::string text = run_text(run, 120);
  EXPECT_EQ(text.find('\x1B'), std::string::npos);
  EXPECT_NE(text.find("\\x1B[2J"), std::string::npos);
}

TEST(LayersText, ShowsUpdatesWhereTheyWereRecorded) {
  const auto with = store::recorded_layers(test::made_records({.gradients = true}));
  const auto without = store::recorded_layers(test::made_records({.gradients = false}));
  EXPECT_NE(layers_text(with.layers, 120).find("update"), std::string::npos);
  EXPECT_EQ(layers_text(without.layers, 120).find("update"), std::string::npos);
  EXPECT_EQ(layers_text({}, 120), "");
}

}  // namespace
}  // namespace lehr::report
