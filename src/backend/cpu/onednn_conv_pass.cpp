#include "backend/cpu/onednn_conv_pass.hpp"

#include <algorithm>

#include "backend/cpu/onednn_conv_problem.hpp"

namespace lehr::cpu::onednn {

WeightsOrder::WeightsOrder(const Desc& from, const Desc& to, WorkspaceOffsets& offsets) {
  if (from == to) return;
  call_ = Call(reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  scratchpad_ = offsets.take(call_.scratchpad_bytes());
}

void WeightsOrder::run(const void* from, void* to, std::byte* workspace) {
  call_.run({from, to, workspace + scratchpad_});
}

// Stores the weight layout of the first slice. Returns false if a later slice needs another one.
bool ConvPass::accepts_layout_of(const Choice& choice) {
  if (!slices_.empty()) return choice.weights == weights_;
  weights_ = choice.weights;
  implementation_ = choice.implementation;
  return true;
}

template <class AddSlice>
bool ConvPass::add_slices(const std::vector<ConvSlice>& cuts, const AddSlice& add) {
  slices_.clear();
  return std::ranges::all_of(
      cuts, [&](const ConvSlice& cut) { return add(cut, slices_.empty() ? nullptr : &weights_); });
}

void ConvPass::place(const ConvSpec& conv, WorkspaceOffsets& offsets) {
  for (Slice& slice : slices_) slice.scratchpad = offsets.take(slice.call.scratchpad_bytes());
  order_ = WeightsOrder(conv_weights(conv), weights_, offsets);
  if (order_) ordered_ = offsets.take(weights_.get_size());
}

ConvPass ConvPass::forward(const ConvSpec& conv, const FusedActivation& activation, bool training, int parts,
                           WorkspaceOffsets& offsets) {
  ConvPass pass;
  const auto add = [&](const ConvSlice& cut, const Desc* wanted) {
    const ConvProblem p = conv_problem(cut, training);
    const Choice choice = conv_forward(p, activation, wanted);
    if (!pass.accepts_layout_of(choice)) return false;
    pass.slices_.push_back({Call(choice, {{DNNL_ARG_SRC, p.src},
                                          {DNNL_ARG_WEIGHTS, choice.weights},
                                          {DNNL_ARG_BIAS, p.bias},
                                          {DNNL_ARG_DST, p.dst}}),
                            cut.in_offset, cut.out_offset});
    return true;
  };
  if (!pass.add_slices(slices_of_output(conv, parts), add)) pass.add_slices(slices_of_output(conv, 1), add);
  pass.place(conv, offsets);
  return pass;
}

ConvPass ConvPass::data(const ConvSpec& conv, int parts, WorkspaceOffsets& offsets) {
  ConvPass pass;
  const auto add = [&](const ConvSlice& cut, const Desc* wanted) {
    const ConvProblem p = conv_problem(cut, true);
    const Choice choice = conv_backward_data(p, wanted);
    if (!pass.accepts_layout_of(choice)) return false;
    pass.slices_.push_back({Call(choice, {{DNNL_ARG_DIFF_DST, p.dst},
                                          {DNNL_ARG_WEIGHTS, choice.weights},
                                          {DNNL_ARG_BIAS, Desc()},
                                          {DNNL_ARG_DIFF_SRC, p.src}}),
                            cut.out_offset, cut.in_offset});
    return true;
  };
  if (!pass.add_slices(slices_of_input(conv, parts), add)) pass.add_slices(slices_of_input(conv, 1), add);
  pass.place(conv, offsets);
  return pass;
}

void ConvPass::run(const float* from, const void* weights, const float* bias, float* to,
                   std::byte* workspace) {
  if (order_) {
    order_.run(weights, workspace + ordered_, workspace);
    weights = workspace + ordered_;
  }
  run_slices(slices_.size(), [&](std::size_t i) {
    Slice& slice = slices_[i];
    slice.call.run(
        {from + slice.from_offset, weights, bias, to + slice.to_offset, workspace + slice.scratchpad});
  });
}

}  // namespace lehr::cpu::onednn
