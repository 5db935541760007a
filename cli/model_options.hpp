#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "command.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::cli {

/// Which network, for the commands that make one.
struct ModelOptions {
  std::string model = "simple-cnn";
  bool batch_norm = false;
  ops::Activation::Spec activation{};
  std::vector<std::int64_t> channels;  ///< empty: the model's own
  std::int64_t first_kernel = 0;       ///< 0: the model's own
  double dropout = 0;
};

/// Adds --model, --batch-norm, --activation, --leak, --subtract, --clamp, --channels,
/// --first-kernel and --dropout.
void add_model_options(const Command& app, ModelOptions& options);

/// Throws BadInput for an option that the activation does not use.
void check(const ModelOptions& options);

/// The network for images (C, H, W) and that many classes.
Graph make_graph(const ModelOptions& options, const Shape& image, std::int64_t classes);

}  // namespace lehr::cli
