#include <fmt/format.h>

#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "models/builders.hpp"
#include "models/image.hpp"
#include "models/widths.hpp"

namespace lehr::models {
namespace {

constexpr std::string_view simple_cnn_name = "simple-cnn";

constexpr std::int64_t most_convolutions = 1000;
constexpr std::size_t most_stages = 10;

// Names each layer by its number, as torch.nn.Sequential does.
class Sequential {
 public:
  explicit Sequential(const SimpleCnnOptions& options)
      : options_(options), graph_("simple-cnn"), last_(image_input(graph_, simple_cnn_name, options.in)) {}

  template <class SomeOp>
  void add(SomeOp op) {
    last_ = graph_.add(std::move(op), {last_}, std::to_string(layers_++));
  }
  /// With its batch norm, if asked.
  void add_convolution(std::int64_t out_channels, std::int64_t kernel, std::int64_t stride) {
    add(ops::Conv2d({.out_channels = out_channels,
                     .kernel = {kernel, kernel},
                     .stride = {stride, stride},
                     .padding = {kernel / 2, kernel / 2},
                     .bias = !options_.batch_norm}));
    if (options_.batch_norm) add(ops::BatchNorm());
  }
  void add_activation() { add(ops::Activation(options_.activation)); }
  /// 3x3 convolutions that keep the size, each with its activation.
  void add_level_convolutions(std::int64_t count, std::int64_t out_channels) {
    for (std::int64_t i = 0; i < count; ++i) {
      add_convolution(out_channels, 3, 1);
      add_activation();
    }
  }
  const Shape& shape() const { return graph_.node(last_).output.shape; }
  Graph take() && { return std::move(graph_); }

 private:
  const SimpleCnnOptions& options_;
  Graph graph_;
  NodeId last_;
  int layers_ = 0;
};

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

// The convolutions that make the network deeper, for each of the channels.
std::vector<std::int64_t> deepening(const SimpleCnnOptions& options) {
  const auto stages = std::ssize(options.channels);
  const std::int64_t least = stages + options.stem_convs;
  std::vector<std::int64_t> counts(options.channels.size(), 0);
  if (options.depth == 0 || options.depth == least) return counts;
  if (options.depth < least || options.depth > most_convolutions || stages == 0) {
    throw BadInput(
        fmt::format("simple-cnn with {} of channels and {} takes a depth of {} to {} convolutions, "
                    "found {}",
                    counted(stages, "value"), counted(options.stem_convs, "stem convolution"), least,
                    stages == 0 ? least : most_convolutions, options.depth));
  }
  for (std::int64_t i = 0; i < options.depth - least; ++i) ++counts[static_cast<std::size_t>(i % stages)];
  return counts;
}

void check_stem(const SimpleCnnOptions& options) {
  const std::int64_t most = options.channels.empty() ? 1 : most_convolutions;
  if (options.stem_convs >= 1 && options.stem_convs <= most) return;
  throw BadInput(fmt::format("simple-cnn with {} of channels takes 1 to {} stem convolutions, found {}",
                             counted(options.channels.size(), "value"), most, options.stem_convs));
}

/// Larger images need more stages: each halves the sides, and one position must be left.
void add_stages_for(const Shape& image, std::vector<std::int64_t>& channels) {
  const std::int64_t longest = std::max(image[1], image[2]);
  while (std::int64_t{2} << channels.size() < longest && channels.size() < most_stages)
    channels.push_back(2 * channels.back());
}

Graph from_request(const ModelRequest& request) {
  SimpleCnnOptions options;
  options.in = request.in;
  options.classes = request.classes;
  options.batch_norm = request.batch_norm;
  options.activation = request.activation;
  options.dropout = request.dropout;
  if (request.in.rank() == 3) add_stages_for(request.in, options.channels);
  options.channels = requested_widths(request, options.channels);
  options.stem_convs = request.stem_convs;
  options.depth = request.depth;
  if (request.first_kernel != 0) options.first_kernel = request.first_kernel;
  return simple_cnn(options);
}

}  // namespace

Graph simple_cnn(const SimpleCnnOptions& options) {
  check_stem(options);
  const std::vector<std::int64_t> level = deepening(options);
  const std::int64_t first_kernel = options.stem_convs > 1 ? 3 : options.first_kernel;
  Sequential layers(options);
  for (std::size_t i = 0; i < options.channels.size(); ++i) {
    const std::int64_t width = options.channels[i];
    check_depth(layers.shape(), options, i);
    if (i == 0) layers.add_level_convolutions(options.stem_convs - 1, width);
    layers.add_convolution(width, i == 0 ? first_kernel : options.kernel, 2);
    layers.add_activation();
    layers.add_level_convolutions(level[i], width);
  }
  check_depth(layers.shape(), options, options.channels.size());
  if (options.dropout > 0) layers.add(ops::Dropout({.p = options.dropout}));
  layers.add_convolution(options.classes, options.channels.empty() ? first_kernel : options.kernel, 2);
  expect_one_position(layers.shape(), options);
  layers.add(ops::Flatten());
  return std::move(layers).take();
}

void register_simple_cnn(ModelRegistry& registry) { registry.add_built_in(simple_cnn_name, from_request); }

}  // namespace lehr::models
