#include "lehr/core/tensor.hpp"

#include <cstdlib>

#include "lehr/core/number_text.hpp"

namespace lehr {

Tensor::Tensor(const Shape& shape, DType dtype, const Strides& strides)
    : shape_(shape), dtype_(dtype), strides_(strides) {
  const std::size_t rounded = (bytes() + buffer_alignment - 1) / buffer_alignment * buffer_alignment;
  if (rounded == 0) return;
  storage_.reset(static_cast<std::byte*>(std::aligned_alloc(buffer_alignment, rounded)));
  if (!storage_) {
    throw Error("out of memory: a tensor of shape " + shape.str() + " needs " + counted(rounded, "byte"));
  }
  std::memset(storage_.get(), 0, rounded);
}

void Tensor::Free::operator()(std::byte* address) const { std::free(address); }

void Tensor::check_type(DType asked) const {
  if (!storage_ && shape_.numel() > 0) {
    throw BadInput("a tensor without elements was read: it was made without a shape, or moved from");
  }
  if (asked != dtype_) {
    throw Error("a tensor of " + std::string(name_of(dtype_)) + " was read as " +
                std::string(name_of(asked)));
  }
}

Tensor Tensor::clone() const {
  if (!storage_ && shape_.numel() > 0) return {};  // default-constructed or moved from
  Tensor copy(shape_, dtype_, strides_);
  if (bytes() > 0) std::memcpy(copy.data(), data(), bytes());
  return copy;
}

}  // namespace lehr
