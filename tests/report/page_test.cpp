#include "lehr/report/page.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "pages/records.hpp"
#include "report/base64.hpp"
#include "report/page_data.hpp"
#include "report/page_numbers.hpp"

namespace lehr::report {
namespace {

using test::hostile_records;
using test::made_records;

std::string page(const std::vector<store::RunRecords>& runs) {
  std::ostringstream out;
  write_page(out, runs);
  return out.str();
}

/// The data that the page's scripts read.
nlohmann::json records_in(const std::string& html) {
  const std::string before = "<script id=\"records\" type=\"application/json\">";
  const std::size_t begin = html.find(before) + before.size();
  return nlohmann::json::parse(html.substr(begin, html.find("</script>", begin) - begin));
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Base64, IsThatOfTheRfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE\xFD"), "//79");
}

TEST(Thinned, KeepsEverySpike) {
  std::vector<double> values(100000, 1.0);
  values[777] = 50;
  values[99998] = -3;
  const std::vector<std::size_t> places = thinned(values, 1000);
  EXPECT_LE(places.size(), 1000U);
  EXPECT_TRUE(std::ranges::is_sorted(places));
  EXPECT_NE(std::ranges::find(places, 777U), places.end());
  EXPECT_NE(std::ranges::find(places, 99998U), places.end());
}

TEST(Thinned, LeavesShortSeriesAsTheyAre) {
  std::vector<std::size_t> all(10);
  std::iota(all.begin(), all.end(), 0U);
  EXPECT_EQ(thinned(std::vector<double>(10, 1.0), 10), all);
  EXPECT_TRUE(thinned({}, 10).empty());
}

TEST(Page, NeedsNothingElse) {
  const std::string html = page({made_records()});
  for (const char* outside : {"src=\"http", "href=\"http", "@import", "sourceMappingURL", "url("}) {
    EXPECT_EQ(times(html, outside), 0U) << outside;
  }
  EXPECT_EQ(times(html, "<script"), 2U);
  EXPECT_EQ(times(html, "</html>"), 1U);
  for (const char* slot : {"{{style}}", "{{records}}", "{{scripts}}"})
    EXPECT_EQ(times(html, slot), 0U) << slot;
}

TEST(Page, HoldsWhatWasRecorded) {
  const nlohmann::json run = records_in(page({made_records()}))[0];
  EXPECT_EQ(run["status"], "done");
  EXPECT_EQ(run["layers"]["list"].size(), 4U);
  EXPECT_EQ(run["layers"]["list"][0]["series"]["picture"]["columns"], 60);
  EXPECT_EQ(run["confusion"]["matrix"].size(), 100U);
  EXPECT_EQ(run["confusion"]["images"], nlohmann::json(std::vector<int>(10, 100)));
  EXPECT_EQ(run["confusion"]["right"], nlohmann::json(std::vector<int>(10, 90)));
  EXPECT_DOUBLE_EQ(run["confusion"]["balancedAccuracy"].get<double>(), 0.9);
  EXPECT_EQ(run["confusion"]["pairs"][0], nlohmann::json({0, 1, 10}));
  // 60 batches of 8 bytes and of 4 bytes.
  EXPECT_EQ(run["steps"]["batch"].get<std::string>().size(), 640U);
  EXPECT_EQ(run["layers"]["list"][3]["series"]["updateRatio"].get<std::string>().size(), 320U);
}

// All batches of a validation count as one.
TEST(Page, PoolsTheBatchesOfAValidation) {
  store::RunRecords run = made_records({.epochs = 1, .layers = 2});
  EXPECT_TRUE(records_in(page({run}))[0]["layers"]["list"][0]["validation"].is_null());
  const auto add = [&](std::int64_t count, double mean, double std, std::int64_t near_zero) {
    TensorStats s;
    s.count = count;
    s.mean = mean;
    s.std = std;
    s.near_zero_abs = near_zero;  // shown on the page
    s.near_zero = count;          // the signed share, which is not informative
    run.stats.push_back({19, 0, false, 1, store::Watched::activation, s});
  };
  add(2, 2, std::sqrt(2.0), 1);  // 1, 3
  add(0, 0, 0, 0);
  add(3, 5, 1, 0);  // 4, 5, 6
  const nlohmann::json validation = validation_data(run, 1);
  EXPECT_EQ(validation["batch"], encoded(std::vector<double>{20}));
  EXPECT_EQ(validation["mean"], encoded(std::vector<float>{3.8F}));
  EXPECT_EQ(validation["std"], encoded(std::vector<float>{static_cast<float>(std::sqrt(3.7))}));
  EXPECT_EQ(validation["nearZero"], encoded(std::vector<float>{0.2F}));
  EXPECT_TRUE(validation_data(run, 0).is_null());
}

// The signed share counts every negative value as near zero.
TEST(Page, SaysNearZeroOfTheSizeOfValues) {
  store::RunRecords run = made_records({.epochs = 1, .batches = 1, .layers = 1});
  TensorStats& stats = run.stats.front().stats;
  stats.near_zero = stats.count;
  stats.near_zero_abs = stats.count / 4;
  const auto share = static_cast<float>(stats.near_zero_abs_share());
  const nlohmann::json layer = records_in(page({run}))[0]["layers"]["list"][0];
  EXPECT_EQ(layer["series"]["nearZero"], encoded(std::vector<float>{share}));
}

TEST(Page, NamesDeadChannels) {
  store::RunRecords run = made_records({.epochs = 1, .batches = 1, .layers = 2});
  const auto counted = [](std::uint32_t zero) { return ChannelCounts{.zero = zero}; };
  run.stats.front().stats.channels = {.values = 9, .counts = {counted(9), counted(8), counted(9)}};
  const nlohmann::json layers = records_in(page({run}))[0]["layers"]["list"];
  EXPECT_EQ(layers[0]["deadChannels"]["channels"], 3);
  EXPECT_EQ(layers[0]["deadChannels"]["dead"], (std::vector<int>{0, 2}));
  EXPECT_TRUE(layers[1]["deadChannels"].is_null());
}

TEST(Page, HasNoTimesOfLayersThatWereNotTimed) {
  store::RunRecords run = made_records({.layers = 2});
  run.layers[1].forward_seconds.reset();
  run.layers[1].backward_seconds.reset();
  const nlohmann::json layers = records_in(page({run}))[0]["layers"]["list"];
  EXPECT_EQ(layers[0]["forward"], 1e-4);
  EXPECT_TRUE(layers[1]["forward"].is_null() && layers[1]["backward"].is_null());
}

TEST(Page, ShowsAnyTextAsText) {
  const std::string html = page({hostile_records()});
  EXPECT_EQ(times(html, "<script"), 2U);
  EXPECT_EQ(times(html, "</script>"), 2U);
  EXPECT_EQ(times(html, "<img"), 0U);
  const nlohmann::json run = records_in(html)[0];
  const std::string name = run["layers"]["list"][0]["name"];
  EXPECT_EQ(name.rfind("<img src=x onerror=\"pwned=1\">'\"&amp;</script>", 0), 0U);
  EXPECT_NE(name.find("\xF0\x9F\x98\x80\xEF\xBF\xBD{{records}}"), std::string::npos)
      << "U+FFFD for the odd byte";
}

TEST(Page, OfAThousandEpochsOfSixtyLayersStaysBelowTenMegabytes) {
  const std::string html = page({made_records({.epochs = 1000, .layers = 60, .every = 20})});
  EXPECT_LT(html.size(), 10'000'000U);
  EXPECT_EQ(records_in(html)[0]["layers"]["list"][59]["series"]["picture"]["columns"], 400);
}

TEST(Page, OfManyRunsStaysSmallToo) {
  const std::vector<store::RunRecords> runs(
      8, made_records({.epochs = 50, .layers = 60, .every = 10, .gradients = false}));
  EXPECT_LT(page(runs).size(), 5'000'000U);
}

TEST(Page, OfSixtyRunsIsAFewMegabytes) {
  const store::RunRecords one = made_records({.epochs = 20, .batches = 60, .layers = 5, .every = 9});
  EXPECT_LT(page(std::vector<store::RunRecords>(60, one)).size(), 6'000'000U);
}

TEST(Page, OfAThousandClassesHasNoWholeMatrix) {
  const std::string html = page({made_records({.classes = 1000})});
  EXPECT_LT(html.size(), 2'000'000U);
  const nlohmann::json confusion = records_in(html)[0]["confusion"];
  EXPECT_FALSE(confusion.contains("matrix"));
  EXPECT_EQ(confusion["images"].size(), 1000U);
  EXPECT_EQ(confusion["pairs"].size(), 50U);
}

TEST(Page, OfManyRunsHasNoPictures) {
  store::RunRecords run = made_records();
  run.pictures.push_back({"sample", "a picture", 0, test::small_png()});
  EXPECT_EQ(records_in(page(std::vector<store::RunRecords>(8, run)))[7]["pictures"].size(), 1U);
  EXPECT_TRUE(records_in(page(std::vector<store::RunRecords>(9, run)))[0]["pictures"].empty());
}

TEST(Page, SaysToWhichVariantARunBelongsAndHowItIs) {
  store::RunRecords run = made_records();
  run.info.config = "study = \"sizes\"\nvariant = \"batch-size=16\"\nseed = 3\n";
  run.info.parameters = 4 * 208;
  const nlohmann::json data = records_in(page({run}))[0];
  EXPECT_EQ(data["study"], "sizes");
  EXPECT_EQ(data["variant"], "batch-size=16");
  EXPECT_EQ(data["seed"], "3");
  EXPECT_EQ(data["flops"], 3.0 * 4e6 * 3135);
  EXPECT_TRUE(data["health"]["problems"].empty());
  EXPECT_TRUE(data["health"]["good"].get<std::string>().starts_with("healthy: all 4"));
  EXPECT_EQ(data["epochs"]["images"], encoded(std::vector<double>{1045, 2090, 3135}));
}

TEST(Page, HasTheFindingsOfTheRules) {
  store::RunRecords run = made_records();
  for (const nlohmann::json& cause : records_in(page({run}))[0]["findings"]["causes"]) {
    EXPECT_EQ(cause["severity"], "hint");
  }
  test::kill_layer(run, 2, 30);
  const nlohmann::json findings = records_in(page({run}))[0]["findings"];
  const nlohmann::json& first = findings["causes"].at(0);
  EXPECT_EQ(first["rule"], "dead-layer");
  EXPECT_EQ(first["severity"], "problem");
  EXPECT_EQ(first["evidence"][0][0], "activations near zero, layer layer2");
  EXPECT_EQ(first["chart"]["values"].get<std::string>().size(), 640U);  // 60 doubles
  EXPECT_FALSE(first["mend"].get<std::string>().empty());
  const auto& missing = findings["notChecked"];
  EXPECT_TRUE(
      std::ranges::any_of(missing, [](const auto& one) { return one["needs"] == "--stats-channels"; }));
}

// Of a thinned series only extremes remain, so a smoothed line needs the means between them.
TEST(Page, HasTheMeansOfAThinnedLoss) {
  EXPECT_FALSE(records_in(page({made_records()}))[0]["steps"].contains("meanLoss"));
  store::RunRecords run = made_records({.epochs = 1, .batches = 4000, .layers = 0});
  for (store::StepRow& step : run.steps) step.loss = step.step % 4 == 0 ? 5 : 1;
  const nlohmann::json steps = run_data(run, {.points = 2})["steps"];
  EXPECT_EQ(steps["loss"], encoded(std::vector<float>{1, 5, 1, 5}));
  EXPECT_EQ(steps["meanLoss"].get<std::string>().size(), 24U);
}

TEST(Page, OfARunThatDidNothingIsAPage) {
  const nlohmann::json run = records_in(page({{{.id = "empty"}}}))[0];
  EXPECT_EQ(run["steps"]["batch"], "");
  EXPECT_TRUE(run["layers"]["list"].empty());
  EXPECT_FALSE(run.contains("confusion"));
}

// The rows contain layers that the run does not have, as in a damaged store.
TEST(Page, PassesOverStatisticsOfNoLayer) {
  store::RunRecords run = made_records();
  run.stats.front().layer = 1000;
  run.stats.back().layer = -1;
  EXPECT_EQ(records_in(page({run}))[0]["layers"]["list"].size(), 4U);
}

}  // namespace
}  // namespace lehr::report
