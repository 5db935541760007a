#pragma once

#include <optional>
#include <string>

namespace lehr {

/// What the live line of a progress bar shows.
struct ProgressLine {
  std::string whole;    ///< "epoch 3/10", the first choice for the beginning
  std::string brief;    ///< "3/10", if that does not fit
  double share = 0;     ///< of this part that is done, from 0 to 1
  std::string loss{};   ///< "loss 0.1234", as are the next; empty: not shown
  std::string speed{};  ///< "187624 images/s"
  std::string left{};   ///< "0.12 s left"
  std::string state{};  ///< "validating"
};

/// The line in at most columns - 1 characters, so that no terminal of that width wraps it. What matters least
/// is left out first: the bar, the speed, the time left, the loss.
std::string fitted(const ProgressLine& line, int columns);

}  // namespace lehr
