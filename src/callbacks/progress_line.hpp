#pragma once

#include <optional>
#include <string>

namespace lehr {

/// The contents of a progress bar's live line.
struct ProgressLine {
  std::string whole;    ///< "epoch 3/10", preferred at the beginning
  std::string brief;    ///< "3/10", if `whole` does not fit
  double share = 0;     ///< share of this part that is done, from 0 to 1
  std::string loss{};   ///< "loss 0.1234"; this and the next texts are not shown if empty
  std::string speed{};  ///< "187624 images/s"
  std::string left{};   ///< "0.12 s left"
  std::string state{};  ///< "validating"
};

/// The line in at most columns - 1 characters, so that a terminal of that width does not wrap it. Parts are
/// left out in this order: the bar, the speed, the time left, the loss.
std::string fitted(const ProgressLine& line, int columns);

}  // namespace lehr
