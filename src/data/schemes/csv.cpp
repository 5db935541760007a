#include "data/csv_sets.hpp"
#include "data/schemes.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {

void register_csv(SchemeRegistry& registry) {
  const auto open = [](std::optional<std::string_view> file, std::uint64_t /*seed*/) {
    if (!file || file->empty()) {
      throw BadInput(
          "data \"csv\" needs the file that lists the pictures: write csv:FILE, where FILE has the columns "
          "path "
          "and label");
    }
    return csv_data(std::filesystem::path(*file));
  };
  registry.add_built_in("csv", {.open = open, .takes_path = true});
}

}  // namespace lehr::data
