#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

TEST(Usage, VersionAndHelpSucceed) {
  const TemporaryFolder folder;
  const Outcome version = run(folder.path(), {"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_TRUE(version.out.starts_with("lehr ")) << version.out;
  for (const std::string command : {"train", "evaluate", "predict", "summary", "data"}) {
    const Outcome help = run(folder.path(), {command, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_NE(help.out.find("Examples:"), std::string::npos) << command;
  }
  EXPECT_NE(run(folder.path(), {"--help"}).out.find("train"), std::string::npos);
}

struct Wrong {
  std::vector<std::string> arguments;
  std::string said;

  friend std::ostream& operator<<(std::ostream& stream, const Wrong& wrong) {
    stream << "lehr";
    for (const std::string& argument : wrong.arguments) stream << ' ' << argument;
    return stream;
  }
};

class WrongUsage : public testing::TestWithParam<Wrong> {};

TEST_P(WrongUsage, IsOneSentenceWithStatus2) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), GetParam().arguments);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.err.starts_with("lehr: ")) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find(GetParam().said), std::string::npos) << outcome.err;
  EXPECT_TRUE(folder.contents().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Callbacks, WrongUsage,
    testing::Values(
        Wrong{{"train", "--monitor", "valid_los"}, "did you mean \"valid_loss\"?"},
        Wrong{{"train", "--monitor", "valid_auroc", "--metrics", "f1_macro"},
              "\"valid_auroc\" cannot be watched"},
        Wrong{{"train", "--early-stopping", "-1"}, "--early-stopping takes a whole number between 1"},
        Wrong{{"train", "--early-stopping", "0"}, "--early-stopping takes a whole number between 1"},
        Wrong{{"train", "--reduce-on-plateau", "0"}, "--reduce-on-plateau takes a whole number between 1"},
        Wrong{{"train", "--plateau-factor", "0.5"}, "--plateau-factor needs --reduce-on-plateau"},
        Wrong{{"train", "--no-save", "--save-best"}, "--save-best contradicts --no-save"},
        Wrong{{"train", "--no-save", "--checkpoint-batches", "9"},
              "--checkpoint-batches contradicts --no-save"},
        Wrong{{"train", "--no-save", "--checkpoint-minutes", "9"},
              "--checkpoint-minutes contradicts --no-save"},
        Wrong{{"train", "--no-save", "--require-checkpoints"}, "--require-checkpoints contradicts --no-save"},
        Wrong{{"train", "--mixup", "0.4", "--cutmix", "1"}, "give one of --mixup and --cutmix"}));

INSTANTIATE_TEST_SUITE_P(
    Options, WrongUsage,
    testing::Values(Wrong{{}, "needs a command"}, Wrong{{"data"}, "needs a command: make"},
                    Wrong{{"trian"}, "did you mean \"train\""},
                    Wrong{{"trian", "--help"}, "did you mean \"train\""},
                    Wrong{{"--help", "trian"}, "did you mean \"train\""},
                    Wrong{{"prescribe", "--help"}, "unknown command \"prescribe\""},
                    Wrong{{"trian", "--epochs", "3", "-h"}, "did you mean \"train\""},
                    Wrong{{"runs", "shwo", "--help"}, "did you mean \"show\""},
                    Wrong{{"data", "mke", "-h"}, "did you mean \"make\""},
                    Wrong{{"train", "--lerning-rate"}, "unknown option"},
                    Wrong{{"train", "--batchsize", "3"}, "did you mean --batch-size?"},
                    Wrong{{"train", "--epoch=3"}, "did you mean --epochs?"},
                    Wrong{{"train", "surplus"}, "surplus"}, Wrong{{"train", "--lr"}, "--lr needs a value"},
                    Wrong{{"train", "--no-save=maybe"}, "--no-save takes no value"},
                    Wrong{{"train", "--quiet=2"}, "--quiet takes no value"},
                    Wrong{{"train", "--out", ""}, "--out needs a folder name"}, Wrong{{"evaluate"}, "MODEL"},
                    Wrong{{"evaluate", "m.safetensors"}, "there is no such file"},
                    Wrong{{"train", "--batch-size", "0"}, "--batch-size"},
                    Wrong{{"train", "--batch-size", "-4"}, "--batch-size"},
                    Wrong{{"train", "--batch-size", "ten"}, "found \"ten\""},
                    Wrong{{"train", "--batch-size", "99999999999999999999"}, "--batch-size"},
                    Wrong{{"train", "--epochs", "0"}, "--epochs"},
                    Wrong{{"train", "--threads", "0"}, "--threads"}, Wrong{{"train", "--lr", "-0.1"}, "--lr"},
                    Wrong{{"train", "--lr", "nan"}, "found \"nan\""}, Wrong{{"train", "--lr", "inf"}, "--lr"},
                    Wrong{{"train", "--lr=0,1"}, "--lr"},
                    Wrong{{"train", "--label-smoothing", "1"}, "--label-smoothing"},
                    Wrong{{"train", "--weight-decay", "-1"}, "--weight-decay"},
                    Wrong{{"train", "--seed", "-1"}, "--seed"},
                    Wrong{{"train", "--channels", "65536,65536,65536,65536"}, "use fewer channels"}));

