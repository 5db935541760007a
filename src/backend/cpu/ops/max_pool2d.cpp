#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/ops/max_pool2d.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/cpu/support.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/conv_spec.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

using IndexTag = hn::RebindToSigned<FloatTag>;
using IndexVec = hn::Vec<IndexTag>;

/// Stores indices of window positions, in bytes if they fit, otherwise in 32 bits.
template <class Stored>
HWY_INLINE void store_indices(IndexVec indices, Stored* to, std::int64_t count) {
  HWY_ALIGN std::int32_t lanes[hn::MaxLanes(IndexTag())];
  hn::Store(indices, IndexTag(), lanes);
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<Stored>(lanes[i]);
}
HWY_INLINE void store_indices(IndexVec indices, std::uint8_t* to, std::int64_t count) {
  const hn::Rebind<std::uint8_t, IndexTag> d;
  if (count == float_lanes()) return hn::StoreU(hn::DemoteTo(d, indices), d, to);
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN std::uint8_t lanes[hn::MaxLanes(d)];
  hn::Store(hn::DemoteTo(d, indices), d, lanes);
  std::memcpy(to, lanes, static_cast<std::size_t>(count));
#else
  hn::BlendedStore(hn::DemoteTo(d, indices), hn::FirstN(d, static_cast<std::size_t>(count)), d, to);
#endif
}

template <class Stored>
HWY_INLINE IndexVec load_indices(const Stored* from, std::int64_t count) {
  HWY_ALIGN std::int32_t lanes[hn::MaxLanes(IndexTag())] = {};
  for (std::int64_t i = 0; i < count; ++i) lanes[i] = static_cast<std::int32_t>(from[i]);
  return hn::Load(IndexTag(), lanes);
}
HWY_INLINE IndexVec load_indices(const std::uint8_t* from, std::int64_t count) {
  const hn::Rebind<std::uint8_t, IndexTag> d;
  if (count == float_lanes()) return hn::PromoteTo(IndexTag(), hn::LoadU(d, from));
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN std::uint8_t lanes[hn::MaxLanes(d)] = {};
  std::memcpy(lanes, from, static_cast<std::size_t>(count));
  return hn::PromoteTo(IndexTag(), hn::Load(d, lanes));
#else
  return hn::PromoteTo(IndexTag(), hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, from));
#endif
}

/// Calls body(index of the position, offset of the pixel in the image) for the positions of a
/// window that are inside the image, row by row.
template <class Body>
HWY_INLINE void for_window(const PoolSpec& p, std::int64_t out_h, std::int64_t out_w, const Body& body) {
  const std::int64_t top = out_h * p.stride_h - p.pad_h;
  const std::int64_t left = out_w * p.stride_w - p.pad_w;
  const std::int64_t first_row = std::max<std::int64_t>(0, -top);
  const std::int64_t first_column = std::max<std::int64_t>(0, -left);
  const std::int64_t rows = std::min(p.kernel_h, p.in_h - top);
  const std::int64_t columns = std::min(p.kernel_w, p.in_w - left);
  for (std::int64_t h = first_row; h < rows; ++h) {
    for (std::int64_t w = first_column; w < columns; ++w) {
      body(h * p.kernel_w + w, ((top + h) * p.in_w + left + w) * p.channels);
    }
  }
}

/// The first of equal values wins, and NaN always wins, as in PyTorch.
template <class Stored>
HWY_INLINE void pool_row(const PoolSpec& p, const float* image, std::int64_t out_h, float* y,
                         Stored* indices) {
  const FloatTag d;
  const IndexTag di;
  for (std::int64_t out_w = 0; out_w < p.out_w; ++out_w) {
    for_vectors(0, p.channels, [&](std::int64_t c, auto access) HWY_ATTR {
      FloatVec best = hn::Set(d, -HUGE_VALF);
      IndexVec winner = hn::Set(di, -1);
      for_window(p, out_h, out_w, [&](std::int64_t position, std::int64_t offset) HWY_ATTR {
        const FloatVec x = access.load(image + offset + c);
        const auto first = hn::RebindMask(d, hn::Lt(winner, hn::Zero(di)));
        const auto wins = hn::Or(hn::Or(hn::Gt(x, best), hn::IsNaN(x)), first);
        best = hn::IfThenElse(wins, x, best);
        winner = hn::IfThenElse(hn::RebindMask(di, wins), hn::Set(di, static_cast<std::int32_t>(position)),
                                winner);
      });
      access.store(best, y + c);
      if (indices != nullptr) store_indices(winner, indices + c, std::min(float_lanes(), p.channels - c));
    });
    y += p.channels;
    if (indices != nullptr) indices += p.channels;
  }
}

