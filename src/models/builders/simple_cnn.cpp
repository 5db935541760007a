#include <fmt/format.h>

#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "models/builders.hpp"
#include "models/image.hpp"

namespace lehr::models {
namespace {

constexpr std::string_view simple_cnn_name = "simple-cnn";

// Names each layer by its number, as torch.nn.Sequential does.
class Sequential {
 public:
  explicit Sequential(const Shape& in)
      : graph_("simple-cnn"), last_(image_input(graph_, simple_cnn_name, in)) {}

  template <class SomeOp>
  void add(SomeOp op) {
    last_ = graph_.add(std::move(op), {last_}, std::to_string(layers_++));
  }
  const Shape& shape() const { return graph_.node(last_).output.shape; }
  Graph take() && { return std::move(graph_); }

 private:
  Graph graph_;
  NodeId last_;
  int layers_ = 0;
};

ops::Conv2d convolution(std::int64_t out_channels, std::int64_t kernel, bool bias) {
  return ops::Conv2d({.out_channels = out_channels,
                      .kernel = {kernel, kernel},
                      .stride = {2, 2},
                      .padding = {kernel / 2, kernel / 2},
                      .bias = bias});
}

std::string image_text(const Shape& in) { return fmt::format("{}x{} image", in[1], in[2]); }

void check_depth(const Shape& found, const SimpleCnnOptions& options, std::size_t done) {
  if (done == 0 || found[2] > 1 || found[3] > 1) return;
  const std::string fewer =
      done > 1 ? fmt::format("at most {} of channels or ", counted(done - 1, "value")) : "";
  throw BadInput(
      fmt::format("simple-cnn with {} stride-2 convolutions is too deep for a {}, which is down to 1x1 after "
                  "{}; use {}a larger image",
                  options.channels.size() + 1, image_text(options.in), done, fewer));
}

void expect_one_position(const Shape& found, const SimpleCnnOptions& options) {
  if (found[2] == 1 && found[3] == 1) return;
  throw BadInput(fmt::format(
      "simple-cnn with {} stride-2 convolutions leaves {}x{} positions of a {}, expected 1x1; use "
      "more channels or a smaller image",
      options.channels.size() + 1, found[2], found[3], image_text(options.in)));
}

Graph from_request(const ModelRequest& request) {
  SimpleCnnOptions options;
  options.in = request.in;
  options.classes = request.classes;
  options.batch_norm = request.batch_norm;
  options.activation = request.activation;
  options.dropout = request.dropout;
  if (!request.channels.empty()) options.channels = request.channels;
  if (request.first_kernel != 0) options.first_kernel = request.first_kernel;
  return simple_cnn(options);
}

}  // namespace

Graph simple_cnn(const SimpleCnnOptions& options) {
  std::vector<std::int64_t> widths = options.channels;
  widths.push_back(options.classes);
  Sequential layers(options.in);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    check_depth(layers.shape(), options, i);
    if (options.dropout > 0 && i + 1 == widths.size()) layers.add(ops::Dropout({.p = options.dropout}));
    layers.add(convolution(widths[i], i == 0 ? options.first_kernel : options.kernel, !options.batch_norm));
    if (options.batch_norm) layers.add(ops::BatchNorm());
    if (i + 1 < widths.size()) layers.add(ops::Activation(options.activation));
  }
  expect_one_position(layers.shape(), options);
  layers.add(ops::Flatten());
  return std::move(layers).take();
}

void register_simple_cnn(ModelRegistry& registry) { registry.add_built_in(simple_cnn_name, from_request); }

}  // namespace lehr::models
