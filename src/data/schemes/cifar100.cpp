#include "data/cifar.hpp"
#include "data/schemes.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {

void register_cifar100(SchemeRegistry& registry) {
  const auto open = [](const SchemeRequest& request) {
    if (!request.rest || request.rest->empty()) {
      throw BadInput(
          "data \"cifar100\" needs the folder or .tar.gz of its binary version: write cifar100:PATH");
    }
    return cifar100(std::filesystem::path(*request.rest));
  };
  registry.add_built_in("cifar100", {.open = open, .takes_path = true});
}

}  // namespace lehr::data