template <class Stored>
HWY_INLINE void unpool_image(const PoolSpec& p, const float* grad, const Stored* indices, float* image_grad) {
  const FloatTag d;
  const IndexTag di;
  std::fill_n(image_grad, p.in_h * p.in_w * p.channels, 0.0F);
  for (std::int64_t out = 0; out < p.out_h * p.out_w; ++out) {
    for_vectors(0, p.channels, [&](std::int64_t c, auto access) HWY_ATTR {
      const FloatVec g = access.load(grad + c);
      const IndexVec winner = load_indices(indices + c, std::min(float_lanes(), p.channels - c));
      for_window(p, out / p.out_w, out % p.out_w, [&](std::int64_t position, std::int64_t offset) HWY_ATTR {
        float* const x = image_grad + offset + c;
        const auto won = hn::Eq(winner, hn::Set(di, static_cast<std::int32_t>(position)));
        access.store(hn::Add(access.load(x), hn::IfThenElseZero(hn::RebindMask(d, won), g)), x);
      });
    });
    grad += p.channels;
    indices += p.channels;
  }
}

void PoolRowBytes(const PoolSpec& p, const float* image, std::int64_t out_h, float* y,
                  std::uint8_t* indices) {
  pool_row(p, image, out_h, y, indices);
}
void PoolRowWords(const PoolSpec& p, const float* image, std::int64_t out_h, float* y,
                  std::int32_t* indices) {
  pool_row(p, image, out_h, y, indices);
}
void UnpoolImageBytes(const PoolSpec& p, const float* grad, const std::uint8_t* indices, float* image_grad) {
  unpool_image(p, grad, indices, image_grad);
}
void UnpoolImageWords(const PoolSpec& p, const float* grad, const std::int32_t* indices, float* image_grad) {
  unpool_image(p, grad, indices, image_grad);
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(PoolRowBytes);
HWY_EXPORT(PoolRowWords);
HWY_EXPORT(UnpoolImageBytes);
HWY_EXPORT(UnpoolImageWords);

/// Maximum over windows. Keeps the index of each window's maximum for backward.
class MaxPool2d final : public HostKernel {
 public:
  explicit MaxPool2d(const KernelSpec& spec)
      : pool_(PoolSpec::from(spec)),
        outputs_(spec.output.shape.numel()),
        training_(spec.training),
        input_grad_(wants_input_grad(spec, 0)),
        bytes_(pool_.kernel_h * pool_.kernel_w <= 256) {}
  std::string implementation() const override { return simd_implementation(); }
  std::vector<TensorSpec> saved() const override {
    if (!training_) return {};
    return {{DType::u8, Shape{outputs_ * (bytes_ ? 1 : 4)}}};
  }

  void forward(const KernelArgs& args) override {
    const std::int64_t in_image = pool_.in_h * pool_.in_w * pool_.channels;
    const std::int64_t out_row = pool_.out_w * pool_.channels;
    const float* const x = floats(args.inputs[0]);
    void* const saved = training_ ? args.saved[0] : nullptr;
    const std::int64_t grain = elements_per_thread / (in_image / pool_.out_h + 1) + 1;
    parallel_for(pool_.batch * pool_.out_h, grain, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t i = begin; i < end; ++i) {
        const float* const image = x + i / pool_.out_h * in_image;
        float* const y = floats(args.output) + i * out_row;
        if (bytes_) {
          auto* const indices = static_cast<std::uint8_t*>(saved);
          HWY_DYNAMIC_DISPATCH(PoolRowBytes)
          (pool_, image, i % pool_.out_h, y, indices == nullptr ? nullptr : indices + i * out_row);
        } else {
          auto* const indices = static_cast<std::int32_t*>(saved);
          HWY_DYNAMIC_DISPATCH(PoolRowWords)
          (pool_, image, i % pool_.out_h, y, indices == nullptr ? nullptr : indices + i * out_row);
        }
      }
    });
  }

  void backward(const KernelArgs& args) override {
    if (!input_grad_) return;
    const std::int64_t in_image = pool_.in_h * pool_.in_w * pool_.channels;
    const std::int64_t out_image = pool_.out_h * pool_.out_w * pool_.channels;
    const std::int64_t grain = elements_per_thread / (in_image + 1) + 1;
    parallel_for(pool_.batch, grain, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t n = begin; n < end; ++n) {
        const float* const grad = floats(args.output_grad) + n * out_image;
        float* const image_grad = floats(args.input_grads[0]) + n * in_image;
        if (bytes_) {
          const auto* const indices = static_cast<const std::uint8_t*>(args.saved[0]) + n * out_image;
          HWY_DYNAMIC_DISPATCH(UnpoolImageBytes)(pool_, grad, indices, image_grad);
        } else {
          const auto* const indices = static_cast<const std::int32_t*>(args.saved[0]) + n * out_image;
          HWY_DYNAMIC_DISPATCH(UnpoolImageWords)(pool_, grad, indices, image_grad);
        }
      }
    });
  }

 private:
  PoolSpec pool_;
  std::int64_t outputs_;
  bool training_;
  bool input_grad_;
  bool bytes_;
};

}  // namespace

void register_max_pool2d(KernelRegistry& registry) {
  registry.add_kernel("max_pool2d", [](const KernelSpec& spec) { return std::make_unique<MaxPool2d>(spec); });
}

}  // namespace lehr::cpu
#endif
