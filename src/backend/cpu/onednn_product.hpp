#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/cpu/onednn.hpp"

namespace lehr::cpu::onednn {

/// A matrix in memory: the distances to the next row and to the next column, in floats.
struct MatrixLayout {
  std::int64_t row = 0;
  std::int64_t column = 0;
};

/// result (rows x columns) = activation(left (rows x inner) * right (inner x columns) + bias). The
/// result is row-major.
struct ProductSpec {
  std::int64_t rows = 0, inner = 0, columns = 0;
  MatrixLayout left, right;
  bool bias = false;
  FusedActivation activation{};
  bool plain = false;  ///< as in MatmulProblem
};

/// A matrix product, divided into slices of rows, or of columns if there are few rows.
class Product {
 public:
  Product() = default;
  /// Allocates its part of the workspace from `offsets`.
  Product(const ProductSpec& spec, WorkspaceOffsets& offsets);
  explicit operator bool() const { return !slices_.empty(); }
  const std::string& implementation() const { return implementation_; }
  /// bias may be null.
  void run(const float* left, const float* right, const float* bias, float* result, std::byte* workspace);

 private:
  struct Slice {
    Call call;
    std::int64_t left = 0, right = 0, bias = 0, result = 0;  ///< offsets in floats
    std::size_t scratchpad = 0;
  };
  void add(const ProductSpec& part, std::int64_t width);

  std::vector<Slice> slices_;
  std::string implementation_;
};

}  // namespace lehr::cpu::onednn
