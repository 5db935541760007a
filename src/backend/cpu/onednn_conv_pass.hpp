#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/cpu/onednn.hpp"
#include "backend/cpu/onednn_conv_slices.hpp"
#include "lehr/backend/host_kernel.hpp"

namespace lehr::cpu::onednn {

/// Converts a convolution's weights between lehr's layout and a primitive's.
class WeightsOrder {
 public:
  WeightsOrder() = default;
  /// Does nothing if the layouts are equal.
  WeightsOrder(const Desc& from, const Desc& to, WorkspaceOffsets& offsets);
  explicit operator bool() const { return static_cast<bool>(call_); }
  void run(const void* from, void* to, std::byte* workspace);

 private:
  Call call_;
  std::size_t scratchpad_ = 0;
};

/// A pass from images to images, divided into slices.
class ConvPass {
 public:
  ConvPass() = default;
  /// These functions and ConvWeights allocate their part of the workspace from `offsets`.
  static ConvPass forward(const ConvSpec& conv, const FusedActivation& activation, bool training, int parts,
                          WorkspaceOffsets& offsets);
  /// The gradient of the input.
  static ConvPass data(const ConvSpec& conv, int parts, WorkspaceOffsets& offsets);

  explicit operator bool() const { return !slices_.empty(); }
  const std::string& implementation() const { return implementation_; }
  /// Forward: from input to output; bias may be null. Data: from the output's gradient to the
  /// input's, without bias.
  void run(const float* from, const void* weights, const float* bias, float* to, std::byte* workspace);

 private:
  struct Slice {
    Call call;
    std::int64_t from_offset = 0, to_offset = 0;
    std::size_t scratchpad = 0;
  };
  template <class AddSlice>
  bool add_slices(const std::vector<ConvSlice>& cuts, const AddSlice& add);
  bool accepts_layout_of(const Choice& choice);
  void place(const ConvSpec& conv, WorkspaceOffsets& offsets);

  std::vector<Slice> slices_;
  Desc weights_;
  WeightsOrder order_;
  std::size_t ordered_ = 0;
  std::string implementation_;
};

/// The gradient of weights and bias. Slices are either images or output channels. The gradients of
/// image slices are added up in order. A channel slice packs its channels first. Channels are used
/// if that moves fewer bytes.
class ConvWeights {
 public:
  ConvWeights() = default;
  ConvWeights(const ConvSpec& conv, int parts, WorkspaceOffsets& offsets);
  explicit operator bool() const { return !slices_.empty(); }
  const std::string& implementation() const { return implementation_; }
  /// bias_grad may be null.
  void run(const float* input, const float* delta, float* weights_grad, float* bias_grad,
           std::byte* workspace);

 private:
  struct Slice {
    Call call;
    std::int64_t in_offset = 0, out_offset = 0;
    std::int64_t channel = 0, channels = 0;  ///< output channels
    std::size_t delta = 0, weights = 0, bias = 0, scratchpad = 0;
    Call order{};  ///< only for slices by channels
  };
  bool prepare_images(const ConvSpec& conv, int parts);
  void place_images(const ConvSpec& conv, WorkspaceOffsets& offsets);
  void prepare_channels(const ConvSpec& conv, std::int64_t parts, WorkspaceOffsets& offsets);
  void run_images(const float* input, const float* delta, float* weights_grad, float* bias_grad,
                  std::byte* workspace);
  void run_channels(const float* input, const float* delta, float* weights_grad, float* bias_grad,
                    std::byte* workspace);

  std::vector<Slice> slices_;
  bool by_channels_ = false;
  std::int64_t pixels_ = 0;  ///< in the whole output
  std::int64_t out_c_ = 0;
  Desc weights_;
  WeightsOrder order_;
  std::string implementation_;
};

}  // namespace lehr::cpu::onednn
