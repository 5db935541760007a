#include "backend/host_backend.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "core/physical_memory.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/tensor.hpp"

namespace lehr {
namespace {

class OwnMemory final : public HostMemory {
 public:
  OwnMemory(const Backend& backend, std::size_t bytes)
      : HostMemory(backend, zeros(bytes), bytes), address_(HostMemory::address()) {}

 private:
  struct Free {
    void operator()(void* address) const { std::free(address); }
  };

  static void* zeros(std::size_t bytes) {
    const std::size_t rounded = (bytes / buffer_alignment + 1) * buffer_alignment;
    void* address = std::aligned_alloc(buffer_alignment, rounded);
    if (address == nullptr)
      throw Error("out of memory: " + std::to_string(rounded) + " bytes could not be had");
    std::memset(address, 0, rounded);
    return address;
  }

  std::unique_ptr<void, Free> address_;
};

/// Host data that is used in place. Only kernels that get it as an output write to it.
class BorrowedMemory final : public HostMemory {
 public:
  explicit BorrowedMemory(const Backend& backend) : HostMemory(backend, nullptr, 0) {}
  void borrow(const void* data, std::size_t bytes) { refer(const_cast<void*>(data), bytes); }
};

void check_fits(DType type, std::int64_t count, const HostData& data) {
  if (data.dtype == type && data.count == count) return;
  throw Error("expected " + std::to_string(count) + " elements of " + std::string(name_of(type)) +
              " in host memory, found " + std::to_string(data.count) + " of " +
              std::string(name_of(data.dtype)));
}

/// Uses the data in place, or copies it if the backend has another layout.
class BorrowedInput final : public HostInput {
 public:
  explicit BorrowedInput(const Backend& backend) : memory_(backend) {}

  ConstTensorRef set(const TensorSpec& spec, const HostData& data) override {
    check_fits(spec.dtype, spec.shape.numel(), data);
    const Strides layout = memory_.backend().activation_layout(spec.shape);
    const bool in_place = layout == channels_last_strides(spec.shape);
    memory_.borrow(in_place ? data.data : converted(spec, data, layout), spec.bytes());
    return {memory_, 0, spec, layout};
  }

 private:
  const void* converted(const TensorSpec& spec, const HostData& data, const Strides& layout) {
    if (spec.dtype != DType::f32) {
      throw Error("inputs of " + std::string(name_of(spec.dtype)) + " cannot be moved between layouts");
    }
    if (converted_.shape() != spec.shape) converted_ = Tensor(spec.shape, spec.dtype, layout);
    copy_elements(View<const float>{static_cast<const float*>(data.data), spec.shape,
                                    channels_last_strides(spec.shape)},
                  converted_.view<float>());
    return converted_.data();
  }

  BorrowedMemory memory_;
  Tensor converted_;
};

void check_counts(const ConstTensorRef& to, const ConstTensorRef& from) {
  if (to.count() == from.count()) return;
  throw Error("expected tensors of equal counts, found " + std::to_string(to.count()) + " and " +
              std::to_string(from.count()) + " elements");
}

}  // namespace

void HostBackend::check(const ConstTensorRef& ref) const {
  if (!ref) throw Error("a tensor of the " + name_ + " backend was expected, found none");
  if (&ref.backend() == this) return;
  throw Error("a tensor of the " + name_ + " backend was expected, found one of " +
              std::string(ref.backend().name()));
}

const float* HostBackend::floats(const ConstTensorRef& ref) const {
  check(ref);
  if (ref.dtype() != DType::f32) {
    throw Error("expected a tensor of f32, found " + std::string(name_of(ref.dtype())));
  }
  return static_cast<const float*>(host_address(ref));
}

float* HostBackend::floats(const TensorRef& ref) const {
  return const_cast<float*>(floats(static_cast<const ConstTensorRef&>(ref)));
}

std::size_t HostBackend::total_memory() const { return physical_memory(); }

std::shared_ptr<DeviceMemory> HostBackend::allocate(std::size_t bytes) const {
  return std::make_shared<OwnMemory>(*this, bytes);
}

void HostBackend::upload(const TensorRef& to, const HostData& from) const {
  check(to);
  check_fits(to.dtype(), to.count(), from);
  if (to.bytes() > 0) std::memcpy(host_address(to), from.data, to.bytes());
}

void HostBackend::download(void* to, const ConstTensorRef& from) const {
  check(from);
  if (from.bytes() > 0) std::memcpy(to, host_address(from), from.bytes());
}

std::unique_ptr<HostInput> HostBackend::host_input() const { return std::make_unique<BorrowedInput>(*this); }

double HostBackend::time_stamp() const { return clock_seconds(); }

void HostBackend::copy(const TensorRef& to, const ConstTensorRef& from) const {
  check(to);
  check(from);
  check_counts(to, from);
  if (to.dtype() != from.dtype()) throw Error("a copy between tensors of different element types");
  if (to.bytes() > 0) std::memcpy(host_address(to), host_address(from), to.bytes());
}

void HostBackend::fill(const TensorRef& to, float value) const { std::fill_n(floats(to), to.count(), value); }

void HostBackend::accumulate(const TensorRef& to, const ConstTensorRef& from) const {
  check_counts(to, from);
  arithmetic_->accumulate(floats(to), floats(from), to.count());
}

void HostBackend::add_scaled(const TensorRef& to, const ConstTensorRef& from, float factor) const {
  check_counts(to, from);
  arithmetic_->add_scaled(floats(to), floats(from), factor, to.count());
}

void HostBackend::lerp(const TensorRef& to, const ConstTensorRef& from, float weight) const {
  check_counts(to, from);
  arithmetic_->lerp(floats(to), floats(from), weight, to.count());
}

void HostBackend::scale(const TensorRef& values, float factor) const {
  arithmetic_->scale(floats(values), factor, values.count());
}

void HostBackend::clamp(const TensorRef& values, float low, float high) const {
  arithmetic_->clamp(floats(values), low, high, values.count());
}

double HostBackend::sum_of_squares(const ConstTensorRef& values) const {
  return arithmetic_->sum_of_squares(floats(values), values.count());
}

bool HostBackend::all_finite(const ConstTensorRef& values) const {
  return arithmetic_->all_finite(floats(values), values.count());
}

/// Distributes all tensors over the threads at once. Small tensors one by one would leave threads
/// idle.
void HostBackend::measure(std::span<const Measurement> measurements) const {
  constexpr std::int64_t piece = 4096;
  constexpr std::int64_t pieces_a_thread = 4;
  struct Piece {
    TensorProbe* probe;
    std::int64_t first;
    std::int64_t count;
  };
  std::vector<Piece> pieces;
  for (const Measurement& one : measurements) {
    check(one.values);
    one.probe->begin(one.values);
    const std::int64_t count = one.values.count();
    for (std::int64_t first = 0; first < count; first += piece) {
      pieces.push_back({one.probe, first, std::min(piece, count - first)});
    }
  }
  parallel_for(std::ssize(pieces), pieces_a_thread, [&](std::int64_t begin, std::int64_t end, int thread) {
    for (const Piece& p :
         std::span(pieces).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin))) {
      p.probe->written(p.first, p.count, thread);
    }
  });
  for (const Measurement& one : measurements) one.probe->end(*one.result);
}

}  // namespace lehr
