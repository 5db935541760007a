#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "lehr/backend/buffer.hpp"
#include "lehr/backend/host_kernel.hpp"

/// Short forms of the named calls between a backend's memory and the host.
namespace lehr::test {

/// The elements of a tensor of f32, in memory order.
inline std::vector<float> on_host(const ConstTensorRef& from) { return from.backend().download_floats(from); }

inline void put(const TensorRef& to, const HostData& values) { to.backend().upload(to, values); }

/// One element of a tensor of f32.
inline void put_at(const TensorRef& to, std::int64_t index, float value) {
  to.backend().fill(to.part(index, 1), value);
}

/// A tensor with one axis and these values.
inline Buffer buffer_of(const Backend& backend, const std::vector<float>& values) {
  Buffer made(backend, std::ssize(values));
  put(made.ref(), values);
  return made;
}

/// Host memory in the form in which a backend's kernels read it.
class HostValues {
 public:
  /// As positions with this many channels.
  HostValues(const Backend& backend, std::span<const float> values, std::int64_t channels = 1)
      : input_(backend.host_input()),
        ref_(input_->set({DType::f32, Shape{std::ssize(values) / channels, channels}}, values)) {}
  const ConstTensorRef& ref() const { return ref_; }

 private:
  std::unique_ptr<HostInput> input_;
  ConstTensorRef ref_;
};

/// A kernel of a backend that computes on the host. It can be run on addresses.
inline std::unique_ptr<HostKernel> host_kernel(const Backend& backend, const KernelSpec& spec) {
  std::unique_ptr<Kernel> made = backend.kernel(spec);
  auto* const kernel = dynamic_cast<HostKernel*>(made.get());
  if (kernel == nullptr) throw std::logic_error("the backend's kernels do not compute on the host");
  made.release();
  return std::unique_ptr<HostKernel>(kernel);
}

}  // namespace lehr::test
