#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/run/run_files.hpp"

namespace lehr {

TrainConfig config_of_run(const std::filesystem::path& folder, const ConfigTable& table) {
  const std::vector<ConfigSetting> settings = read_toml_file(folder / run_files::options, table);
  TrainConfig config;
  apply(config, settings, table);
  // Before data-seed existed, seed also determined the data.
  const bool has_data_seed = std::ranges::find(settings, "data-seed", &ConfigSetting::key) != settings.end();
  if (!has_data_seed) config.data_seed = config.seed;
  return config;
}

TrainConfig resumed_config(const std::filesystem::path& folder, const TrainConfig& changes,
                           const ConfigTable& table) {
  for (const std::string& key : table.given_keys(changes)) {
    const ConfigField& field = table.field(key);
    if (field.on_resume != OnResume::equal) continue;
    throw BadInput(field.option() + " contradicts --resume, which goes on with the run's own options");
  }
  TrainConfig config = config_of_run(folder, table);
  table.give_again(config, changes);
  return config;
}

void check_same_training(const TrainConfig& run, const TrainConfig& present, const ConfigTable& table) {
  std::string changes;
  for (const ConfigField& field : table.fields()) {
    if (!field.recorded || field.on_resume != OnResume::equal) continue;
    const std::string then = value_text(field.get(run));
    const std::string now = value_text(field.get(present));
    if (then == now) continue;
    changes +=
        (changes.empty() ? "" : "; ") + field.key + ": then " + in_quotes(then) + ", now " + in_quotes(now);
  }
  if (changes.empty()) return;
  throw BadInput("a run goes on with the options that it began with, and these differ: " + changes);
}

}  // namespace lehr
