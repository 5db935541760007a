#include "backend/reference/reference_kernel.hpp"

namespace lehr::reference {
namespace {

class Concat final : public ReferenceKernel {
 public:
  using ReferenceKernel::ReferenceKernel;

  void forward(const KernelArgs& args) override {
    const View<float> y = output(args);
    for_each([&](std::size_t part, std::int64_t from, std::int64_t to) {
      y.data[to] = static_cast<const float*>(args.inputs[part])[from];
    });
  }

  void backward(const KernelArgs& args) override {
    for_each([&](std::size_t part, std::int64_t from, std::int64_t to) {
      if (wants_input_grad(part)) {
        static_cast<float*>(args.input_grads[part])[from] = static_cast<const float*>(args.output_grad)[to];
      }
    });
  }

 private:
  // Calls body(part, offset in that input, offset in the output). Channels are innermost in memory.
  template <class Body>
  void for_each(const Body& body) const {
    const std::int64_t total = spec().output.shape[1];
    std::int64_t first = 0;
    for (std::size_t part = 0; part < spec().inputs.size(); ++part) {
      const Shape& shape = spec().inputs[part].shape;
      for (std::int64_t i = 0; i < shape.numel(); ++i) {
        body(part, i, i / shape[1] * total + first + i % shape[1]);
      }
      first += shape[1];
    }
  }
};

}  // namespace

void register_concat(KernelRegistry& registry) { registry.add_kernel("concat", make<Concat>); }

}  // namespace lehr::reference
