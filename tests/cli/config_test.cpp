// Options from files and recipes.
#include <gtest/gtest.h>

#include "cli/support.hpp"
#include "support/png_file.hpp"

namespace lehr::test {
namespace {

using Arguments = std::vector<std::string>;

Arguments with_config(const Arguments& more = {}) {
  Arguments arguments{"train", "--config", "c.toml", "--no-save", "--json", "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Config, HoldsOptionsThatTheCommandLineOverrides) {
  const TemporaryFolder folder;
  write_file(folder.path() / "c.toml",
             "data = 'digits:200'\nbatch_size = 40\nepochs = 2\nlr = 5e-3\nbatch-norm = true\n"
             "channels = [4, 8, 16, 32]\n");
  const nlohmann::json start = run(folder.path(), with_config()).event("start");
  EXPECT_EQ(start["batch_size"], 40);
  EXPECT_EQ(start["epochs"], 2);
  EXPECT_EQ(start["lr"], 5e-3);
  EXPECT_EQ(start["train_samples"], 200);
  const nlohmann::json other = run(folder.path(), with_config({"--epochs", "1"})).event("start");
  EXPECT_EQ(other["epochs"], 1);
  EXPECT_EQ(other["parameters"], start["parameters"]);
}

struct WrongConfig {
  std::string text;
  std::string said;
};

TEST(Config, SaysWhereItIsWrong) {
  const TemporaryFolder folder;
  const std::vector<WrongConfig> cases{
      {"epochs = 2\nbatch-sise = 3\n",
       "line 2, column 1: unknown key \"batch-sise\"; did you mean \"batch-size\"?"},
      {"epochs = 2.5\n",
       "line 1, column 10: --epochs takes a whole number between 1 and 1000000, found \"2.5\""},
      {"epochs = 1.0\n",
       "line 1, column 10: --epochs takes a whole number between 1 and 1000000, found \"1.0\""},
      {"channels = [8, 8.0]\n", "line 1, column 12: --channels takes a whole number"},
      {"\nlr = [0.1]\n", "line 2, column 6: lr expects a text or a number, found a list"},
      {"csv = ''\n", "line 1, column 7: --csv needs a file name"},
      {"epochs = 'many'\n", "line 1, column 10: --epochs takes a whole number"},
      {"epochs = true\n", "line 1, column 10: epochs expects a text or a number, found a flag that is true"},
      {"batch-norm = 3\n", "line 1, column 14: batch-norm expects true or false, found a number \"3\""},
      {"channels = [[1]]\n", "channels expects a list of texts or numbers, found a list"},
      {"[epochs]\nx = 1\n", "epochs expects a text or a number, found a table"},
      {"epochs = 1979-05-27\n", "found a date or time"},
      {"epochs = \n", "line 1, column 10: "},
      {"epochs = 1\nepochs = 2\n", "line 2"},
      {"config = 'c.toml'\n", "unknown key \"config\""},
      {"resume = 'latest'\n", "unknown key \"resume\""},
      {"momentum = 0.5\nschedule = 'one-cycle'\n", "--momentum contradicts --schedule one-cycle"},
      {"warm-up = 3\nepochs = 2\n", "--warm-up must be shorter than the training of 2 epochs, found 3"},
      {"clip-norm = 1\nclip-value = 1\n", "give one of --clip-norm"},
      {"monitor = 'valid_los'\nearly-stopping = 2\ndata = 'digits:100'\n", "did you mean \"valid_loss\"?"},
      {"early-stopping = -1\n", "--early-stopping takes a whole number"},
      {"schedule = 'one-cycl'\n",
       "line 1, column 12: unknown schedule \"one-cycl\"; did you mean \"one-cycle\"?"},
      {"\noptimizer = 'adm'\n", "line 2, column 13: unknown optimizer \"adm\""},
      {"recipe = 'mnist-slow'\n", "unknown recipe \"mnist-slow\""},
      {std::string("epochs = \"\0\"\n", 13), "line 1"},
  };
  for (const WrongConfig& wrong : cases) {
    write_file(folder.path() / "c.toml", wrong.text);
    const Outcome outcome = run(folder.path(), with_config());
    EXPECT_EQ(outcome.status, 2) << wrong.text << outcome.err;
    EXPECT_NE(outcome.err.find(wrong.said), std::string::npos) << wrong.text << outcome.err;
  }
}

TEST(Config, SaysWhichFileItCannotRead) {
  const TemporaryFolder folder;
  EXPECT_NE(run(folder.path(), with_config()).err.find("\"c.toml\": no such file"), std::string::npos);
  std::filesystem::create_directory(folder.path() / "c.toml");
  EXPECT_NE(run(folder.path(), with_config()).err.find("is no file"), std::string::npos);
  std::filesystem::remove(folder.path() / "c.toml");
  write_file(folder.path() / "c.toml", std::string(1'000'001, '#'));
  EXPECT_NE(run(folder.path(), with_config()).err.find("at most 1000000 bytes"), std::string::npos);
}

TEST(Config, MayHoldANumberAsText) {
  const TemporaryFolder folder;
  write_file(folder.path() / "c.toml", "data = 'digits:100'\nepochs = '1'\nlr = 1\nchannels = '4,4,8,8'\n");
  const Outcome outcome = run(folder.path(), with_config());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.event("start")["lr"], 1);
}

// The run could not be resumed, because its config.toml would not be valid TOML.
TEST(Config, ATextThatIsNotUtf8IsRefusedBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  write_idx(folder.path() / "d\xff", 20, 28, 28);
  const Arguments before = folder.contents();
  for (const Arguments& wrong : {Arguments{"--csv", "bad\xff.csv"}, Arguments{"--jsonl", "n/\xc3"},
                                 Arguments{"--data", "mnist:d\xff"}}) {
    Arguments arguments{"train", "--epochs", "1", "--quiet"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const Outcome outcome = run(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_TRUE(outcome.err.starts_with("lehr: " + wrong[0] + " \"")) << outcome.err;
    EXPECT_NE(outcome.err.find("expected UTF-8"), std::string::npos) << outcome.err;
    EXPECT_EQ(folder.contents(), before);
  }
  const Outcome unsaved =
      run(folder.path(), {"train", "--data", "mnist:d\xff", "--epochs", "1", "--quiet", "--no-save"});
  EXPECT_EQ(unsaved.status, 0) << unsaved.err;
}

TEST(Config, SavedWithARunReadsBackToTheSame) {
  const TemporaryFolder folder;
  const Arguments arguments{"train",      "--data",  "digits:200",   "--epochs", "1",
                            "--lr",       "0.0123",  "--batch-norm", "--csv",    "a \"b\"\\ü.csv",
                            "--channels", "4,8,8,8", "--quiet"};
  const Outcome first = run(folder.path(), arguments);
  ASSERT_EQ(first.status, 0) << first.err;
  const auto config = folder.path() / std::filesystem::path(first.out).parent_path() / "config.toml";
  const std::string text = read_file(config);
  write_file(folder.path() / "again.toml", text);
  std::filesystem::remove(folder.path() / "a \"b\"\\ü.csv");  // another run needs a log of its own
  const Outcome second = run(folder.path(), {"train", "--config", "again.toml", "--quiet"});
  ASSERT_EQ(second.status, 0) << second.err;
  EXPECT_EQ(read_file(folder.path() / std::filesystem::path(second.out).parent_path() / "config.toml"), text);
  EXPECT_NE(text.find("lr = 0.0123\n"), std::string::npos) << text;
  EXPECT_NE(text.find("optimizer = \"adam\"\n"), std::string::npos) << text;
}

TEST(Recipe, StandsBelowConfigAndCommandLine) {
  const TemporaryFolder folder;
  write_file(folder.path() / "c.toml",
             "recipe = 'mnist-fast'\nepochs = 2\ndata = 'digits:300'\nchannels = [4,8,16,16]\n");
  const nlohmann::json start = run(folder.path(), with_config({"--batch-size", "50"})).event("start");
  EXPECT_EQ(start["epochs"], 2);
  EXPECT_EQ(start["batch_size"], 50);
  EXPECT_EQ(start["schedule"], "one-cycle");
  const nlohmann::json beside =
      run(folder.path(), {"train", "--recipe", "mnist-fast", "--config", "c.toml", "--no-save", "--json"})
          .event("start");
  EXPECT_EQ(beside["epochs"], 2);
}

TEST(Recipe, PhotosIsTheDefaultForPicturesInFiles) {
  const TemporaryFolder folder;
  std::string list = "path,label\n";
  for (int i = 0; i < 12; ++i) {
    const std::string file = (i % 2 == 0 ? "p/dark/" : "p/light/") + std::to_string(i) + ".png";
    write_png(folder.path() / file, {3, 20, 20 + i}, static_cast<std::uint64_t>(i));
    list += file + (i % 2 == 0 ? ",dark\n" : ",light\n");
  }
  write_file(folder.path() / "list.csv", list);
  const auto start = [&](const Arguments& options) {
    Arguments arguments{"train", "--epochs", "1", "--no-save", "--json", "--threads", "1"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = run(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    nlohmann::json event = outcome.event("start");
    event["said"] = outcome.err.find("recipe: photos (--recipe none turns it off)\n") != std::string::npos;
    return event;
  };
  for (const char* data : {"folder:p", "csv:list.csv"}) {
    const nlohmann::json photos = start({"--data", data, "--batch-size", "4"});
    EXPECT_EQ(photos["model"], "resnet-small") << data;
    EXPECT_EQ(photos["optimizer"], "adamw");
    EXPECT_EQ(photos["batch_size"], 4) << "an option wins over the recipe";
    EXPECT_EQ(photos["said"], true);
  }
  write_file(folder.path() / "c.toml", "data = 'folder:p'\n");
  for (const Arguments& options : {Arguments{"--data", "folder:p", "--recipe", "none"},
                                   Arguments{"--data", "folder:p", "--model", "simple-cnn"},
                                   Arguments{"--config", "c.toml"}, Arguments{"--data", "digits:50"}}) {
    const nlohmann::json plain = start(options);
    EXPECT_EQ(plain["model"], "simple-cnn") << options.back();
    EXPECT_EQ(plain["optimizer"], "adam");
    EXPECT_EQ(plain["said"], false);
  }
}

TEST(Recipe, IsThatOfTheTrainingInSweepsAndSheets) {
  const TemporaryFolder folder;
  for (int i = 0; i < 12; ++i) {
    const std::string file = (i % 2 == 0 ? "p/dark/" : "p/light/") + std::to_string(i) + ".png";
    write_png(folder.path() / file, {3, 20, 20}, static_cast<std::uint64_t>(i));
  }
  const auto sweep = [&](const Arguments& options) {
    Arguments arguments{"find-lr", "--data", "folder:p", "--threads", "1", "--batches", "8", "--json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = run(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_EQ(sweep({}), sweep({"--recipe", "photos"}));
  EXPECT_NE(sweep({}), sweep({"--recipe", "none"}));
  const auto sheet = [&](const std::string& recipe) {
    Arguments arguments{"data", "show", "--data", "folder:p", "--augmented", "s.png"};
    if (!recipe.empty()) arguments.insert(arguments.end(), {"--recipe", recipe});
    const Outcome outcome = run(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return read_file(folder.path() / "s.png");
  };
  EXPECT_TRUE(sheet("") == sheet("photos"));
  EXPECT_FALSE(sheet("") == sheet("none"))
      << "small pictures are only shifted and mirrored without the recipe";
}

TEST(FindLr, SuggestsDrawsAndWrites) {
  const TemporaryFolder folder;
  const Arguments sweep{"find-lr",   "--data", "digits:2000", "--batch-norm",
                        "--threads", "1",      "--svg",       "lr.svg"};
  const Outcome drawn = run(folder.path(), sweep);
  ASSERT_EQ(drawn.status, 0) << drawn.err;
  EXPECT_NE(drawn.out.find("valley"), std::string::npos) << drawn.out;
  EXPECT_TRUE(read_file(folder.path() / "lr.svg").starts_with("<svg "));
  Arguments json = sweep;
  json.emplace_back("--json");
  const nlohmann::json done = run(folder.path(), json).event("done");
  EXPECT_GT(done["valley"].get<double>(), 1e-6);
  const Outcome trained = run(folder.path(), {"train", "--data", "digits:2000", "--batch-norm", "--threads",
                                              "1", "--lr", "auto", "--epochs", "1", "--no-save", "--json"});
  EXPECT_EQ(trained.event("start")["lr"], done["valley"]);
  const Outcome saved = run(folder.path(), {"train", "--data", "digits:2000", "--batch-norm", "--threads",
                                            "1", "--lr", "auto", "--epochs", "1", "--json"});
  const std::string config =
      read_file(folder.path() / std::string(saved.event("done")["path"]) / "config.toml");
  EXPECT_NE(config.find("\nlr = " + done["valley"].dump() + "\n"), std::string::npos) << config;
  json.insert(json.end(), {"--seeds", "2"});
  const nlohmann::json seeds = run(folder.path(), json).event("done")["seeds"];
  ASSERT_EQ(seeds.size(), 2U);
  EXPECT_EQ(seeds[0]["valley"], done["valley"]);
  EXPECT_EQ(run(folder.path(), {"find-lr", "--from", "1", "--to", "0.1"}).status, 2);
  EXPECT_EQ(run(folder.path(), {"train", "--lr", "automatic"}).status, 2);
}

}  // namespace
}  // namespace lehr::test
