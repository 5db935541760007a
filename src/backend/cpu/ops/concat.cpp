#include <cstring>

#include "backend/cpu/support.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

/// Joins the inputs along the channels, which are innermost. Each output pixel consists of the
/// inputs' pixels in order.
class Concat final : public HostKernel {
 public:
  explicit Concat(const KernelSpec& spec) {
    for (const TensorSpec& input : spec.inputs) channels_.push_back(input.shape[1]);
    total_ = spec.output.shape[1];
    rows_ = total_ == 0 ? 0 : spec.output.shape.numel() / total_;
  }
  std::string implementation() const override { return "copy"; }

  void forward(const KernelArgs& args) override {
    float* const y = floats(args.output);
    for_pieces([&](std::size_t input, std::int64_t in_at, std::int64_t out_at, std::size_t bytes) {
      std::memcpy(y + out_at, floats(args.inputs[input]) + in_at, bytes);
    });
  }
  void backward(const KernelArgs& args) override {
    const float* const grad = floats(args.output_grad);
    for_pieces([&](std::size_t input, std::int64_t in_at, std::int64_t out_at, std::size_t bytes) {
      float* const input_grad = optional_floats(args.input_grads, input);
      if (input_grad != nullptr) std::memcpy(input_grad + in_at, grad + out_at, bytes);
    });
  }

 private:
  /// Calls body(input, offset in the input, offset in the output, bytes) for each input's part of each pixel.
  template <class Body>
  void for_pieces(const Body& body) const {
    parallel_for(rows_, elements_per_thread / (total_ + 1) + 1,
                 [&](std::int64_t begin, std::int64_t end, int) {
                   for (std::int64_t row = begin; row < end; ++row) {
                     std::int64_t out_at = row * total_;
                     for (std::size_t i = 0; i < channels_.size(); ++i) {
                       const std::int64_t count = channels_[i];
                       body(i, row * count, out_at, static_cast<std::size_t>(count) * sizeof(float));
                       out_at += count;
                     }
                   }
                 });
  }

  std::vector<std::int64_t> channels_;
  std::int64_t total_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace

void register_concat(KernelRegistry& registry) {
  registry.add_kernel("concat", [](const KernelSpec& spec) { return std::make_unique<Concat>(spec); });
}

}  // namespace lehr::cpu
