#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lehr/core/shape.hpp"
#include "lehr/core/tensor.hpp"

/// Numbers that C++ and tools/formula.py compute identically, so that golden files need not store inputs and
/// weights.
namespace lehr::test {

/// FNV-1a, 32 bits: maps the name of a tensor to a stream.
constexpr std::uint32_t stream_of(std::string_view name) {
  std::uint32_t hash = 0x811C9DC5;
  for (const char character : name) hash = (hash ^ static_cast<unsigned char>(character)) * 0x01000193;
  return hash;
}

/// Word `index` of a stream: MurmurHash3's finaliser of index + stream * 0x9E3779B9.
constexpr std::uint32_t formula_word(std::uint32_t stream, std::uint32_t index) {
  std::uint32_t word = index + stream * 0x9E3779B9;
  word = (word ^ word >> 16) * 0x85EBCA6B;
  word = (word ^ word >> 13) * 0xC2B2AE35;
  return word ^ word >> 16;
}

/// Uniform in [-0.5, 0.5), exact in single precision: (word >> 8) / 2^24 - 0.5.
constexpr float formula_value(std::uint32_t stream, std::uint32_t index) {
  return static_cast<float>(formula_word(stream, index) >> 8) * 0x1p-24F - 0.5F;
}

/// Turns a formula value into an element of a tensor: value * scale + offset in single precision. If levels >
/// 0, the value is first rounded down to a multiple of 1/levels, so that equal elements occur. If there are
/// choices, each element is one of them instead, selected by its word.
struct Fill {
  float scale = 2;
  float offset = 0;
  int levels = 0;
  std::vector<float> choices = {};
};

inline float filled_value(const Fill& fill, std::uint32_t stream, std::uint32_t index) {
  if (!fill.choices.empty()) return fill.choices[formula_word(stream, index) % fill.choices.size()];
  float value = formula_value(stream, index);
  if (fill.levels > 0) {
    const float levels = static_cast<float>(fill.levels);
    value = std::floor(value * levels) / levels;
  }
  const float scaled = value * fill.scale;
  return scaled + fill.offset;
}

/// Calls body(index, offset) for every element of a shape: its row-major index and its offset under the
/// strides.
template <class Body>
void for_each_logical(const Shape& shape, const Strides& strides, const Body& body) {
  const Strides dense = contiguous_strides(shape);
  for (std::int64_t index = 0; index < shape.numel(); ++index) {
    std::int64_t offset = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const auto a = static_cast<std::size_t>(axis);
      offset += index / dense[a] % shape[axis] * strides[a];
    }
    body(index, offset);
  }
}

/// Element i in PyTorch's order (row-major, logical) gets word i of the stream `name`.
inline void fill_tensor(const View<float>& tensor, std::string_view name, const Fill& fill = {}) {
  const std::uint32_t stream = stream_of(name);
  for_each_logical(tensor.shape, tensor.strides, [&](std::int64_t index, std::int64_t offset) {
    tensor.data[offset] = filled_value(fill, stream, static_cast<std::uint32_t>(index));
  });
}

/// Class numbers: word i modulo `classes`.
inline void fill_classes(std::span<std::int64_t> numbers, std::string_view name, std::int64_t classes) {
  const std::uint32_t stream = stream_of(name);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = formula_word(stream, static_cast<std::uint32_t>(i)) % classes;
  }
}

}  // namespace lehr::test
