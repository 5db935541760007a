// Studies in TOML: axes, lists, draws, and messages for mistakes.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "lehr/study/study.hpp"
#include "run/support.hpp"

namespace lehr::test {
namespace {

StudySpec read(const std::string& toml) { return read_study(toml, "s.toml", train_config_table()); }

std::string refused(const std::string& toml) {
  return refusal([&] { (void)read(toml); });
}

TEST(ReadStudy, MakesAGridOfTheAxesInWhichTheLastOneChangesFastest) {
  const StudySpec spec = read(R"(
[study]
name = "kernels"
seeds = 3
measures = ["accuracy", "valid_loss"]
[base]
data = "digits:500"
epochs = 2
[axes]
first-kernel = [3, 5]
batch-norm = [false, true]
)");
  EXPECT_EQ(spec.name, "kernels");
  EXPECT_EQ(spec.seeds, (std::vector<std::uint64_t>{0, 1, 2}));
  EXPECT_EQ(spec.measures, (std::vector<std::string>{"accuracy", "valid_loss"}));
  EXPECT_EQ(spec.base.data, "digits:500");
  EXPECT_EQ(spec.base.epochs, 2);
  std::vector<std::string> names;
  for (const StudyVariant& variant : spec.variants) names.push_back(variant.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"batch-norm=false, first-kernel=3", "batch-norm=false, first-kernel=5",
                                      "batch-norm=true, first-kernel=3", "batch-norm=true, first-kernel=5"}));
}

TEST(ReadStudy, TakesAListOfVariantsAndListsAsValues) {
  const StudySpec spec = read(R"(
[study]
seeds = [7, 9]
[[variants]]
name = "keep"
channels = [8, 8, 8]
[[variants]]
name = "double"
channels = [8, 16, 32]
lr = 0.02
)");
  EXPECT_EQ(spec.seeds, (std::vector<std::uint64_t>{7, 9}));
  const std::vector<StudyVariant> expected{{"keep", {{"channels", "8,8,8"}}},
                                           {"double", {{"channels", "8,16,32"}, {"lr", "0.02"}}}};
  ASSERT_EQ(spec.variants.size(), 2U);
  EXPECT_EQ(spec.variants[0], expected[0]);
  EXPECT_EQ(spec.variants[1].settings.size(), 2U);
  const TrainConfig config = config_of(spec, spec.variants[1], 9, train_config_table());
  EXPECT_EQ(config.channels, (std::vector<std::int64_t>{8, 16, 32}));
  EXPECT_EQ(config.lr, 0.02);
  EXPECT_EQ(config.seed, 9U);
  EXPECT_EQ(config.study, "study");
  EXPECT_EQ(config.variant, "double");
}

TEST(ReadStudy, DrawsDifferentCombinationsThatTheSeedDecides) {
  const std::string axes = "[axes]\nlr = [0.1, 0.2, 0.3, 0.4]\nbatch-size = [16, 32, 64]\n";
  const auto drawn = [&](int seed) {
    return read("[study]\nsamples = 5\nsamples-seed = " + std::to_string(seed) + "\n" + axes).variants;
  };
  const std::vector<StudyVariant> first = drawn(1);
  ASSERT_EQ(first.size(), 5U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(first[i].name, first[j].name);
  }
  EXPECT_EQ(drawn(1), first);
  EXPECT_NE(drawn(2), first);
  EXPECT_EQ(refused("[study]\nsamples = 13\n" + axes),
            "the axes have 12 combinations, fewer than the 13 that the study draws");
}

TEST(ReadStudy, DrawsFromAxesWithAnyNumberOfCombinations) {
  std::string axes = "[study]\nsamples = 20\n[axes]\n";
  for (const char* key : {"lr", "momentum", "weight-decay", "l1", "init-gain"}) {
    axes += std::string(key) + " = [";
    for (int i = 1; i <= 500; ++i) axes += std::to_string(i) + "e-3, ";
    axes += "]\n";
  }
  std::set<std::string> names;
  for (const StudyVariant& variant : read(axes).variants) names.insert(variant.name);
  EXPECT_EQ(names.size(), 20U);
}

TEST(ReadStudy, TakesItsNameFromTheFile) {
  const Folder folder;
  std::ofstream(folder.path() / "my study.toml") << "[axes]\nlr = [0.1, 0.2]\n";
  EXPECT_EQ(read_study_file(folder.path() / "my study.toml", train_config_table()).name, "my-study");
}

