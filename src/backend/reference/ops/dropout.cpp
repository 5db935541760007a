#include "lehr/backend/dropout_mask.hpp"

#include "backend/reference/reference_kernel.hpp"

namespace lehr::reference {
namespace {

class Dropout final : public ReferenceKernel {
 public:
  explicit Dropout(const KernelSpec& spec)
      : ReferenceKernel(spec),
        node_key_(dropout_node_key(spec.name)),
        threshold_(dropout_threshold(spec.attributes.real("p"))),
        scale_(dropout_scale(spec.attributes.real("p"))) {}
  bool is_alias() const override { return !spec().training; }

  void forward(const KernelArgs& args) override { apply(args, input(args).data, output(args).data); }
  void backward(const KernelArgs& args) override {
    if (!wants_input_grad(0)) return;
    apply(args, static_cast<const float*>(args.output_grad), input_grad(args).data);
  }

 private:
  void apply(const KernelArgs& args, const float* from, float* to) const {
    for (std::int64_t i = 0; i < spec().output.shape.numel(); ++i) {
      const auto words = dropout_words(static_cast<std::uint64_t>(i / 4), args.seed, args.step, node_key_);
      to[i] = words[static_cast<std::size_t>(i % 4)] < threshold_ ? from[i] * scale_ : 0.0F;
    }
  }

  std::uint32_t node_key_;
  std::uint64_t threshold_;
  float scale_;
};

}  // namespace

void register_dropout(KernelRegistry& registry) { registry.add_kernel("dropout", make<Dropout>); }

}  // namespace lehr::reference
