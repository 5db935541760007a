#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/graph/graph.hpp"
#include "lehr/graph/ops.hpp"

/// Functions that return a Graph. Parameter names and order are those of the PyTorch model that
/// each function names.
namespace lehr::models {

/// Options of simple_cnn. Definitions and defaults are from fastbook, chapter 13.
struct SimpleCnnOptions {
  Shape in{1, 28, 28};  ///< (C, H, W)
  std::int64_t classes = 10;
  std::vector<std::int64_t> channels{8, 16, 32, 64};  ///< outputs of all convolutions except the last
  std::int64_t first_kernel = 5;
  std::int64_t kernel = 3;
  /// After each convolution, including the last one, and before the activation. The
  /// convolutions then have no bias.
  bool batch_norm = false;
  ops::Activation::Spec activation{};
  double dropout = 0;  ///< dropout before the last convolution; 0: no such layer
  /// 3x3 convolutions in place of the first one, each with channels[0] outputs. Only the last has
  /// stride 2. N of them see 2N + 1 pixels, as one kernel of that size does. first_kernel then has no
  /// effect. 1: the first convolution with first_kernel.
  std::int64_t stem_convs = 1;
  /// Convolutions in total; 0: as many as channels, stem_convs and classes need. What is more are 3x3
  /// convolutions of stride 1, spread evenly over the sizes of the image, the first one first.
  std::int64_t depth = 0;
};

/// Stride-2 convolutions with padding kernel/2 and an activation between them, then a convolution
/// to `classes` and a flatten. Throws BadInput if more than one position is left, because the
/// flattened scores would then exceed `classes`; the message names the size and what to change. Also
/// throws it if `depth` is below the number of convolutions without it.
/// Names are those of torch.nn.Sequential with one index per layer ("0.weight", "1.running_mean").
Graph simple_cnn(const SimpleCnnOptions& options);

/// Options of resnet_small.
struct ResNetSmallOptions {
  Shape in{3, 32, 32};  ///< (C, H, W)
  std::int64_t classes = 10;
  /// One stage each; all stages except the first halve the image.
  std::vector<std::int64_t> widths{16, 32, 64};
  std::int64_t blocks = 1;  ///< basic blocks per stage
  bool zero_init_residual = false;
  double dropout = 0;  ///< dropout before the linear layer; 0: no such layer
};

/// The CIFAR residual network of He et al. 2015, section 4.2, with projection shortcuts. Names are
/// torchvision's ("conv1", "bn1", "layer1.0.conv1", "layer2.0.downsample.0", "fc").
Graph resnet_small(const ResNetSmallOptions& options);

/// Options of resnet18.
struct ResNet18Options {
  Shape in{3, 32, 32};  ///< (C, H, W)
  std::int64_t classes = 10;
  bool zero_init_residual = false;
  double dropout = 0;  ///< dropout before the linear layer; 0: no such layer
};

/// torchvision's resnet18 for small images: the first convolution is 3x3 and keeps the image size,
/// and no pooling follows it. All other names, shapes and counts are torchvision's.
Graph resnet18(const ResNet18Options& options);

/// Options of airbench.
struct AirbenchOptions {
  Shape in{3, 32, 32};  ///< (C, H, W)
  std::int64_t classes = 10;
  std::int64_t first_kernel =
      2;  ///< of the first convolution; an even kernel makes the image one pixel smaller
  std::int64_t first_width = 24;                   ///< outputs of the first convolution
  std::vector<std::int64_t> widths{64, 256, 256};  ///< one stage each; every stage halves the image
  ops::Activation::Spec activation{.kind = ops::Activation::Kind::gelu};
  double dropout = 0;  ///< dropout before the linear layer; 0: no such layer
};

/// The network of the CIFAR-10 speed records (Jordan 2024, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU",
/// arXiv 2404.00498): a small first convolution, then stages of convolution, max pooling, norm,
/// activation, convolution, norm and activation. 118 million multiply-adds a picture of 32x32. It differs
/// from the paper in four points: the average over the last positions instead of their maximum, norms
/// with weights, a linear layer with a bias, and no whitening of the first convolution. Names are "conv1",
/// "layer1.conv1", "layer1.bn1", "layer1.conv2", "layer1.bn2" and so on, and "fc". Throws BadInput if the
/// image is too small for the stages.
Graph airbench(const AirbenchOptions& options);

/// Widths by a rule: base * factor^i for stage i, rounded, at least 1. Throws BadInput if base < 1, if
/// factor is not above 0 and finite, or if a width exceeds 65536.
std::vector<std::int64_t> widths_by_rule(std::int64_t base, double factor, std::size_t count);

/// The model options of the command line. They are the same for all models.
struct ModelRequest {
  Shape in;  ///< (C, H, W)
  std::int64_t classes = 10;
  bool batch_norm = false;
  ops::Activation::Spec activation{};
  std::vector<std::int64_t> channels{};  ///< empty: by the next two, or the model's own
  std::int64_t base_width = 0;           ///< of the first stage, as in widths_by_rule; 0: the model's own
  double width_factor = 0;               ///< as in widths_by_rule; 0: the model's own
  std::int64_t first_kernel = 0;         ///< 0: the model's own
  std::int64_t stem_convs = 1;           ///< as in SimpleCnnOptions
  std::int64_t depth = 0;                ///< as in SimpleCnnOptions
  double dropout = 0;                    ///< before the classifying layer
};

/// Makes a model by its command-line name ("airbench", "simple-cnn", "resnet18"). Throws BadInput with the
/// nearest valid name if there is no such model, and BadInput if the model does not support an
/// option that was set.
Graph make_model(std::string_view name, const ModelRequest& request);
std::vector<std::string> model_names();

/// A function that makes a model. It throws BadInput for options that the model does not support.
using ModelBuilder = std::function<Graph(const ModelRequest&)>;

}  // namespace lehr::models

namespace lehr {

/// Registers a model for make_model. Throws BadInput if the name is taken or is not a valid name.
/// May be called from any thread.
void register_model(const std::string& name, models::ModelBuilder build);

}  // namespace lehr
