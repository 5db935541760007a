#include "lehr/run/config_table.hpp"

#include <gtest/gtest.h>

#include "lehr/run/command_line.hpp"
#include "lehr/run/config_files.hpp"
#include "run/support.hpp"

namespace lehr::test {
namespace {

TEST(ConfigTable, RefusesKeysThatFilesCannotHold) {
  ConfigTable table;
  for (const char* key : {"a b", "A", "a_b", "a.b", "ä"}) {
    EXPECT_NE(refusal([&] { table.add(own_field(key, FieldType::flag, "help")); }).find("lower-case"),
              std::string::npos)
        << key;
  }
}

TEST(ReadToml, RefusesAKeyThatIsSetTwice) {
  EXPECT_EQ(refusal([] { (void)read_toml("batch-size = 1\nbatch_size = 2\n", "f", train_config_table()); }),
            "f, line 2, column 1: batch-size is set twice");
}

TEST(ConfigTable, AddsNoKeyTwice) {
  ConfigTable table = train_config_table();
  EXPECT_EQ(refusal([&] { table.add(own_field("epochs", FieldType::integer, "again")); }),
            "the configuration has a field \"epochs\" already");
  ConfigField without;
  without.key = "new";
  EXPECT_EQ(refusal([&] { table.add(without); }), "the field \"new\" has no accessors");
}

using Keys = std::vector<std::string>;

Keys keys_of_fields(bool (*is_listed)(const ConfigField&)) {
  Keys keys;
  const ConfigTable table = train_config_table();
  for (const ConfigField& field : table.fields()) {
    if (is_listed(field)) keys.push_back(field.key);
  }
  return keys;
}

// All other fields are recorded and stay as they were.
TEST(ConfigTable, ListsWhatIsNotRecordedAndWhatAResumeMayChange) {
  EXPECT_EQ(keys_of_fields([](const ConfigField& field) { return !field.recorded; }),
            (Keys{"cache", "cache-dir", "cache-dir-size", "require-checkpoints", "no-diagnose", "resume",
                  "out", "name", "require-records", "no-save"}));
  EXPECT_EQ(keys_of_fields([](const ConfigField& field) { return field.on_resume == OnResume::replace; }),
            (Keys{"data", "augment", "csv", "jsonl"}));
  EXPECT_EQ(keys_of_fields([](const ConfigField& field) { return field.on_resume == OnResume::free; }),
            (Keys{"cache", "cache-dir", "cache-dir-size", "time-limit", "require-checkpoints", "no-diagnose",
                  "threads", "workers", "resume", "out", "require-records"}));
}

// A run of another version has the defaults of its time. A field without a value is not in the text.
TEST(ConfigTable, HasTheseDefaults) {
  EXPECT_EQ(config_toml(TrainConfig{}, train_config_table()), R"(data = "digits"
data-seed = 0
test-share = 0
skip-unreadable = false
max-megapixels = 64
label-noise = 0
augment = "auto"
filter = "bilinear"
background = "white"
model = "simple-cnn"
batch-norm = false
activation = "relu"
leak = 0.01
subtract = 0
dropout = 0
batch-size = 64
optimizer = "adam"
l1 = 0
loss = "cross_entropy"
label-smoothing = 0
balance = "none"
init = "kaiming-normal"
init-gain = 1
seed = 0
epochs = 5
lr = 0.01
schedule = "one-cycle"
warm-up = 0
cooldown = 0.2
cooldown-shape = "sqrt"
monitor = "valid_loss"
save-best = false
plateau-factor = 0.1
accumulate = 1
time-limit = 0
checkpoint-batches = 0
checkpoint-minutes = 0
checkpoint-epochs = 1
keep-checkpoints = 2
stats = false
stats-gradients = false
stats-weight-histograms = false
stats-channels = false
stats-validation = false
stats-before-activation = false
no-histograms = false
snapshots-every = 1
snapshots-normalised = false
snapshots-maps = false
drop-last = false
max-batches = 0
no-validate = false
train-eval = false
)");
}

TEST(ConfigTable, RefusesValuesBesideTheirRange) {
  const ConfigTable table = train_config_table();
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"channels", "8,0"},    {"first-kernel", "0"},     {"first-kernel", "1002"}, {"dropout", "1"},
      {"base-width", "0"},    {"stem-convs", "0"},       {"depth", "0"},           {"widths", "0"},
      {"widths", "-1"},       {"widths", "thrice"},      {"widths", "inf"},        {"grow-batch", "0"},
      {"cooldown", "1"},      {"batch-size", "0"},       {"momentum", "1"},        {"label-smoothing", "1"},
      {"epochs", "0"},        {"early-stopping", "0"},   {"plateau-factor", "1"},  {"accumulate", "0"},
      {"ema", "1"},           {"stats-every", "0"},      {"snapshots-every", "0"}, {"threads", "0"},
      {"threads", "1025"},    {"workers", "1025"},       {"prefetch", "1025"},     {"max-batches", "-1"},
      {"weight-decay", "-1"}, {"keep-checkpoints", "-1"}};
  TrainConfig config;
  for (const auto& one : wrong) {
    const auto& [key, text] = one;
    EXPECT_TRUE(
        refusal([&] { table.give(config, one.first, one.second); }).starts_with("--" + key + " takes"))
        << key << " " << text;
  }
}