INSTANTIATE_TEST_SUITE_P(
    Names, WrongUsage,
    testing::Values(Wrong{{"train", "--model", "simple-cn"}, "did you mean \"simple-cnn\""},
                    Wrong{{"train", "--data", "digit"}, "did you mean \"digits\""},
                    Wrong{{"train", "--optimizer", "adm"}, "did you mean \"adam\""},
                    Wrong{{"train", "--schedule", "one-cycl"}, "did you mean \"one-cycle\""},
                    Wrong{{"train", "--activation", "leaky-rely"}, "did you mean \"leaky-relu\""},
                    Wrong{{"train", "--activation", "nosuch"}, "(valid: relu, leaky-relu, general-relu,"},
                    Wrong{{"train", "--init", "kaiming-norm"}, "kaiming-normal"},
                    Wrong{{"train", "--momentum", "0.9"}, "--schedule one-cycle"},
                    Wrong{{"train", "--data", "digits:100", "--class-weights", "1,2"}, "class weight"},
                    Wrong{{"train", "--data", "digits:100", "--channels", "8,8,8,8,8,8,8,8"}, "too deep"},
                    Wrong{{"summary", "--input", "1x28"}, "1x28x28"},
                    Wrong{{"summary", "--input", "1x2x2"}, "too deep"},
                    Wrong{{"data", "make", "digit", "--out", "d"}, "did you mean \"digits\""},
                    Wrong{{"data", "make", "digits", "--out", "d", "--format", "jpg"}, "format"},
                    Wrong{{"data", "make", "digits"}, "--out"},
                    Wrong{{"predict", "m.safetensors"}, "picture files"},
                    Wrong{{"predict", "m.safetensors", "--data", "digits"}, "--sample"}));

INSTANTIATE_TEST_SUITE_P(
    EmptyValues, WrongUsage,
    testing::Values(Wrong{{"train", "--csv", ""}, "--csv needs a file name"},
                    Wrong{{"train", "--jsonl", ""}, "--jsonl needs a file name"},
                    Wrong{{"train", "--config", ""}, "--config needs a file name"},
                    Wrong{{"train", "--recipe", ""}, "--recipe needs the name of a recipe"},
                    Wrong{{"find-lr", "--svg", ""}, "--svg needs a file name"},
                    Wrong{{"runs", "export", "latest", "--out", ""}, "--out needs a file name"},
                    Wrong{{"runs", "list", "--runs", ""}, "--runs needs a folder name"},
                    Wrong{{"report", "latest", "--out", ""}, "--out needs a file name"},
                    Wrong{{"activations", "m", "x.png", "--out", ""}, "--out needs a file name"},
                    Wrong{{"activations", "m", "x.png", "--maps", ""}, "--maps needs a folder name"},
                    Wrong{{"predict", "m", "x.png", "--data", ""}, "--data needs a data set"},
                    Wrong{{"data", "make", "digits", "--out", ""}, "--out needs a folder name"}));

