#include "data/schemes.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {

void register_mnist(SchemeRegistry& registry) {
  Scheme& scheme = registry.schemes["mnist"];
  scheme.takes_path = true;
  scheme.open = [](std::optional<std::string_view> folder, std::uint64_t /*seed*/) {
    if (!folder || folder->empty()) {
      throw BadInput(
          "data \"mnist\" needs the folder of its files: write mnist:DIR, where DIR holds "
          "train-images-idx3-ubyte[.gz] and its three companions");
    }
    return mnist(std::filesystem::path(*folder));
  };
}

}  // namespace lehr::data