TEST(ConfigTable, FindsKeysWithUnderscoresAndSuggestsTheNearest) {
  const ConfigTable table = train_config_table();
  EXPECT_EQ(table.field("batch_size").key, "batch-size");
  EXPECT_NE(refusal([&] { table.field("batch-sise"); }).find("did you mean \"batch-size\"?"),
            std::string::npos);
}

TEST(ConfigTable, RefusesAGivenOptionWithoutEffectEvenIfTheValueIsTheDefault) {
  const ConfigTable table = train_config_table();
  TrainConfig config;
  EXPECT_NO_THROW(table.check_rules(config));
  table.give(config, "leak", "0.01");
  EXPECT_EQ(refusal([&] { table.check_rules(config); }),
            "--leak needs --activation leaky-relu or general-relu");
  config.activation = "leaky-relu";
  EXPECT_NO_THROW(table.check_rules(config));
}

TEST(ConfigTable, TakesAnAssignedFieldForGiven) {
  const ConfigTable table = train_config_table();
  TrainConfig config;
  config.plateau_factor = 0.5;
  EXPECT_EQ(refusal([&] { table.check_rules(config); }), "--plateau-factor needs --reduce-on-plateau");
  config = {};
  config.stats_gradients = true;
  EXPECT_EQ(refusal([&] { table.check_rules(config); }), "--stats-gradients needs --stats");
  config = {};
  config.save = false;
  config.name = "title";
  EXPECT_EQ(refusal([&] { table.check_rules(config); }), "--name contradicts --no-save");
}

// Every run lists all of its fields, including those with default values.
TEST(ConfigTable, DoesNotTakeADefaultInAFileForGiven) {
  const ConfigTable table = train_config_table();
  TrainConfig config;
  apply(config, read_toml("leak = 0.01\nplateau-factor = 0.1\n", "file", table), table);
  EXPECT_NO_THROW(table.check_rules(config));
  apply(config, read_toml("leak = 0.2\n", "file", table), table);
  EXPECT_THROW(table.check_rules(config), BadInput);
}

TEST(ConfigFiles, KeepTypesInTomlAndJson) {
  const ConfigTable table = train_config_table();
  TrainConfig config;
  config.channels = {4, 8};
  config.class_weights = {1, 0.5};
  config.metrics = {"auroc"};
  config.seed = 18446744073709551615ULL;
  config.lr = 123456789012345680000.0;
  config.csv = "a\n\t\x01\x7F\"b\\";
  const std::string text = config_toml(config, table);
  EXPECT_NE(text.find("\nchannels = [4, 8]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nclass-weights = [1, 0.5]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nmetrics = [\"auroc\"]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nbatch-norm = false\n"), std::string::npos) << text;
  for (const auto& settings :
       {read_toml(text, "TOML", table), read_json(config_json(config, table), "JSON", table)}) {
    TrainConfig read;
    apply(read, settings, table);
    EXPECT_EQ(read.seed, config.seed);
    EXPECT_EQ(read.lr, config.lr);
    EXPECT_EQ(read.class_weights, config.class_weights);
    EXPECT_EQ(read.csv, config.csv);
  }
}

