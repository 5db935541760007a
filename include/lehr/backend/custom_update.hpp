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
  std::span<const std::span<float>> states{};  ///< in the order of CustomUpdate::states(), zero at first
  std::int64_t step = 1;                       ///< 1 at the first step
  double lr = 0;
  double momentum = 0;      ///< OptimizerSpec::momentum, which a schedule may change
  double weight_decay = 0;  ///< L2
  double decoupled_decay = 0;
  double l1 = 0;
  std::span<const UpdateTensor> tensors{};  ///< only if CustomUpdate::by_tensor(); offsets within the spans

  /// The gradient of element i with L2 and L1: gradient + weight_decay * value + l1 * sign(value).
  float gradient(std::size_t i) const;
  /// Element i after decoupled weight decay: value * (1 - lr * decoupled_decay).
  float kept(std::size_t i) const;
};

/// The rule of an optimizer, in plain code over floats in host memory. The cpu and the reference backend run
/// the same code. It holds no state of its own: what it keeps from step to step is in named buffers, which a
/// checkpoint saves. Elements that lie between parameters are 0, have gradient 0 and must stay 0.
class CustomUpdate {
 public:
  virtual ~CustomUpdate() = default;
  /// Names of the buffers that the rule keeps, each as long as the parameters: {"momentum"}.
  virtual std::vector<std::string> states() const { return {}; }
  /// Whether the rule treats each tensor as a whole, for instance by its norm. If not, a step may be called
  /// for parts of the parameters, on several threads.
  virtual bool by_tensor() const { return false; }
  virtual void apply(const CustomStep& step) const = 0;
};

/// Adds a rule that every host backend uses for UpdateSpecs of this type. Most programs call
/// register_optimizer (lehr/optim/register_optimizer.hpp), which also adds the name. Throws BadInput if the
/// type is taken. May be called from any thread.
void register_custom_update(const std::string& type,
                            std::function<std::shared_ptr<const CustomUpdate>(const Attributes&)> make);

/// Names of the states of a rule that keeps so many: those that a CustomUpdate gives them, also as the inner
/// rule of another one; otherwise their numbers.
std::vector<std::string> update_state_names(const UpdateSpec& spec, int states);

}  // namespace lehr
