// One table defines all forms of a configuration: a field in the table is in all of them.
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "lehr/graph/loss.hpp"
#include "lehr/graph/op_registry.hpp"
#include "lehr/run/command_line.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/run/run_files.hpp"
#include "run/support.hpp"

namespace lehr::test {
namespace {

/// lehr has only one loss, but changing a field of names needs two.
struct OtherLoss final : Loss {
  std::string_view name() const override { return "other_loss"; }
  NodeId add_to(Graph& graph, NodeId scores, NodeId targets) const override {
    return cross_entropy_loss()->add_to(graph, scores, targets);
  }
};

void register_other_loss() {
  static const bool once = [] {
    register_loss("other_loss", [](const Attributes&) { return std::make_shared<const OtherLoss>(); });
    return true;
  }();
  EXPECT_TRUE(once);
}

/// The table with a field that lehr does not have. This is all that a new option needs.
ConfigTable table_with_own_field() {
  register_other_loss();
  static const bool registered = [] {  // beside the only loss that is built in
    register_loss("mse", [](const Attributes&) { return loss_of(make_op("mse", {})); });
    return true;
  }();
  EXPECT_TRUE(registered);
  ConfigTable table = train_config_table();
  ConfigField gamma = own_field("focal-gamma", FieldType::real, "focus on hard samples", 2.0);
  gamma.group = "Loss";
  table.add(gamma);
  return table;
}

/// A field of that table with a value that is not its default.
struct Case {
  explicit Case(const ConfigTable& all, const ConfigField& one) : table(all), field(one) {}

  const ConfigTable& table;
  const ConfigField& field;
  const std::string sample = sample_of(field);

  /// The default configuration with the sample as the value of the field.
  TrainConfig changed() const {
    TrainConfig config;
    field.set(config, field.read(sample));
    return config;
  }
  std::string value_in(const TrainConfig& config) const { return value_text(field.get(config)); }
};

void for_every_field(const std::function<void(const Case&)>& check) {
  const ConfigTable table = table_with_own_field();
  EXPECT_GT(table.fields().size(), 70U);
  for (const ConfigField& field : table.fields()) {
    SCOPED_TRACE(field.key);
    check(Case(table, field));
  }
}

TEST(EveryField, HasAnotherValueThanTheDefaultHere) {
  for_every_field([](const Case& c) {
    EXPECT_NE(c.value_in(c.changed()), c.value_in(TrainConfig{}));
    EXPECT_FALSE(c.field.help.empty());
    EXPECT_EQ(c.field.value_name.empty(), c.field.type == FieldType::flag);
  });
}

TEST(EveryField, ChangesNoOtherField) {
  for_every_field([](const Case& c) {
    const TrainConfig changed = c.changed();
    for (const ConfigField& other : c.table.fields()) {
      if (other.key != c.field.key) {
        EXPECT_EQ(other.get(changed), other.get(TrainConfig{})) << other.key;
      }
    }
  });
}

TEST(EveryField, IsAnOptionOfACommandLine) {
  for_every_field([](const Case& c) {
    std::vector<std::string> line{"--" + c.field.key};
    if (c.field.type != FieldType::flag) line.push_back(c.sample);
    TrainConfig config;
    EXPECT_TRUE(give_arguments(config, line, c.table).empty());
    EXPECT_EQ(c.value_in(config), c.value_in(c.changed()));
    EXPECT_EQ(c.table.given_keys(config), std::vector{c.field.key});
  });
}

TEST(EveryField, IsInTheHelp) {
  for_every_field([](const Case& c) {
    const std::string help = options_help(c.table);
    EXPECT_NE(
        help.find("  --" + c.field.key + (c.field.type == FieldType::flag ? " " : " " + c.field.value_name)),
        std::string::npos);
    EXPECT_NE(help.find(c.field.help), std::string::npos);
  });
}

TEST(EveryField, IsAKeyOfToml) {
  for_every_field([](const Case& c) {
    const nlohmann::json quoted = c.sample;
    const std::string value = c.field.type == FieldType::flag ? c.sample : quoted.dump();
    const auto read = [&] { return read_toml(c.field.key + " = " + value + "\n", "file", c.table); };
    if (!c.field.in_files) {
      EXPECT_NE(refusal(read).find("file, line 1, column 1: unknown key"), std::string::npos);
      return;
    }
    TrainConfig config;
    apply(config, read(), c.table);
    EXPECT_EQ(c.value_in(config), c.value_in(c.changed()));
  });
}

TEST(EveryField, IsInTheConfigTomlOfARunIfItIsRecorded) {
  for_every_field([](const Case& c) {
    const std::string text = config_toml(c.changed(), c.table);
    EXPECT_EQ(("\n" + text).find("\n" + c.field.key + " = ") != std::string::npos, c.field.recorded) << text;
    TrainConfig config;
    apply(config, read_toml(text, "config.toml", c.table), c.table);
    EXPECT_EQ(c.value_in(config), c.value_in(c.field.recorded ? c.changed() : TrainConfig{}));
  });
}

TEST(EveryField, IsInJsonIfItIsRecorded) {
  for_every_field([](const Case& c) {
    const std::string text = config_json(c.changed(), c.table);
    EXPECT_EQ(nlohmann::json::parse(text).contains(c.field.key), c.field.recorded) << text;
    TrainConfig config;
    apply(config, read_json(text, "JSON", c.table), c.table);
    EXPECT_EQ(c.value_in(config), c.value_in(c.field.recorded ? c.changed() : TrainConfig{}));
  });
}

TEST(EveryField, IsComparedBetweenRunsIfItIsRecorded) {
  for_every_field([](const Case& c) {
    const auto usual = recorded_values(config_toml(TrainConfig{}, c.table), c.table);
    const auto other = recorded_values(config_toml(c.changed(), c.table), c.table);
    EXPECT_EQ(usual != other, c.field.recorded);
    if (c.field.recorded) {
      EXPECT_EQ(other.at(c.field.key), c.value_in(c.changed()));
    }
  });
}

TEST(EveryField, IsHeldEqualByAResumeOrMayChange) {
  for_every_field([](const Case& c) {
    const bool must_stay = c.field.recorded && c.field.on_resume == OnResume::equal;
    const std::string said = refusal([&] { check_same_training(TrainConfig{}, c.changed(), c.table); });
    EXPECT_EQ(said.find(c.field.key + ": then ") != std::string::npos, must_stay) << said;
  });
}

TEST(EveryField, IsRefusedBesideResumeUnlessItMayChange) {
  for_every_field([](const Case& c) {
    const Folder folder;
    write_file(folder.path() / run_files::options, config_toml(TrainConfig{}, c.table));
    TrainConfig line;
    c.table.give(line, c.field.key, c.sample);
    if (c.field.on_resume == OnResume::equal) {
      const std::string said = refusal([&] { resumed_config(folder.path(), line, c.table); });
      EXPECT_TRUE(said.starts_with("--" + c.field.key + " contradicts --resume")) << said;
    } else {
      EXPECT_EQ(c.value_in(resumed_config(folder.path(), line, c.table)), c.value_in(c.changed()));
    }
  });
}

TEST(EveryField, IsCheckedWhenAProgramAssignsIt) {
  for_every_field([](const Case& c) {
    EXPECT_NO_THROW(c.table.check_values(c.changed()));
    if (c.field.type != FieldType::real) return;
    TrainConfig config;
    c.field.set(config, -1.0);
    EXPECT_NE(refusal([&] { c.table.check_values(config); }).find("--" + c.field.key + " takes"),
              std::string::npos);
  });
}

}  // namespace
}  // namespace lehr::test
