#include "lehr/backend/tensor_ref.hpp"

#include <string>

#include "lehr/core/error.hpp"

namespace lehr {

ConstTensorRef::ConstTensorRef(const DeviceMemory& memory, std::size_t offset, const TensorSpec& spec,
                               const Strides& strides)
    : memory_(&memory), offset_(offset), spec_(spec), strides_(strides) {
  if (offset <= memory.bytes() && spec.bytes() <= memory.bytes() - offset) return;
  throw Error("a tensor of " + std::to_string(spec.bytes()) + " bytes from byte " + std::to_string(offset) +
              " does not lie within a memory of " + std::to_string(memory.bytes()) + " bytes");
}

std::size_t ConstTensorRef::part_offset(std::int64_t first, std::int64_t elements) const {
  if (first < 0 || elements < 0 || first > count() - elements) {
    throw Error("elements " + std::to_string(first) + " to " + std::to_string(first + elements) +
                " do not lie within a tensor of " + std::to_string(count()));
  }
  return offset_ + static_cast<std::size_t>(first) * size_of(spec_.dtype);
}

ConstTensorRef ConstTensorRef::part(std::int64_t first, std::int64_t elements) const {
  const std::size_t offset = part_offset(first, elements);
  if (memory_ == nullptr) return {};
  return {*memory_, offset, {spec_.dtype, Shape{elements}}, contiguous_strides(Shape{elements})};
}

TensorRef TensorRef::part(std::int64_t first, std::int64_t elements) const {
  const std::size_t offset = part_offset(first, elements);
  if (!*this) return {};
  return {memory(), offset, {dtype(), Shape{elements}}, contiguous_strides(Shape{elements})};
}

}  // namespace lehr
