#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "lehr/core/error.hpp"
#include "lehr/core/tensor_spec.hpp"
#include "lehr/core/text.hpp"

/// Checks shared by the ops. Each throws BadInput with a sentence that begins with the op's type.
namespace lehr::graph {

/// Limit for kernels, strides, channels and other settings. It keeps window arithmetic within 64
/// bits.
inline constexpr std::int64_t max_setting = (std::int64_t{1} << 31) - 1;
/// Limit for the elements of a tensor. It keeps sums over the nodes of a graph within 64 bits.
inline constexpr std::int64_t max_elements = std::int64_t{1} << 40;

/// The product of non-negative numbers.
std::int64_t checked_product(std::string_view op, std::initializer_list<std::int64_t> factors);

/// A tensor with these extents. Each must be at least 1.
TensorSpec checked_spec(std::string_view op, DType dtype, std::span<const std::int64_t> extents);
inline TensorSpec checked_spec(std::string_view op, DType dtype,
                               std::initializer_list<std::int64_t> extents) {
  return checked_spec(op, dtype, std::span(extents.begin(), extents.size()));
}

/// The only input. It must contain real numbers.
const TensorSpec& single_input(std::string_view op, std::span<const TensorSpec> inputs);
/// The only input. It must be an image tensor (N, C, H, W) of real numbers.
const TensorSpec& single_image(std::string_view op, std::span<const TensorSpec> inputs);

void expect_count(std::string_view op, std::span<const TensorSpec> inputs, std::size_t count);
void expect_at_least_two(std::string_view op, std::span<const TensorSpec> inputs);
/// Checks that two inputs have the same shape and element type.
void expect_same(std::string_view op, const TensorSpec& first, const TensorSpec& other);
void expect_real(std::string_view op, const TensorSpec& input);
/// layout: the axes in words, such as "(N, C, H, W)".
void expect_rank(std::string_view op, const TensorSpec& input, int rank, std::string_view layout);

void expect_between(std::string_view op, std::string_view setting, std::int64_t value, std::int64_t low,
                    std::int64_t high);
/// NaN is outside every range.
void expect_between(std::string_view op, std::string_view setting, double value, double low, double high);

}  // namespace lehr::graph
