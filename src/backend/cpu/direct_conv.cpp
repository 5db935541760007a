#include <algorithm>
#include <limits>

#include "backend/cpu/conv_kernels.hpp"
#include "backend/cpu/direct_conv_plan.hpp"
#include "backend/cpu/direct_conv_simd.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

using Kind = FusedActivation::Kind;

/// Offsets of parts of the workspace, in floats. Each part starts on its own cache line.
class FloatOffsets {
 public:
  std::int64_t take(std::int64_t floats) {
    const std::int64_t at = floats_;
    floats_ += (floats + 15) / 16 * 16;
    return at;
  }
  std::int64_t floats() const { return floats_; }

 private:
  std::int64_t floats_ = 0;
};

/// The images that one thread computes.
struct BatchPart {
  std::int64_t number;
  std::int64_t first;
  std::int64_t last;
  int thread;
};

class DirectConv final : public HostKernel {
 public:
  explicit DirectConv(const KernelSpec& spec)
      : conv_(ConvSpec::from(spec)),
        activation_(spec.activation),
        simd_(direct_conv_simd()),
        plan_(conv_, simd_.lanes),
        training_(spec.training),
        wants_weights_(spec.training && spec.parameter_grads),
        wants_data_(spec.training && !spec.input_grads.empty() && spec.input_grads[0]) {
    lay_out_workspace(spec.training);
  }

  std::string implementation() const override { return "direct:" + simd_.target; }
  BackwardReads backward_reads() const override {
    return {.inputs = wants_weights_, .output = activation_.kind != Kind::none};
  }
  std::size_t workspace() const override {
    return static_cast<std::size_t>(plan_.parts * part_.floats()) * sizeof(float);
  }

  void forward(const KernelArgs& args) override {
    for_each_part([&](const BatchPart& part) { forward_part(args, part); });
  }

  void backward(const KernelArgs& args) override {
    for_each_part([&](const BatchPart& part) { backward_part(args, part); });
    if (wants_weights_) reduce(args);
  }

 private:
  static constexpr float minus_infinity = -std::numeric_limits<float>::infinity();

  std::int64_t in_image() const { return conv_.in_h * conv_.in_w * conv_.in_c; }
  std::int64_t out_pixels() const { return conv_.out_h * conv_.out_w; }
  std::int64_t out_image() const { return out_pixels() * conv_.out_c; }
  bool wants_bias() const { return wants_weights_ && conv_.bias; }
  bool spreads() const { return plan_.weights.split > 1; }
  /// Whether the gradient can be used without a copy: it needs no derivative, and its rows are
  /// whole vectors.
  bool grad_fits() const {
    return activation_.kind == Kind::none && !spreads() && plan_.grad_row == conv_.out_c;
  }

  void lay_out_workspace(bool training) {
    const std::int64_t taps = conv_.kernel_h * conv_.kernel_w;
    weight_fits_ = plan_.forward.row_floats == conv_.out_c && plan_.forward.split == 1;
    if (!weight_fits_) packed_weight_ = part_.take(plan_.forward.rows * plan_.forward.row_floats);
    if (wants_data_) packed_transposed_ = part_.take(plan_.data.rows * plan_.data.row_floats);
    if (plan_.padded_copy) padded_ = part_.take(plan_.chunk * plan_.source.floats);
    if (!training) return;
    if (!grad_fits() && (wants_data_ || !spreads())) {
      grad_rows_ = part_.take(plan_.chunk * out_pixels() * plan_.grad_row);
    }
    if (spreads()) spread_ = part_.take(plan_.chunk * out_pixels() * plan_.spread_row);
    sums_floats_ = taps > 0 ? plan_.weights.rows * plan_.weights.row_floats : 0;
    sums_ = part_.take(sums_floats_);
    bias_floats_ = (conv_.out_c + simd_.lanes - 1) / simd_.lanes * simd_.lanes;
    bias_sums_ = part_.take(bias_floats_);
  }

  float* part_base(const KernelArgs& args, std::int64_t part) const {
    return static_cast<float*>(args.workspace) + part * part_.floats();
  }

  /// The buffer in which a part sums the gradient of the weight. The first part uses the gradient
  /// itself if its rows need no unpacking.
  float* sums_of(const KernelArgs& args, std::int64_t part) const {
    if (part == 0 && weight_fits_) return static_cast<float*>(args.parameter_grads[0]);
    return part_base(args, part) + sums_;
  }

  /// Calls body(BatchPart) for each part. The ranges depend only on the plan.
  template <class Body>
  void for_each_part(const Body& body) const {
    parallel_for(plan_.parts, 1, [&](std::int64_t begin, std::int64_t end, int thread) {
      for (std::int64_t part = begin; part < end; ++part) {
        body(BatchPart{part, conv_.batch * part / plan_.parts, conv_.batch * (part + 1) / plan_.parts,
                       thread});
      }
    });
  }

