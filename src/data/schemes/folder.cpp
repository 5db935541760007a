#include "data/folder.hpp"

#include "data/schemes.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {

void register_folder(SchemeRegistry& registry) {
  const auto open = [](const SchemeRequest& request) {
    if (!request.rest || request.rest->empty()) {
      throw BadInput(
          "data \"folder\" needs the folder or archive of the pictures: write folder:PATH, where PATH holds "
          "a "
          "folder for each class");
    }
    return folder_data(std::filesystem::path(*request.rest), {.most_pixels = request.most_pixels});
  };
  registry.add_built_in("folder", {.open = open, .takes_path = true});
}

}  // namespace lehr::data
