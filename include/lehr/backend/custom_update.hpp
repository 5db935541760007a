#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lehr/backend/update.hpp"
#include "lehr/core/attributes.hpp"

namespace lehr {

/// One step of an optimizer over consecutive parameters, in host memory. All spans have the same length.
struct CustomStep {
  std::span<float> values{};
  std::span<const float> gradients{};
  std::span<const std::span<float>> states{};  ///< in the order of CustomUpdate::states(); initially zero
  std::int64_t step = 1;                       ///< 1 at the first step
  double lr = 0;
  double momentum = 0;      ///< OptimizerSpec::momentum; a schedule may change it
  double weight_decay = 0;  ///< L2
  double decoupled_decay = 0;
  double l1 = 0;
  /// Only if CustomUpdate::by_tensor(); offsets are relative to the spans.
  std::span<const UpdateTensor> tensors{};

  /// The gradient of element i with L2 and L1: gradient + weight_decay * value + l1 * sign(value).
  float gradient(std::size_t i) const;
  /// Element i after decoupled weight decay: value * (1 - lr * decoupled_decay).
  float kept(std::size_t i) const;
};

/// The rule of an optimizer, as plain code over floats in host memory. The cpu and the reference
/// backend run the same code. A rule has no members that change. State between steps is kept in
/// named buffers, which checkpoints save. Elements between parameters are 0, have gradient 0 and
/// must stay 0.
class CustomUpdate {
 public:
  virtual ~CustomUpdate() = default;
  /// Names of the state buffers, each as long as the parameters: {"momentum"}.
  virtual std::vector<std::string> states() const { return {}; }
  /// Whether the rule needs whole tensors, for example for their norms. If not, a step may be
  /// called for parts of the parameters, on several threads.
  virtual bool by_tensor() const { return false; }
  virtual void apply(const CustomStep& step) const = 0;
};

/// Registers a rule that every host backend uses for UpdateSpecs of this type. Most programs call
/// register_optimizer (lehr/optim/register_optimizer.hpp) instead, which also registers the name.
/// Throws BadInput if the type is taken. May be called from any thread.
void register_custom_update(const std::string& type,
                            std::function<std::shared_ptr<const CustomUpdate>(const Attributes&)> make);

/// Names of a rule's state buffers. For a CustomUpdate they are its states(), also if it is the
/// inner rule of another one. Other states are named by their index.
std::vector<std::string> update_state_names(const UpdateSpec& spec, int states);

}  // namespace lehr
