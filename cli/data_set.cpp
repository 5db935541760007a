#include "data_set.hpp"

#include <algorithm>
#include <vector>

#include "config_options.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/run/setup.hpp"

namespace lehr::cli {

Option add_data_set_options(const Command& app, DataSetChoice& choice) {
  app.option("--set", choice.set, "train, valid or test").type_name("SET").default_str(choice.set);
  for (const char* key : {"data-seed", "valid-share", "test-share", "group", "skip-unreadable"})
    add_field(app, shared_fields(), key, choice.config);
  return add_field(app, shared_fields(), "data", choice.config);
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
