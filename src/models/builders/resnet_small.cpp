#include "models/residual.hpp"

namespace lehr::models {
namespace {

constexpr std::string_view model_name = "resnet-small";

}  // namespace

Graph resnet_small(const ResNetSmallOptions& options) { return residual_network(model_name, options); }

void register_resnet_small(ModelRegistry& registry) {
  registry.add_built_in(model_name, [](const ModelRequest& request) {
    return resnet_small(residual_options(model_name, request));
  });
}

}  // namespace lehr::models
