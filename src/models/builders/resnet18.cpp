#include "models/residual.hpp"

namespace lehr::models {
namespace {

constexpr std::string_view resnet18_name = "resnet18";
constexpr std::int64_t blocks_a_stage = 2;

std::vector<std::int64_t> own_widths() { return {64, 128, 256, 512}; }

}  // namespace

Graph resnet18(const ResNet18Options& options) {
  return residual_network(resnet18_name, {.in = options.in,
                                          .classes = options.classes,
                                          .widths = own_widths(),
                                          .blocks = blocks_a_stage,
                                          .zero_init_residual = options.zero_init_residual,
                                          .dropout = options.dropout});
}

void register_resnet18(ModelRegistry& registry) {
  registry.add_built_in(resnet18_name, [](const ModelRequest& request) {
    ResNetSmallOptions options = residual_options(resnet18_name, request, own_widths());
    options.blocks = blocks_a_stage;
    return residual_network(resnet18_name, options);
  });
}

}  // namespace lehr::models