INSTANTIATE_TEST_SUITE_P(
    Limits, WrongUsage,
    testing::Values(
        Wrong{{"train", "--lr", "abc"}, "found \"abc\"; auto lets lehr find a rate"},
        Wrong{{"train", "--seed", "99999999999999999999"}, "between 0 and 18446744073709551615, found"},
        Wrong{{"summary", "--input", "99999x99999x99999"}, "each from 1 to 65536, found"},
        Wrong{{"data", "make", "digits", "--out", "d", "--count", "0"}, "between 10 and 10000000"},
        Wrong{{"data", "make", "digits", "--out", "d", "--count", "9"}, "between 10 and 10000000"},
        Wrong{{"train", "--stats", "--stats-budget", "0"}, "--stats-budget takes a share above 0 and up to"},
        Wrong{{"train", "--stats", "--stats-budget", "0%"}, "or off; found \"0%\""},
        Wrong{{"train", "--stats", "--stats-budget", "500%"}, "up to 100 %"},
        Wrong{{"train", "--stats", "--stats-budget", "1e30"}, "up to 100 %"},
        Wrong{{"find-lr", "--from", "1e-320", "--to", "1"}, "--from and --to: a sweep goes from"},
        Wrong{{"find-lr", "--from", "1e-308", "--to", "1e308"}, "--from and --to: a sweep goes from"},
        Wrong{{"find-lr", "--from", "1", "--to", "0.1"}, "--from and --to: a sweep goes from"}));

INSTANTIATE_TEST_SUITE_P(
    WithoutEffect, WrongUsage,
    testing::Values(
        Wrong{{"train", "--leak", "0.2"}, "--leak needs --activation leaky-relu or general-relu"},
        Wrong{{"summary", "--leak", "0.2"}, "--leak needs --activation leaky-relu or general-relu"},
        Wrong{{"find-lr", "--subtract", "0.4"}, "--subtract needs --activation general-relu"},
        Wrong{{"train", "--activation", "leaky-relu", "--clamp", "6"}, "--clamp needs"},
        Wrong{{"train", "--metrics", "auroc", "--no-validate"}, "--metrics contradicts --no-validate"},
        Wrong{{"train", "--no-save", "--name", "x"}, "--name contradicts --no-save"},
        Wrong{{"train", "--name", "latest"}, "--name takes another name than \"latest\""},
        Wrong{{"train", "--name", "."}, "--name takes another name than \".\""},
        Wrong{{"train", "--name", ".."}, "--name takes another name than \"..\""}));

TEST(Usage, JsonReportsErrorsAsAnObjectToo) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), {"train", "--json", "--batch-size", "0"});
  EXPECT_EQ(outcome.status, 2);
  const nlohmann::json event = outcome.event("error");
  EXPECT_EQ(event.value("status", 0), 2);
  EXPECT_EQ("lehr: " + event.value("message", "") + "\n", outcome.err);
}

TEST(Usage, ControlCharactersInArgumentsStayOnOneLine) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), {"train", "--data", "dig\nits\x1b[31m"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
}

TEST(Summary, ListsLayersAndMemory) {
  const TemporaryFolder folder;
  const Outcome text = run(folder.path(), {"summary", "--batch-norm", "--batch-size", "512"});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_NE(text.out.find("conv2d"), std::string::npos);
  EXPECT_NE(text.out.find("Training at batch size 512 takes"), std::string::npos) << text.out;

  const nlohmann::json event =
      run(folder.path(), {"summary", "--batch-size", "2", "--json"}).event("summary");
  EXPECT_EQ(event.value("parameters", 0), 30282);
  EXPECT_EQ(event["layers"].size(), 11U);
  const nlohmann::json& memory = event["training_memory"];
  EXPECT_EQ(memory["total"],
            memory["activations"].get<std::int64_t>() + memory["workspace"].get<std::int64_t>() +
                memory["parameters"].get<std::int64_t>() + memory["batches"].get<std::int64_t>());
  EXPECT_GE(memory["parameters"].get<std::int64_t>(), 4 * 4 * 30282);
}

}  // namespace
}  // namespace lehr::test
