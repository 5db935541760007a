#pragma once

#include <algorithm>

#include "diagnosis/facts.hpp"

namespace lehr::diagnosis {

/// How the training loss went. All values are of the smoothed losses, except `first`.
struct LossShape {
  double first = 0;    ///< of the first batch
  double start = 0;    ///< mean of the first twentieth
  double peak = 0;     ///< the highest
  double peak_at = 0;  ///< share of the training at which it is, 0 to 1
  double lowest = 0;
  double lowest_at = 0;  ///< share of the training
  double middle = 0;     ///< in the middle of the training
  double end = 0;

  /// The end is below the first losses by at least this share of them.
  bool fell_by(double share) const { return end <= (1 - share) * std::min(first, start); }
};

/// Needs Need::batches. Losses that are not finite count as the largest number.
LossShape loss_shape(const Facts& facts);

/// The chart of the training loss.
EvidenceChart loss_chart(const Facts& facts);

/// The highest learning rate of the training.
double peak_rate(const Facts& facts);

/// The loss of guessing by the shares of the classes in the training set: their entropy, or ln(classes) if
/// the shares are unknown. NaN if the classes are unknown.
double guessing_loss(const Facts& facts);

/// Whether the loss is the cross entropy, of which ln(classes) is the loss of guessing.
bool has_cross_entropy(const Facts& facts);

/// Whether the optimizer divides by the size of the gradient, so that usual rates are a hundred times lower.
bool is_adaptive(const Facts& facts);

/// The last epoch, which exists if there is a validation.
const store::EpochRow& last_epoch(const Facts& facts);

/// "0.002" as text of a rate, one digit.
std::string rate_text(double rate);

}  // namespace lehr::diagnosis
