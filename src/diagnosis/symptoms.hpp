#pragma once

#include <initializer_list>
#include <string>
#include <vector>

/// Groups of rules, for RuleInfo::explains. A rule explains rules of later groups only, so that no rule
/// explains its own cause.
namespace lehr::diagnosis::symptoms {

using Names = std::vector<std::string>;

/// The initial weights do not suit the network.
inline Names initial_weights() { return {"init-too-small", "init-too-large"}; }

/// The learning rate does not suit the training.
inline Names rates() {
  return {"rate-too-high", "rate-too-high-late", "rate-too-low", "rise-and-collapse", "no-warm-up"};
}

/// Layers are not as in a good training.
inline Names layers() {
  return {"activations-too-large", "dead-channels",         "dead-layer",         "exploding-activations",
          "exploding-gradients",   "overflow-ahead",        "saturated",          "updates-too-large",
          "updates-too-small",     "vanishing-activations", "vanishing-gradients"};
}

/// Values are not numbers any more.
inline Names overflow() { return {"diverged", "not-finite"}; }

/// The results are poor.
inline Names results() {
  return {"accuracy-at-chance", "batch-norm-mismatch", "class-never-predicted", "first-loss",
          "label-noise",        "labels-mismatched",   "last-not-best",         "network-too-large",
          "network-too-small",  "overfitting",         "rate-not-annealed",     "underfitting"};
}

/// All names of several groups.
inline Names all_of(std::initializer_list<Names> groups) {
  Names all;
  for (const Names& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

/// The symptoms of a fault with which nothing can be learned.
inline Names everything() {
  return all_of({{"frozen-layers"}, initial_weights(), rates(), layers(), overflow(), results()});
}

}  // namespace lehr::diagnosis::symptoms
