#include "data/schemes.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {

void register_mnist(SchemeRegistry& registry) {
  const auto open = [](const SchemeRequest& request) {
    if (!request.rest || request.rest->empty()) {
      throw BadInput(
          "data \"mnist\" needs the folder of its files: write mnist:DIR, where DIR holds "
          "train-images-idx3-ubyte[.gz] and its three companions");
    }
    return mnist(std::filesystem::path(*request.rest));
  };
  registry.add_built_in("mnist", {.open = open, .takes_path = true});
}

}  // namespace lehr::data
