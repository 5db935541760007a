// The options of `lehr train` are the fields of the table.
#include <gtest/gtest.h>

#include "cli/support.hpp"
#include "lehr/run/config_table.hpp"

namespace lehr::test {
namespace {

std::vector<std::string> with_value(const ConfigField& field) {
  if (field.type == FieldType::flag) return {field.option()};
  const std::string usual = value_text(field.get(TrainConfig{}));
  if (!usual.empty()) return {field.option(), usual};
  if (field.choices) return {field.option(), field.choices().front()};
  const bool number = field.type != FieldType::text && field.type != FieldType::texts;
  return {field.option(), number ? "0.5" : "accuracy"};
}

TEST(TrainOptions, AreTheFieldsOfTheTable) {
  const TemporaryFolder folder;
  const std::string help = run(folder.path(), {"train", "--help"}).out;
  const ConfigTable table = train_config_table();
  for (const ConfigField& field : table.fields()) {
    const std::string usual =
        field.type == FieldType::flag ? std::string() : value_text(field.get(TrainConfig{}));
    const std::string option = "  " + field.option() +
                               (field.value_name.empty() ? "" : " " + field.value_name) +
                               (usual.empty() ? "" : "=" + usual) + " ";
    const std::size_t line = help.find(option);
    ASSERT_NE(line, std::string::npos) << option;
    EXPECT_NE(help.find(field.help, line), std::string::npos) << option;
  }
}

TEST(TrainOptions, AreReadByTheTable) {
  const TemporaryFolder folder;
  const ConfigTable table = train_config_table();
  for (const ConfigField& field : table.fields()) {
    std::vector<std::string> arguments = with_value(field);
    arguments.insert(arguments.begin(), {"train", "--verify"});
    const std::string said = run(folder.path(), arguments).err;
    const bool refused = said.find(field.option() + " takes") != std::string::npos;
    const bool taken = said.find("--verify needs --resume") != std::string::npos;
    const bool looked_for = said.find("there is no run to resume") != std::string::npos ||
                            said.find("there is no such file") != std::string::npos;
    EXPECT_TRUE(refused || taken || looked_for) << field.key << ": " << said;
  }
}

}  // namespace
}  // namespace lehr::test
