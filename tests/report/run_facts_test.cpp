// What the records of a run imply, and the text about it.
#include "report/run_facts.hpp"

#include <gtest/gtest.h>

#include "lehr/report/text.hpp"
#include "pages/records.hpp"

namespace lehr::report {
namespace {

using store::RunRecords;

TEST(RunText, BeginsWithTheDiagnosis) {
  const std::string text = run_text(test::made_records(), 100);
  const std::size_t at = text.find("\n\nhealthy: ");
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_LT(at, text.find("training loss"));
}

TEST(RunFacts, CountsImagesAndOperations) {
  RunRecords run = test::made_records();  // 1,045 images, 20 batches of 64 an epoch
  EXPECT_EQ(images_by_epoch(run), (std::vector<double>{1045, 2090, 3135}));
  run.info.parameters = 4 * 208;
  EXPECT_EQ(training_flops(run), 3.0 * 4e6 * 3135);
  run.epochs.pop_back();
  EXPECT_EQ(images_seen(run), 2090 + 20 * 64);
  run.info.config = "max-batches = 3\n";
  run.steps.resize(3);
  EXPECT_EQ(images_by_epoch(run).front(), 192);
  run.info.parameters = 1;
  EXPECT_FALSE(training_flops(run)) << "not all layers were recorded";
}

}  // namespace
}  // namespace lehr::report
