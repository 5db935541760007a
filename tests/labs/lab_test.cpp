// Labs from their plans to their pages.
#include "lehr/labs/lab.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "labs/labs.hpp"
#include "lehr/data/data.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/store/run_store.hpp"
#include "run/support.hpp"

namespace lehr::labs {
namespace {

using test::Folder;
using test::read_file;
using test::refusal;

LabSetup setup_for(const std::string& lab, Budget budget, const std::string& image_size = "") {
  LabSetup setup{.lab = lab, .budget = budget, .seeds = {0, 1, 2}};
  setup.base.data = "digits:8192";
  setup.base.image_size = image_size;
  setup.data = data::open_data(data_request(setup.base));
  return setup;
}

class EveryLab : public testing::TestWithParam<std::string> {};

TEST_P(EveryLab, SaysWhatItAsksAndWhatItDoesNotShow) {
  const Lab& lab = lab_named(GetParam());
  EXPECT_TRUE(lab.question.ends_with("?"));
  EXPECT_FALSE(lab.said.empty());
  EXPECT_FALSE(lab.prediction.empty());
  EXPECT_FALSE(lab.experiment.empty());
  EXPECT_FALSE(lab.limits.empty());
  EXPECT_FALSE(lab.sources.empty());
}

TEST_P(EveryLab, HasAPlanThatCanRunAtEveryBudget) {
  for (const Budget budget : {Budget::quick, Budget::normal, Budget::thorough}) {
    const LabSetup setup = setup_for(GetParam(), budget);
    std::set<std::string> names;
    for (const StudySpec& study : lab_named(GetParam()).studies(setup)) {
      EXPECT_NO_THROW(check_study(study, train_config_table())) << study.name;
      EXPECT_TRUE(names.insert(study.name).second) << study.name;
      for (const StudyVariant& variant : study.variants) EXPECT_NO_THROW(setup.graph(study, variant));
    }
    EXPECT_FALSE(names.empty());
  }
}

TEST_P(EveryLab, HasAPlanForLargerImages) {
  const LabSetup setup = setup_for(GetParam(), Budget::quick, "64");
  for (const StudySpec& study : lab_named(GetParam()).studies(setup)) {
    for (const StudyVariant& variant : study.variants) EXPECT_NO_THROW(setup.graph(study, variant));
  }
}

std::vector<std::string> lab_names() {
  std::vector<std::string> names;
  for (const LabInfo& lab : all_labs()) names.push_back(lab.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Labs, EveryLab, testing::ValuesIn(lab_names()), [](const auto& entry) {
  std::string name = entry.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

LabOptions small_options(const Folder& folder) {
  return {.data = "digits:100", .budget = Budget::quick, .seeds = {0, 1, 2}, .out = folder.path()};
}

std::size_t count_runs(const Folder& folder) {
  return store::RunStore(folder.path() / "lehr.db").runs().size();
}

/// The page without what a clock decides.
std::string timeless(Document page) {
  page.subtitle.clear();
  return html_page(page);
}

TEST(RunLab, MakesAPageFromItsRunsAndRepeatsNone) {
  const Folder folder;
  std::vector<std::size_t> done;
  const LabHooks hooks{.on_progress = [&](const LabProgress& progress) { done.push_back(progress.done); }};
  const LabResult first = run_lab("chain", small_options(folder), hooks);
  EXPECT_FALSE(first.interrupted);
  EXPECT_EQ(done.back(), 15U);
  EXPECT_EQ(first.page.title, lab_named("chain").question);
  EXPECT_FALSE(first.page.highlights.empty());
  EXPECT_EQ(count_runs(folder), 15U);
  const LabResult again = run_lab("chain", small_options(folder));
  EXPECT_EQ(count_runs(folder), 15U);
  EXPECT_EQ(html_page(again.page), html_page(first.page));
}

TEST(RunLab, GivesTheSamePageIfItWasStoppedInBetween) {
  const Folder whole;
  const Folder stopped;
  const LabOptions options = small_options(stopped);
  for (const std::size_t after : {std::size_t{1}, std::size_t{4}}) {
    std::stop_source stop;
    LabHooks hooks{.stop = stop.get_token(), .workers = 2};
    hooks.on_progress = [&](const LabProgress& progress) {
      if (progress.done >= after) stop.request_stop();
    };
    EXPECT_TRUE(run_lab("chain", options, hooks).interrupted);
  }
  const LabHooks two{.workers = 2};
  EXPECT_EQ(timeless(run_lab("chain", options, two).page),
            timeless(run_lab("chain", small_options(whole), two).page));
}

TEST(RunLab, ARunRepeatedAloneGivesTheSameModel) {
  const Folder folder;
  (void)run_lab("chain", small_options(folder));
  const store::RunInfo info = store::RunStore(folder.path() / "lehr.db").runs().at(7);
  TrainConfig config = config_of_run(folder.path() / info.id, train_config_table());
  config.out = folder.path() / "alone";
  const TrainResult alone = train(config);
  EXPECT_EQ(read_file(alone.place.model), read_file(folder.path() / info.id / "model.safetensors"));
}

TEST(RunLab, OtherDataIsAnotherStudy) {
  const Folder folder;
  LabOptions options = small_options(folder);
  (void)run_lab("chain", options);
  options.data = "digits:120";
  (void)run_lab("chain", options);
  EXPECT_EQ(count_runs(folder), 30U);
}

TEST(RunLab, RefusesWhatItCannotCompare) {
  const Folder folder;
  LabOptions options = small_options(folder);
  EXPECT_NE(refusal([&] { (void)run_lab("width", options); }).find("widths"), std::string::npos);
  options.model = "resnet-small";
  const std::string kernels = refusal([&] { (void)run_lab("first-kernel", options); });
  EXPECT_NE(kernels.find("the lab first-kernel cannot use this data and model"), std::string::npos)
      << kernels;
  options = small_options(folder);
  options.seeds = {1, 2};
  EXPECT_NE(refusal([&] { (void)run_lab("chain", options); }).find("at least 3, found 2"), std::string::npos);
  EXPECT_NE(refusal([&] { (void)budget_by_name("fast"); }).find("quick"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "lehr.db")) << "nothing is left behind";
}

TEST(IndexPage, LinksEveryLabAndItsAnswer) {
  const Document page{.title = "Why?", .highlights = {"Because."}};
  const std::string index = html_page(index_page({{"widths", page}, {"chain", page}}));
  EXPECT_NE(index.find("href=\"widths.html\""), std::string::npos);
  EXPECT_NE(index.find("href=\"chain.html\""), std::string::npos);
  EXPECT_NE(index.find("Because."), std::string::npos);
}

}  // namespace
}  // namespace lehr::labs