  // Each part packs its own copy. This costs less than moving the packed weight between cores.
  const float* pack_weight(const float* weight, float* packed) const {
    if (weight_fits_) return weight;
    const std::int64_t split = plan_.forward.split;
    const std::int64_t row_floats = plan_.forward.row_floats;
    std::fill_n(packed, plan_.forward.rows * row_floats, 0.0F);
    if (split == 1) {
      simd_.copy_rows(weight, conv_.out_c, packed, row_floats, plan_.forward.rows, conv_.out_c);
      return packed;
    }
    for (const std::int64_t tap : plan_.forward_taps.element) {
      for (std::int64_t element = tap; element < tap + conv_.in_c; ++element, weight += conv_.out_c) {
        float* row = packed + element / split * row_floats + element % split;
        for (std::int64_t channel = 0; channel < conv_.out_c; ++channel)
          row[channel * split] = weight[channel];
      }
    }
    return packed;
  }

  void pack_transposed(const float* weight, float* packed) const {
    const GatherPlan& data = plan_.data;
    if (data.row_floats != data.channels * data.split) std::fill_n(packed, data.rows * data.row_floats, 0.0F);
    for (const std::int64_t tap : plan_.data_taps.element) {
      simd_.transpose_tap(weight, conv_.in_c, conv_.out_c, data.split, data.row_floats,
                          packed + tap / data.split * data.row_floats);
      weight += conv_.in_c * conv_.out_c;
    }
  }

  /// Copies the chunk's images with padding. The border was set to zero earlier and is not changed.
  const float* copy_padded(const float* images, std::int64_t count, float* padded) const {
    const SourceImage& to = plan_.source;
    const std::int64_t rows = std::min(conv_.in_h, to.h - conv_.pad_h);
    const std::int64_t pixels = std::min(conv_.in_w, to.w - conv_.pad_w);
    if (rows <= 0 || pixels <= 0) return padded;
    for (std::int64_t image = 0; image < count; ++image) {
      simd_.copy_rows(images + image * in_image(), conv_.in_w * conv_.in_c,
                      padded + image * to.floats + (conv_.pad_h * to.w + conv_.pad_w) * to.pixel,
                      to.w * to.pixel, rows, pixels * conv_.in_c);
    }
    return padded;
  }

  void clear_padded(float* base) const {
    if (plan_.padded_copy) std::fill_n(base + padded_, plan_.chunk * plan_.source.floats, 0.0F);
  }

  const float* chunk_source(const float* input, std::int64_t image, std::int64_t count, float* base) const {
    const float* images = input + image * in_image();
    return plan_.padded_copy ? copy_padded(images, count, base + padded_) : images;
  }

  void forward_part(const KernelArgs& args, const BatchPart& part) const {
    float* base = part_base(args, part.number);
    const auto* input = static_cast<const float*>(args.inputs[0]);
    auto* output = static_cast<float*>(args.output);
    const float* weight = pack_weight(static_cast<const float*>(args.parameters[0]), base + packed_weight_);
    clear_padded(base);
    for (std::int64_t image = part.first; image < part.last; image += plan_.chunk) {
      const std::int64_t count = std::min(plan_.chunk, part.last - image);
      float* target = output + image * out_image();
      simd_.gather({.plan = plan_.forward,
                    .source = chunk_source(input, image, count, base),
                    .weights = weight,
                    .bias = conv_.bias ? static_cast<const float*>(args.parameters[1]) : nullptr,
                    .floor = activation_.kind == Kind::relu ? 0 : minus_infinity,
                    .target = target,
                    .images = count,
                    .same_order = !training_});
      if (activation_.kind != Kind::none && activation_.kind != Kind::relu) {
        simd_.activate(activation_, target, count * out_image());
      }
      if (args.output_probe != nullptr) {
        args.output_probe->written(image * out_image(), count * out_image(), part.thread);
      }
    }
  }

  void backward_part(const KernelArgs& args, const BatchPart& part) const {
    float* base = part_base(args, part.number);
    TensorProbe* probe = args.input_grad_probe(0);
    if (wants_data_)
      pack_transposed(static_cast<const float*>(args.parameters[0]), base + packed_transposed_);
    if (wants_weights_) clear_padded(base);
    for (std::int64_t image = part.first; image < part.last; image += plan_.chunk) {
      const std::int64_t count = std::min(plan_.chunk, part.last - image);
      const float* grad_rows = derive_grad(args, base, image, count, image > part.first);
      if (wants_weights_) {
        simd_.outer({.plan = plan_.weights,
                     .source = chunk_source(static_cast<const float*>(args.inputs[0]), image, count, base),
                     .grad = spreads() ? base + spread_ : grad_rows,
                     .sums = sums_of(args, part.number),
                     .add = image > part.first,
                     .images = count});
      }
      if (wants_data_) {
        simd_.gather({.plan = plan_.data,
                      .source = grad_rows,
                      .weights = base + packed_transposed_,
                      .bias = nullptr,
                      .floor = minus_infinity,
                      .target = static_cast<float*>(args.input_grads[0]) + image * in_image(),
                      .images = count});
        if (probe != nullptr) probe->written(image * in_image(), count * in_image(), part.thread);
      }
    }
  }

