#pragma once

#include <string_view>

#include "lehr/graph/ops.hpp"

/// Shared by convolutions and poolings: a window that slides over the rows and columns of an image.
namespace lehr::graph {

struct Sliding {
  ops::Size2 kernel;
  ops::Size2 stride;
  ops::Size2 padding;
  ops::Size2 dilation{1, 1};
};

/// In attributes, the pair is a list of two integers, height first.
Attribute to_attribute(ops::Size2 size);
/// Throws Error if the list does not have two entries. make_op converts it to BadInput.
ops::Size2 size2(const Attributes& attributes, std::string_view name);

/// Throws BadInput unless both numbers are within the bounds.
void expect_between(std::string_view op, std::string_view setting, ops::Size2 value, std::int64_t low,
                    std::int64_t high);
void check_sliding(std::string_view op, const Sliding& window);

/// Rows and columns of the output, floor((H + 2 p - d (k - 1) - 1) / s) + 1. Throws BadInput if the
/// padded image is smaller than the window. The settings must have passed check_sliding.
ops::Size2 positions(std::string_view op, const Sliding& window, const Shape& image);

/// Kernel, stride and padding of a pooling. As in PyTorch, the padding is at most half the kernel,
/// so no window contains only padding. read_pooling and infer_pooling throw BadInput if it is
/// larger.
Attributes pooling_attributes(const Sliding& window);
Sliding read_pooling(std::string_view op, const Attributes& attributes);
TensorSpec infer_pooling(std::string_view op, const Sliding& window, std::span<const TensorSpec> inputs);

Window to_window(const Sliding& window);

}  // namespace lehr::graph
