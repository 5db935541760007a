#include "data_set.hpp"

#include <vector>

#include "arguments.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "output.hpp"

namespace lehr::cli {

Option add_data_set_options(const Command& app, DataSetOptions& options) {
  app.option("--set", options.set, "train or valid").type_name("SET").default_str(options.set);
  add_data_seed(app, options.seed);
  return add_parsed(app, "--data", options.data, "digits, digits:N, mnist:DIR",
                    [](const std::string& option, const std::string& text) {
                      return parse_name(option, text, "a data set");
                    })
      .type_name("DATA");
}

std::shared_ptr<const Dataset> open_data_set(const DataSetOptions& options) {
  static const std::vector<std::string> sets{"train", "valid"};
  if (options.set != "train" && options.set != "valid")
    throw unknown_name("set", shortened(options.set), sets);
  const DataSplits data = data::open_data(options.data, options.seed);
  return options.set == "train" ? data.train : data.valid;
}

}  // namespace lehr::cli