  /// Writes the output's gradient before the activation, as rows. If needed, also writes the spread
  /// form and the sums for the bias.
  const float* derive_grad(const KernelArgs& args, float* base, std::int64_t image, std::int64_t count,
                           bool add) const {
    const float* grad = static_cast<const float*>(args.output_grad) + image * out_image();
    if (grad_fits() && !wants_bias()) return grad;
    const auto* output = static_cast<const float*>(args.output);
    const bool rows = !grad_fits() && (wants_data_ || !spreads());
    simd_.output_grad({.activation = activation_,
                       .channels = conv_.out_c,
                       .pixels = count * out_pixels(),
                       .output = activation_.kind == Kind::none ? grad : output + image * out_image(),
                       .output_grad = grad,
                       .rows = rows ? base + grad_rows_ : nullptr,
                       .row_floats = plan_.grad_row,
                       .spread = spreads() && wants_weights_ ? base + spread_ : nullptr,
                       .spread_floats = plan_.spread_row,
                       .split = plan_.weights.split,
                       .bias_sums = wants_bias() ? base + bias_sums_ : nullptr,
                       .add = add});
    return rows ? base + grad_rows_ : grad;
  }

  /// Adds up the parts in order.
  void reduce(const KernelArgs& args) const {
    constexpr std::int64_t floats_a_thread = 8 * 1024;
    float* sums = sums_of(args, 0);
    parallel_for(plan_.parts > 1 ? sums_floats_ : 1, floats_a_thread,
                 [&](std::int64_t begin, std::int64_t end, int) {
                   for (std::int64_t part = 1; part < plan_.parts; ++part) {
                     simd_.add(sums_of(args, part) + begin, sums + begin, end - begin);
                   }
                 });
    if (!weight_fits_) unpack(sums, static_cast<float*>(args.parameter_grads[0]));
    if (!conv_.bias) return;
    float* bias_sums = part_base(args, 0) + bias_sums_;
    for (std::int64_t part = 1; part < plan_.parts; ++part) {
      simd_.add(part_base(args, part) + bias_sums_, bias_sums, bias_floats_);
    }
    std::copy_n(bias_sums, conv_.out_c, static_cast<float*>(args.parameter_grads[1]));
  }

  void unpack(const float* sums, float* grad) const {
    const std::int64_t split = plan_.weights.split;
    const std::int64_t row_floats = plan_.weights.row_floats;
    if (split == 1) {
      return simd_.copy_rows(sums, row_floats, grad, conv_.out_c, plan_.weights.rows, conv_.out_c);
    }
    for (const std::int64_t tap : plan_.forward_taps.element) {
      for (std::int64_t element = tap; element < tap + conv_.in_c; ++element, grad += conv_.out_c) {
        const float* row = sums + element / split * row_floats + element % split;
        for (std::int64_t channel = 0; channel < conv_.out_c; ++channel) grad[channel] = row[channel * split];
      }
    }
  }

  ConvSpec conv_;
  FusedActivation activation_;
  DirectConvSimd simd_;
  DirectConvPlan plan_;
  bool training_;
  bool wants_weights_;
  bool wants_data_;
  bool weight_fits_ = false;  ///< the weight's rows are whole vectors, so it needs no packing
  FloatOffsets part_;         ///< offsets for one part of the batch
  // Offsets within a part.
  std::int64_t packed_weight_ = 0, packed_transposed_ = 0;
  std::int64_t padded_ = 0, grad_rows_ = 0, spread_ = 0, sums_ = 0, bias_sums_ = 0;
  std::int64_t sums_floats_ = 0, bias_floats_ = 0;
};

}  // namespace

// oneDNN is fast for rows of many equal positions. It is slow for padding, which is most of a small
// image, and for channels that do not fill its blocks.
bool direct_conv_suits(const ConvSpec& conv) {
  constexpr std::int64_t max_weights = 160 * 1024;
  constexpr std::int64_t small_image = 16 * 16;
  constexpr std::int64_t full_channels = 32;
  return conv.groups == 1 && conv.in_c * conv.out_c * conv.kernel_h * conv.kernel_w <= max_weights &&
         (conv.out_h * conv.out_w <= small_image || conv.in_c >= full_channels);
}

std::unique_ptr<HostKernel> make_direct_conv(const KernelSpec& spec) {
  return std::make_unique<DirectConv>(spec);
}

}  // namespace lehr::cpu
