#include "data/csv_sets.hpp"
#include "data/schemes.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {

void register_csv(SchemeRegistry& registry) {
  const auto open = [](const SchemeRequest& request) {
    if (!request.rest || request.rest->empty()) {
      throw BadInput(
          "data \"csv\" needs the file that lists the pictures: write csv:FILE, where FILE has the columns "
          "path "
          "and label");
    }
    return csv_data(std::filesystem::path(*request.rest), request.most_pixels);
  };
  registry.add_built_in("csv", {.open = open, .takes_path = true});
}

}  // namespace lehr::data
