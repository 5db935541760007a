#include "models/residual.hpp"

namespace lehr::models {
namespace {

constexpr std::string_view resnet_small_name = "resnet-small";

}  // namespace

Graph resnet_small(const ResNetSmallOptions& options) { return residual_network(resnet_small_name, options); }

void register_resnet_small(ModelRegistry& registry) {
  registry.add_built_in(resnet_small_name, [](const ModelRequest& request) {
    return resnet_small(residual_options(resnet_small_name, request, ResNetSmallOptions().widths));
  });
}

}  // namespace lehr::models
