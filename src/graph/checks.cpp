#include "graph/checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lehr/core/number_text.hpp"

namespace lehr::graph {
namespace {

[[noreturn]] void refuse(std::string_view op, std::string_view expected, std::string_view found) {
  throw BadInput(fmt::format("{} needs {}, found {}", op, expected, found));
}

}  // namespace

std::int64_t checked_product(std::string_view op, std::initializer_list<std::int64_t> factors) {
  std::int64_t product = 1;
  for (const std::int64_t factor : factors) {
    if (__builtin_mul_overflow(product, factor, &product)) {
      throw BadInput(fmt::format("{} has more work than 64 bits can count", op));
    }
  }
  return product;
}

TensorSpec checked_spec(std::string_view op, DType dtype, std::span<const std::int64_t> extents) {
  if (extents.size() > Shape::max_rank) {
    refuse(op, fmt::format("tensors of at most {} axes", Shape::max_rank), std::to_string(extents.size()));
  }
  std::int64_t elements = 1;
  for (const std::int64_t extent : extents) {
    if (extent < 1) {
      refuse(op, "tensors with extents of at least 1", fmt::format("({})", fmt::join(extents, ", ")));
    }
    if (elements > max_elements / extent) {
      refuse(op, fmt::format("tensors of at most {} elements", max_elements),
             fmt::format("({})", fmt::join(extents, ", ")));
    }
    elements *= extent;
  }
  return {dtype, Shape(extents)};
}

void expect_count(std::string_view op, std::span<const TensorSpec> inputs, std::size_t count) {
  if (inputs.size() == count) return;
  refuse(op, fmt::format("{} input{}", count, count == 1 ? "" : "s"), std::to_string(inputs.size()));
}

void expect_at_least_two(std::string_view op, std::span<const TensorSpec> inputs) {
  if (inputs.size() < 2) refuse(op, "two or more inputs", std::to_string(inputs.size()));
}

void expect_real(std::string_view op, const TensorSpec& input) {
  if (input.dtype == DType::f32 || input.dtype == DType::bf16) return;
  refuse(op, "real numbers (f32 or bf16)", name_of(input.dtype));
}

void expect_same(std::string_view op, const TensorSpec& first, const TensorSpec& other) {
  if (first == other) return;
  refuse(op, "inputs of one shape and type",
         fmt::format("{} of {} and {} of {}", first.shape.str(), name_of(first.dtype), other.shape.str(),
                     name_of(other.dtype)));
}

void expect_rank(std::string_view op, const TensorSpec& input, int rank, std::string_view layout) {
  if (input.shape.rank() != rank) refuse(op, fmt::format("an input {}", layout), input.shape.str());
}

const TensorSpec& single_input(std::string_view op, std::span<const TensorSpec> inputs) {
  expect_count(op, inputs, 1);
  expect_real(op, inputs[0]);
  return inputs[0];
}

const TensorSpec& single_image(std::string_view op, std::span<const TensorSpec> inputs) {
  const TensorSpec& input = single_input(op, inputs);
  expect_rank(op, input, 4, "(N, C, H, W)");
  return input;
}

void expect_between(std::string_view op, std::string_view setting, std::int64_t value, std::int64_t low,
                    std::int64_t high) {
  if (value >= low && value <= high) return;
  refuse(op, fmt::format("{} between {} and {}", setting, low, high), std::to_string(value));
}

void expect_between(std::string_view op, std::string_view setting, double value, double low, double high) {
  if (value >= low && value <= high) return;
  refuse(op, fmt::format("{} between {} and {}", setting, number_text(low), number_text(high)),
         number_text(value));
}

}  // namespace lehr::graph
