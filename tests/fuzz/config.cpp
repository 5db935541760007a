// libFuzzer target: for any content, reading a file of options returns or throws BadInput. What was
// read can be written and read again.
#include "lehr/core/error.hpp"
#include "lehr/run/config_files.hpp"

namespace {

using Read = std::vector<lehr::ConfigSetting> (*)(std::string_view, const std::string&,
                                                  const lehr::ConfigTable&);

void read_twice(Read read, std::string_view text, const lehr::ConfigTable& table) {
  lehr::TrainConfig config;
  try {
    apply(config, read(text, "input", table), table);
    check_recordable(config, table);
  } catch (const lehr::BadInput&) {
    return;
  }
  lehr::read_toml(config_toml(config, table), "its own text", table);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const lehr::ConfigTable table = lehr::train_config_table();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_twice(lehr::read_toml, text, table);
  read_twice(lehr::read_json, text, table);
  lehr::recorded_values(text, table);
  return 0;
}
