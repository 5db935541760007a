#include "data_set.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "config_options.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/run/run_files.hpp"
#include "lehr/run/setup.hpp"

namespace lehr::cli {
namespace {

/// The fields that decide which pictures a set has.
constexpr std::array<std::string_view, 6> division{"data-seed", "valid-share",     "test-share",
                                                   "group",     "skip-unreadable", "max-megapixels"};

/// The options of the run in whose folder a model lies. If they may be missing, they may also be those of
/// another application, and cannot be read.
std::optional<TrainConfig> config_beside(const std::filesystem::path& model, bool may_be_missing) {
  const std::filesystem::path folder = std::filesystem::absolute(model).parent_path();
  try {
    if (std::filesystem::exists(folder / run_files::options)) return config_of_run(folder, shared_fields());
  } catch (const BadInput&) {
    if (!may_be_missing) throw;
  }
  if (may_be_missing) return std::nullopt;
  throw BadInput("--data is required: " + in_quotes(model.string()) +
                 " is in no run's folder, so the data of its training are not known");
}

}  // namespace

Option add_data_set_options(const Command& app, DataSetChoice& choice) {
  app.option("--set", choice.set, "train, valid or test").type_name("SET").default_str(choice.set);
  for (const std::string_view key : division) add_field(app, shared_fields(), key, choice.config);
  return add_field(app, shared_fields(), "data", choice.config);
}

void complete_from_run(DataSetChoice& choice, const std::filesystem::path& model) {
  const bool chosen = !choice.config.data.empty();
  const std::optional<TrainConfig> run = config_beside(model, chosen);
  if (!run || (chosen && data::absolute_name(choice.config.data) != run->data)) return;
  choice.config.data = run->data;
  for (const std::string_view key : division) {
    if (choice.config.given.contains(key)) continue;
    const ConfigField& field = shared_fields().field(key);
    field.set(choice.config, field.get(*run));
  }
}

std::shared_ptr<const Dataset> open_data_set(const DataSetChoice& choice, const OnFailure& warn) {
  static const std::vector<std::string> sets{"train", "valid", "test"};
  if (std::ranges::find(sets, choice.set) == sets.end())
    throw unknown_name("set", shortened(choice.set), sets);
  data::DataRequest request = data_request(choice.config);
  request.quick_check = false;
  const DataSplits data = data::open_data(request);
  for (const std::string& warning : data.warnings) warn(warning);
  return data.set(choice.set);
}

}  // namespace lehr::cli