TEST(ConfigFiles, SayWhereJsonIsWrong) {
  const ConfigTable table = train_config_table();
  EXPECT_EQ(refusal([&] { read_json("[1]", "the request", table); }),
            "the request: expected a JSON object of options");
  EXPECT_EQ(refusal([&] { read_json(R"({"epochs": 0})", "the request", table); }),
            "the request: --epochs takes a whole number between 1 and 1000000, found \"0\"");
  EXPECT_NE(refusal([&] {
              read_json(R"({"epoch": 1})", "the request", table);
            }).find("the request: unknown key \"epoch\"; did you mean \"epochs\"?"),
            std::string::npos);
  EXPECT_NE(refusal([&] { read_json(R"({"lr": {}})", "the request", table); }).find("lr expects a value"),
            std::string::npos);
}

// Runs of earlier versions wrote lists as texts, and shares with a percent sign.
TEST(ConfigFiles, CompareRecordsByMeaning) {
  const ConfigTable table = train_config_table();
  const auto before =
      recorded_values("channels = \"4,8\"\nlr = \"5e-3\"\nstats-budget = \"2%\"\nseed = 3\n", table);
  const auto now = recorded_values(
      "channels = [4, 8]\nlr = 0.005\nstats-budget = 0.02\nseed = 3\n"
      "data-seed = 3\nbatch-size = 64\n",
      table);
  EXPECT_EQ(before, now);
  const auto foreign = recorded_values("tempo = 3\nepochs = -1\n", table);
  EXPECT_EQ(foreign.at("tempo"), "3");
  EXPECT_EQ(foreign.at("epochs"), "-1");
  EXPECT_TRUE(recorded_values("no toml", table).empty());
}

TEST(CommandLine, SaysWhatIsWrong) {
  const ConfigTable table = train_config_table();
  TrainConfig config;
  const auto said = [&](const std::vector<std::string>& line) {
    return refusal([&] { give_arguments(config, line, table); });
  };
  EXPECT_EQ(said({"--epoch", "3"}), "unknown option --epoch; did you mean --epochs?");
  EXPECT_EQ(said({"--epochs"}), "--epochs needs a value");
  EXPECT_EQ(said({"--batch-norm=1"}), "--batch-norm takes no value");
  EXPECT_EQ(said({"--epochs=0"}), "--epochs takes a whole number between 1 and 1000000, found \"0\"");
  const std::vector<std::string> line{"first", "--lr=auto", "second"};
  EXPECT_EQ(give_arguments(config, line, table), (std::vector<std::string>{"first", "second"}));
  EXPECT_TRUE(config.find_lr);
}

TEST(OwnFields, HaveValuesOfTheirOwn) {
  ConfigTable table = train_config_table();
  table.add(own_field("gamma", FieldType::real, "focus", 2.0));
  table.add(own_field("dry-run", FieldType::flag, "train nothing"));
  TrainConfig config;
  EXPECT_FALSE(table.flag(config, "dry-run"));
  EXPECT_EQ(table.real(config, "gamma"), 2);
  table.give(config, "gamma", "0.5");
  table.give(config, "dry-run", "true");
  EXPECT_EQ(table.real(config, "gamma"), 0.5);
  EXPECT_TRUE(table.flag(config, "dry-run"));
  EXPECT_EQ(table.text(config, "name"), "");
  EXPECT_EQ(refusal([&] { table.integer(config, "gamma"); }),
            "the configuration has no whole number \"gamma\"");
}

}  // namespace
}  // namespace lehr::test
