#pragma once

#include <cstdint>

#include "lehr/optim/optimizer_spec.hpp"

/// The optimizer rules, as structs with the defaults of their sources. Each converts to an
/// OptimizerSpec, so options read `.optimizer = Sgd{.momentum = 0.9}`. Settings out of range are
/// rejected when an Optimizer is made. weight_decay, decoupled_decay and l1 are the fields of
/// OptimizerSpec.
namespace lehr {

/// Stochastic gradient descent. Source: torch.optim.SGD.
struct Sgd {
  double momentum = 0;
  double dampening = 0;
  bool nesterov = false;
  double weight_decay = 0;
  double decoupled_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor): options read `.optimizer = Sgd{}`
};

/// Kingma and Ba 2015, as torch.optim.Adam.
struct Adam {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  double decoupled_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// Adam with fastai's defaults: .9, .99, 1e-5 and decoupled weight decay of .01. Source:
/// fastai.optimizer.Adam.
inline Adam fastai_adam() { return {.beta2 = 0.99, .eps = 1e-5, .decoupled_decay = 0.01}; }

/// Adam with decoupled weight decay, Loshchilov and Hutter 2017, as torch.optim.AdamW.
struct AdamW {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double decoupled_decay = 0.01;
  double weight_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// Hinton 2012, lecture 6e, as torch.optim.RMSprop.
struct RMSprop {
  double alpha = 0.99;  ///< share of the mean square that one step keeps
  double eps = 1e-8;
  double momentum = 0;
  bool centered = false;  ///< divide by the standard deviation of the gradient (Graves 2013)
  double weight_decay = 0;
  double decoupled_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// Duchi, Hazan and Singer 2011, as torch.optim.Adagrad.
struct Adagrad {
  double lr_decay = 0;  ///< the rate is lr / (1 + (step - 1) lr_decay)
  double initial_accumulator = 0;
  double eps = 1e-10;
  double weight_decay = 0;
  double decoupled_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// Adam with a rectified step if the variance of its rate is defined (rho > 5). Source: Liu et al.
/// 2019, as torch.optim.RAdam.
struct RAdam {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  double decoupled_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// Every k steps of the inner rule, the slow weights move by the share alpha towards the fast
/// weights, and the fast weights restart from there. Source: Zhang et al. 2019, with fastai's
/// defaults. The decays are those of the inner rule.
struct Lookahead {
  OptimizerSpec inner = Adam{};
  std::int64_t k = 6;
  double alpha = 0.5;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// Adam's direction, scaled for each tensor by |w| / |direction|, at most most_trust. Source: You
/// et al. 2019, also for eps and the betas. The bound is fastai's.
struct Lamb {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-6;
  double most_trust = 10;
  double weight_decay = 0;  ///< the paper's lambda: times the value, added to the direction
  double decoupled_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// SGD with the rate scaled for each tensor by trust |w| / (|g| + weight_decay |w|). Parameters
/// with one axis are not scaled. Source: You, Gitman and Ginsburg 2017. The rate is applied outside
/// the velocity, as in PyTorch's SGD.
struct Lars {
  double momentum = 0.9;
  bool nesterov = false;
  double trust = 0.001;
  double eps = 1e-8;
  double weight_decay = 0;
  double decoupled_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// LARS with lr as an upper bound: the rate of a tensor is min(lr, trust |w| / (|g| + weight_decay
/// |w|)). Source: LARC of NVIDIA Apex.
struct Larc {
  double momentum = 0.9;
  bool nesterov = false;
  double trust = 0.02;
  double eps = 1e-8;
  double weight_decay = 0;
  double decoupled_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

/// SGD with momentum. Newton-Schulz iterations make the step orthogonal, for weights of two or more
/// axes (outputs x all the rest). Other parameters use the fallback rule, with lr times
/// fallback_lr_ratio and Muon's decays. Source: Jordan 2024, "Muon: an optimizer for hidden
/// layers". Usual rates are .02 for Muon and 3e-4 for the fallback. The variant of the CIFAR-10
/// speed record sets normalise_weights, clears scale_by_shape and has Sgd as the fallback.
struct Muon {
  double momentum = 0.95;
  bool nesterov = true;
  std::int64_t newton_schulz_steps = 5;
  bool scale_by_shape = true;      ///< steps are multiplied by sqrt(max(1, outputs / inputs))
  bool normalise_weights = false;  ///< before each step, a weight's norm is set to sqrt(outputs)
  OptimizerSpec fallback = AdamW{};
  double fallback_lr_ratio = 0.015;
  double weight_decay = 0;
  double decoupled_decay = 0;
  double l1 = 0;
  operator OptimizerSpec() const;  // NOLINT(google-explicit-constructor)
};

}  // namespace lehr
