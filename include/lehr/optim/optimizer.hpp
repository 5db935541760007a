#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr {

/// Which rule turns gradients into updates, with the settings that stay. Made from Sgd{}, Adam{}, ... or by
/// name.
struct OptimizerSpec {
  UpdateSpec update;
  double momentum = 0;  ///< momentum of SGD, beta1 of Adam; a schedule may change it
  double weight_decay = 0;
};

/// Stochastic gradient descent. Source: torch.optim.SGD (weight decay as L2 in the gradient).
struct Sgd {
  double momentum = 0.9;
  double dampening = 0;
  bool nesterov = false;
  double weight_decay = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor): options read `.optimizer = Sgd{}`
};

/// Kingma and Ba 2015, as torch.optim.Adam (weight decay as L2 in the gradient).
struct Adam {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// "sgd" or "adam" with default settings. Throws BadInput with the nearest valid name.
OptimizerSpec optimizer_by_name(std::string_view name);
std::vector<std::string> optimizer_names();

/// A run of consecutive elements of the flat parameter buffer that share settings.
struct ParameterRange {
  std::int64_t offset = 0;
  std::int64_t count = 0;
  bool decay =
      true;  ///< whether weight decay applies (by default not for biases and norm parameters, as in fastai)
};

/// Applies a rule to the flat buffers. Holds the rule's states, as long as the parameters.
class Optimizer {
 public:
  Optimizer(const OptimizerSpec& spec, std::int64_t parameters, std::vector<ParameterRange> ranges,
            const Backend& backend);

  /// One step over all ranges. momentum < 0 means the spec's own.
  void step(float* values, const float* grads, double lr, double momentum = -1);
  const OptimizerSpec& spec() const { return spec_; }
  std::int64_t steps_done() const { return steps_; }
  /// Bytes of the rule's states.
  std::size_t state_bytes() const;

 private:
  OptimizerSpec spec_;
  std::int64_t count_;
  std::vector<ParameterRange> ranges_;
  std::unique_ptr<Update> update_;
  std::vector<std::shared_ptr<float>> states_;
  std::int64_t steps_ = 0;
};

}  // namespace lehr
