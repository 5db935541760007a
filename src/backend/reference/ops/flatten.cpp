#include "backend/reference/reference_kernel.hpp"

namespace lehr::reference {
namespace {

class Flatten final : public ReferenceKernel {
 public:
  using ReferenceKernel::ReferenceKernel;
  /// With one channel or one position, the two orders are the same.
  bool is_alias() const override {
    const Shape& in = spec().inputs[0].shape;
    return in.rank() != 4 || in[1] == 1 || in[2] * in[3] == 1;
  }

  void forward(const KernelArgs& args) override {
    copy_elements(input(args), rows_view(static_cast<float*>(args.output)));
  }

  void backward(const KernelArgs& args) override {
    if (!wants_input_grad(0)) return;
    copy_elements(rows_view(static_cast<const float*>(args.output_grad)), input_grad(args));
  }

 private:
  // The flat tensor with the input's shape: row-major, as PyTorch flattens.
  template <class T>
  View<T> rows_view(T* data) const {
    const Shape& shape = spec().inputs[0].shape;
    return {data, shape, contiguous_strides(shape)};
  }
};

}  // namespace

void register_flatten(KernelRegistry& registry) { registry.add_kernel("flatten", make<Flatten>); }

}  // namespace lehr::reference