TEST(ReadStudy, NamesThePlaceOfAMistake) {
  EXPECT_NE(refused("[base]\nseed = 3\n[axes]\nlr = [1]\n")
                .find("s.toml, line 2, column 8: the seeds of a study stand in [study]"),
            std::string::npos);
  std::string deep = "[axes]\nlr = [1] # a.b.c\na";
  for (int i = 0; i < 40'000; ++i) deep += ".a";
  EXPECT_NE(refused(deep + " = 1\n").find("s.toml, line 3, column 128: a key has at most 64 parts"),
            std::string::npos)
      << refused(deep + " = 1\n").substr(0, 200);
  const std::string dots(200, '.');
  EXPECT_NE(refused("[base]\ndata = \"" + dots + "\\\"" + dots + "\"\n[study]\nname = \"\"\"" + dots + "\"\"\"\n")
                .find("expected [axes]"),
            std::string::npos)
      << "dots in texts are no keys";
  EXPECT_TRUE(refused("[axes]\nfirst-kernal = [3]\n")
                  .starts_with("s.toml, line 2, column 1: unknown key \"first-kernal\"; did you mean "
                               "\"first-kernel\"?"));
  EXPECT_NE(refused("[axes]\nbatch-size = [64, 0]\n").find("s.toml, line 2, column 19: "), std::string::npos);
  EXPECT_NE(refused("[axes]\nbatch-size = 64\n").find("batch-size expects a list of values, found a number"),
            std::string::npos);
  EXPECT_NE(refused("[base]\nepochs = \"x\"\n[axes]\nlr = [1]\n").find("line 2, column 10"),
            std::string::npos);
  EXPECT_NE(refused("[study]\nseeds = 0\n[axes]\nlr = [1]\n").find("a whole number from 1 to 1000"),
            std::string::npos);
  EXPECT_NE(refused("[study]\nseed = 1\n").find("unknown key \"seed\""), std::string::npos);
  EXPECT_NE(refused("[[variants]]\nlr = 0.1\n").find("a variant expects a name"), std::string::npos);
  EXPECT_EQ(refused("[base]\nlr = 0.1\n"), "s.toml: expected [axes] or [[variants]], found neither");
  EXPECT_NE(refused("[axes\n").find("s.toml, line 1"), std::string::npos);
}

TEST(CheckStudy, RefusesWhatCannotBeRun) {
  const ConfigTable table = train_config_table();
  const StudySpec good = read("[axes]\nlr = [0.1, 0.2]\n");
  check_study(good, table);
  const auto refused_with = [&](auto change) {
    StudySpec spec = good;
    change(spec);
    return refusal([&] { check_study(spec, table); });
  };
  EXPECT_NE(refused_with([](StudySpec& s) {
              s.measures = {"accuracy", "accuracy"};
            }).find("the measure \"accuracy\" appears twice"),
            std::string::npos);
  EXPECT_NE(
      refused_with([](StudySpec& s) { s.variants[0].name = std::string(201, 'x'); }).find("at most 200"),
      std::string::npos);
  EXPECT_NE(refused_with([](StudySpec& s) { s.name = "../x"; }).find("the name of a study"),
            std::string::npos);
  EXPECT_EQ(refused_with([](StudySpec& s) { s.seeds = {1, 2, 1}; }), "the seed 1 appears twice in the study");
  EXPECT_EQ(refused_with([](StudySpec& s) { s.seeds.clear(); }), "a study needs at least one seed");
  EXPECT_EQ(refused_with([](StudySpec& s) { s.variants[1] = s.variants[0]; }),
            "the variant \"lr=0.1\" appears twice in the study");
  EXPECT_NE(refused_with([](StudySpec& s) { s.measures = {"acuracy"}; }).find("accuracy"), std::string::npos);
  EXPECT_EQ(refused_with([](StudySpec& s) { s.measures = {"gradient_norm_max"}; }),
            "variant \"lr=0.1\": the study compares \"gradient_norm_max\", which its runs do not measure: "
            "add \"gradient_norm\" to their measure");
  EXPECT_NE(refused_with([](StudySpec& s) { s.measures = {"weight_nrom"}; }).find("\"weight_norm\"?"),
            std::string::npos);
  EXPECT_NE(refused_with([](StudySpec& s) {
              s.variants[1].settings.push_back({"batch-size", "0"});
            }).find("variant \"lr=0.2\": "),
            std::string::npos);
  EXPECT_NE(refused_with([](StudySpec& s) { s.base.save = false; }).find("no-save"), std::string::npos);
}

}  // namespace
}  // namespace lehr::test
