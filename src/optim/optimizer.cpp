#include "lehr/optim/optimizer.hpp"

#include <cmath>
#include <string>

#include "lehr/core/error.hpp"
#include "optim/settings.hpp"

namespace lehr {
namespace {

void check_ranges(const std::vector<ParameterRange>& ranges, std::int64_t parameters) {
  for (const ParameterRange& range : ranges) {
    if (range.offset < 0 || range.count < 0 || range.offset > parameters - range.count) {
      throw Error("a parameter range of " + std::to_string(range.count) + " elements from " +
                  std::to_string(range.offset) + " does not lie within " + std::to_string(parameters));
    }
  }
}

void check_tensor(const UpdateTensor& tensor, std::int64_t parameters) {
  const bool has_shape =
      tensor.rows >= 1 && tensor.columns >= 0 && tensor.columns <= parameters / tensor.rows;
  if (has_shape && tensor.offset >= 0 && tensor.offset <= parameters - tensor.count()) return;
  throw Error("a tensor of " + std::to_string(tensor.rows) + " x " + std::to_string(tensor.columns) +
              " elements from " + std::to_string(tensor.offset) + " does not lie within " +
              std::to_string(parameters));
}

// The tensors that begin within a range, with offsets from its first element.
std::vector<UpdateTensor> tensors_within(const ParameterRange& range,
                                         const std::vector<UpdateTensor>& tensors) {
  std::vector<UpdateTensor> within;
  for (UpdateTensor tensor : tensors) {
    tensor.offset -= range.offset;
    if (tensor.offset < 0 || tensor.offset >= range.count) continue;
    if (tensor.offset + tensor.count() > range.count) {
      throw Error("the tensor of " + std::to_string(tensor.count()) + " elements from " +
                  std::to_string(tensor.offset + range.offset) + " does not lie within one parameter range");
    }
    within.push_back(tensor);
  }
  return within;
}

}  // namespace

Optimizer::Optimizer(const OptimizerSpec& spec, std::int64_t parameters, std::vector<ParameterRange> ranges,
                     const Backend& backend, const std::vector<UpdateTensor>& tensors)
    : spec_(spec), count_(parameters), ranges_(std::move(ranges)) {
  optim::check_settings(spec_);
  check_ranges(ranges_, count_);
  for (const UpdateTensor& tensor : tensors) check_tensor(tensor, count_);
  for (const ParameterRange& range : ranges_) tensors_.push_back(tensors_within(range, tensors));
  update_ = backend.update(spec_.update);
  if (update_->by_tensor() && tensors.empty() && count_ > 0) {
    throw BadInput("the optimizer " + spec_.update.type +
                   " treats each tensor as a whole and needs the list of tensors, found none");
  }
  for (int state = 0; state < update_->states(); ++state) {
    states_.push_back(
        std::static_pointer_cast<float>(backend.allocate(static_cast<std::size_t>(count_) * sizeof(float))));
  }
  range_states_.resize(states_.size());
}

void Optimizer::step(float* values, const float* grads, double lr, double momentum) {
  optim::require(lr >= 0 && std::isfinite(lr), "the learning rate", "finite and not negative", lr);
  const auto used_momentum = static_cast<float>(momentum < 0 ? spec_.momentum : momentum);
  optim::require(used_momentum < 1, "the momentum", "below 1", momentum);
  ++steps_;
  UpdateArgs args;
  args.parameters = values;
  args.gradients = grads;
  args.step = steps_;
  args.lr = static_cast<float>(lr);
  args.momentum = used_momentum;
  for (std::size_t range = 0; range < ranges_.size(); ++range) step_range(range, args);
}

void Optimizer::step_range(std::size_t index, UpdateArgs args) {
  const ParameterRange& range = ranges_[index];
  for (std::size_t i = 0; i < states_.size(); ++i) range_states_[i] = states_[i].get() + range.offset;
  args.parameters += range.offset;
  args.gradients += range.offset;
  args.states = range_states_;
  args.count = range.count;
  args.tensors = tensors_[index];
  if (range.decay) {
    args.weight_decay = static_cast<float>(spec_.weight_decay);
    args.decoupled_decay = static_cast<float>(spec_.decoupled_decay);
    args.l1 = static_cast<float>(spec_.l1);
  }
  update_->apply(args);
}

std::size_t Optimizer::state_bytes() const {
  return states_.size() * static_cast<std::size_t>(count_) * sizeof(float);
}

std::vector<float*> Optimizer::states() const {
  std::vector<float*> addresses;
  for (const std::shared_ptr<float>& state : states_) addresses.push_back(state.get());
  return addresses;
}

}  // namespace lehr
