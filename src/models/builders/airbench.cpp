#include <fmt/format.h>

#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "models/builders.hpp"
#include "models/image.hpp"
#include "models/widths.hpp"

namespace lehr::models {
namespace {

constexpr std::string_view airbench_name = "airbench";

class AirbenchLayers {
 public:
  explicit AirbenchLayers(const AirbenchOptions& options)
      : options_(options),
        graph_(std::string(airbench_name)),
        last_(image_input(graph_, airbench_name, options.in)) {}

  Graph build() && {
    const std::int64_t kernel = options_.first_kernel;
    const std::int64_t padding = (kernel - 1) / 2;
    add(ops::Conv2d({.out_channels = options_.first_width,
                     .kernel = {kernel, kernel},
                     .padding = {padding, padding}}),
        "conv1");
    add(ops::Activation(options_.activation), "act1");
    for (std::size_t stage = 0; stage < options_.widths.size(); ++stage) add_stage(stage);
    add(ops::AdaptiveAvgPool2d(), "avgpool");
    add(ops::Flatten(), "flatten");
    if (options_.dropout > 0) add(ops::Dropout({.p = options_.dropout}), "dropout");
    add(ops::Linear({.out_features = options_.classes}), "fc");
    return std::move(graph_);
  }

 private:
  template <class SomeOp>
  void add(SomeOp op, const std::string& name) {
    last_ = graph_.add(std::move(op), {last_}, name);
  }

  void add_convolution(std::int64_t width, const std::string& name) {
    add(ops::Conv2d({.out_channels = width, .kernel = {3, 3}, .padding = {1, 1}, .bias = false}), name);
  }

  void add_stage(std::size_t stage) {
    const Shape& found = graph_.node(last_).output.shape;
    if (found[2] < 2 || found[3] < 2) {
      throw BadInput(
          fmt::format("airbench with {} is too deep for a {}x{} image, which is down to {}x{} after {}; use "
                      "at most {} of "
                      "widths or a larger image",
                      counted(options_.widths.size(), "stage"), options_.in[1], options_.in[2], found[2],
                      found[3], stage, counted(stage, "value")));
    }
    const std::int64_t width = options_.widths[stage];
    const std::string prefix = fmt::format("layer{}.", stage + 1);
    add_convolution(width, prefix + "conv1");
    add(ops::MaxPool2d({.kernel = {2, 2}, .stride = {2, 2}}), prefix + "pool");
    add(ops::BatchNorm(), prefix + "bn1");
    add(ops::Activation(options_.activation), prefix + "act1");
    add_convolution(width, prefix + "conv2");
    add(ops::BatchNorm(), prefix + "bn2");
    add(ops::Activation(options_.activation), prefix + "act2");
  }

  const AirbenchOptions& options_;
  Graph graph_;
  NodeId last_;
};

void expect_no_other_depth(const ModelRequest& request) {
  if (request.stem_convs != 1) {
    throw BadInput(
        fmt::format("airbench has one convolution before its stages always, found {} stem convolutions",
                    request.stem_convs));
  }
  if (request.depth != 0) {
    throw BadInput(fmt::format("airbench has a depth of its own, found the option set to {}", request.depth));
  }
}

Graph requested_airbench(const ModelRequest& request) {
  expect_no_other_depth(request);
  AirbenchOptions options;
  options.in = request.in;
  options.classes = request.classes;
  options.activation = request.activation;
  options.dropout = request.dropout;
  options.widths = requested_widths(request, std::move(options.widths));
  if (request.first_kernel != 0) options.first_kernel = request.first_kernel;
  return airbench(options);
}

}  // namespace

Graph airbench(const AirbenchOptions& options) {
  if (options.widths.empty()) throw BadInput("airbench needs at least one width, found none");
  return AirbenchLayers(options).build();
}

void register_airbench(ModelRegistry& registry) { registry.add_built_in(airbench_name, requested_airbench); }

}  // namespace lehr::models
