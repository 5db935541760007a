#include "data_set.hpp"

#include <algorithm>
#include <vector>

#include "arguments.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "output.hpp"

namespace lehr::cli {

Option add_data_set_options(const Command& app, DataSetOptions& options) {
  app.option("--set", options.set, "train, valid or test").type_name("SET").default_str(options.set);
  add_data_seed(app, options.seed);
  return add_parsed(app, "--data", options.data, "digits, digits:N, mnist:DIR",
                    [](const std::string& option, const std::string& text) {
                      return parse_name(option, text, "a data set");
                    })
      .type_name("DATA");
}

std::shared_ptr<const Dataset> open_data_set(const DataSetOptions& options) {
  static const std::vector<std::string> sets{"train", "valid", "test"};
  if (std::ranges::find(sets, options.set) == sets.end()) {
    throw unknown_name("set", shortened(options.set), sets);
  }
  return data::open_data(options.data, options.seed).set(options.set);
}

}  // namespace lehr::cli
