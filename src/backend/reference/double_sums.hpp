#pragma once

#include <vector>

#include "lehr/core/tensor.hpp"

namespace lehr::reference {

/// Sums in double for every element of a float tensor, starting at 0. store() rounds them and
/// writes them to the tensor.
class DoubleSums {
 public:
  explicit DoubleSums(const View<float>& target)
      : target_(target), sums_(static_cast<std::size_t>(target.shape.numel())) {}

  double& at(std::int64_t i, std::int64_t j = 0, std::int64_t k = 0, std::int64_t l = 0) {
    return (*this)[&target_.at(i, j, k, l) - target_.data];
  }
  double& operator[](std::int64_t offset) { return sums_[static_cast<std::size_t>(offset)]; }
  void store() const {
    for (std::size_t i = 0; i < sums_.size(); ++i) target_.data[i] = static_cast<float>(sums_[i]);
  }

 private:
  View<float> target_;
  std::vector<double> sums_;
};

}  // namespace lehr::reference
