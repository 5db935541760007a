#include "data/cifar.hpp"
#include "data/schemes.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {

void register_cifar10(SchemeRegistry& registry) {
  const auto open = [](const SchemeRequest& request) {
    if (!request.rest || request.rest->empty()) {
      throw BadInput(
          "data \"cifar10\" needs the folder or .tar.gz of its binary version: write cifar10:PATH");
    }
    return cifar10(std::filesystem::path(*request.rest));
  };
  registry.add_built_in("cifar10", {.open = open, .takes_path = true});
}

}  // namespace lehr::data
