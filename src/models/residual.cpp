#include "models/residual.hpp"

#include <fmt/format.h>

#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "models/image.hpp"
#include "models/widths.hpp"

namespace lehr::models {
namespace {

constexpr std::int64_t max_blocks = 1000;

class Builder {
 public:
  Builder(std::string_view name, const ResNetSmallOptions& options)
      : name_(name),
        options_(options),
        graph_(std::string(name)),
        last_(image_input(graph_, name, options.in)) {}

  Graph build() && {
    const std::int64_t stem = options_.widths.front();
    last_ = norm(convolution(last_, "conv1", stem, 3, 1), "bn1");
    last_ = relu(last_, "relu");
    for (std::size_t stage = 0; stage < options_.widths.size(); ++stage) add_stage(stage);
    last_ = graph_.add(ops::AdaptiveAvgPool2d(), {last_}, "avgpool");
    last_ = graph_.add(ops::Flatten(), {last_}, "flatten");
    if (options_.dropout > 0) last_ = graph_.add(ops::Dropout({.p = options_.dropout}), {last_}, "dropout");
    graph_.add(ops::Linear({.out_features = options_.classes}), {last_}, "fc");
    return std::move(graph_);
  }

 private:
  NodeId convolution(NodeId from, const std::string& name, std::int64_t width, std::int64_t kernel,
                     std::int64_t stride) {
    const std::int64_t padding = kernel / 2;
    return graph_.add(ops::Conv2d({.out_channels = width,
                                   .kernel = {kernel, kernel},
                                   .stride = {stride, stride},
                                   .padding = {padding, padding},
                                   .bias = false}),
                      {from}, name);
  }
  NodeId norm(NodeId from, const std::string& name, bool zero_init = false) {
    return graph_.add(ops::BatchNorm({.zero_init = zero_init}), {from}, name);
  }
  NodeId relu(NodeId from, const std::string& name) { return graph_.add(ops::Activation(), {from}, name); }

  const Shape& shape(NodeId node) const { return graph_.node(node).output.shape; }

  void add_stage(std::size_t stage) {
    const bool halves = stage > 0;
    if (const Shape& found = shape(last_); halves && found[2] == 1 && found[3] == 1) {
      throw BadInput(
          fmt::format("{} with {} is too deep for a {}x{} image, which is down to 1x1 after {}; use at "
                      "most {} of widths or a larger image",
                      name_, counted(options_.widths.size(), "stage"), options_.in[1], options_.in[2], stage,
                      counted(stage, "value")));
    }
    for (std::int64_t block = 0; block < options_.blocks; ++block) {
      add_block(fmt::format("layer{}.{}.", stage + 1, block), options_.widths[stage],
                halves && block == 0 ? 2 : 1);
    }
  }

  // Two convolutions and a shortcut. The shortcut is a projection if the shape changes.
  void add_block(const std::string& prefix, std::int64_t width, std::int64_t stride) {
    const NodeId start = last_;
    NodeId path = norm(convolution(start, prefix + "conv1", width, 3, stride), prefix + "bn1");
    path = relu(path, prefix + "relu");
    path =
        norm(convolution(path, prefix + "conv2", width, 3, 1), prefix + "bn2", options_.zero_init_residual);
    NodeId shortcut = start;
    if (stride != 1 || shape(start)[1] != width) {
      shortcut = convolution(start, prefix + "downsample.0", width, 1, stride);
      shortcut = norm(shortcut, prefix + "downsample.1");
    }
    last_ = graph_.add(ops::Add(), {path, shortcut}, prefix + "add");
    last_ = relu(last_, prefix + "relu2");
  }

  std::string_view name_;
  const ResNetSmallOptions& options_;
  Graph graph_;
  NodeId last_;
};

}  // namespace

Graph residual_network(std::string_view name, const ResNetSmallOptions& options) {
  if (options.widths.empty()) throw BadInput(fmt::format("{} needs at least one width, found none", name));
  if (options.blocks < 1 || options.blocks > max_blocks) {
    throw BadInput(
        fmt::format("{} needs 1 to {} blocks a stage, found {}", name, max_blocks, options.blocks));
  }
  return Builder(name, options).build();
}

ResNetSmallOptions residual_options(std::string_view name, const ModelRequest& request,
                                    std::vector<std::int64_t> own_widths) {
  if (request.activation.kind != ops::Activation::Kind::relu) {
    throw BadInput(fmt::format("{} has relu activations only, found \"{}\"", name,
                               ops::name_of(request.activation.kind)));
  }
  if (request.first_kernel != 0) {
    throw BadInput(fmt::format("{} has a first kernel of 3 always, found the option set to {}", name,
                               request.first_kernel));
  }
  if (request.stem_convs != 1) {
    throw BadInput(fmt::format("{} has one convolution before its stages always, found {} stem convolutions",
                               name, request.stem_convs));
  }
  if (request.depth != 0) {
    throw BadInput(fmt::format("{} has a depth of its own, found the option set to {}", name, request.depth));
  }
  ResNetSmallOptions options;
  options.in = request.in;
  options.classes = request.classes;
  options.dropout = request.dropout;
  options.widths = requested_widths(request, std::move(own_widths));
  return options;
}

}  // namespace lehr::models
