// A checkpoint's record of the training as untrusted text.
#include <gtest/gtest.h>

#include <string>

#include "lehr/core/error.hpp"
#include "train/checkpoint.hpp"
#include "train/training_json.hpp"

namespace lehr {
namespace {

/// The record of a training with one epoch, one group and one callback.
std::string some_record() {
  CheckpointContents contents;
  contents.history.emplace_back();
  contents.groups.push_back({.name = "head", .parameters = {"0.weight"}});
  contents.callbacks["Counter"].integers["count"] = 7;
  return training_to_json(contents);
}

std::string refusal(const std::string& text) {
  CheckpointContents contents;
  try {
    training_from_json(text, contents);
  } catch (const BadInput& error) {
    return error.what();
  }
  return "";
}

std::string with(std::string text, const std::string& key, const std::string& value) {
  const std::size_t at = text.find("\"" + key + "\":") + key.size() + 3;
  return text.replace(at, text.find_first_of(",}", at) - at, value);
}

TEST(CheckpointJson, HoldsIntegersThatFit) {
  ASSERT_EQ(refusal(some_record()), "");
  for (const char* key : {"format", "epoch", "batch", "epochs_done", "steps", "train_batches",
                          "optimizer_steps", "correct", "samples", "count"}) {
    for (const char* value : {"1e300", "-1e300", "1.5", "18446744073709551615", "null", "\"1\""}) {
      const std::string said = refusal(with(some_record(), key, value));
      const std::string start = "\"" + std::string(key) + "\" should be an integer from -";
      EXPECT_TRUE(said.starts_with(start)) << key << " " << value << ": " << said;
    }
  }
  EXPECT_EQ(refusal(with(some_record(), "format", "4294967298")),
            "\"format\" should be an integer from -2147483648 to 2147483647, found 4294967298");
}

}  // namespace
}  // namespace lehr
