#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "callbacks/mean_input.hpp"

namespace lehr {

class Learner;

/// Numbers of a fit that are known before its first step, or soon after: the input, the order of the labels
/// and the first weights. docs/diagnosis.md lists them. It reads the first batches once, and changes nothing.
class StartFacts {
 public:
  using Numbers = std::map<std::string, std::string>;

  /// Forgets the fit before. Call it at before_fit.
  void start() { *this = {}; }
  /// Returns what is known for the first time. Call it at after_loss of every batch. Of a fit that is resumed
  /// after its first batch, only the validation set is measured: the process before measured the rest.
  Numbers measure(Learner& learner);
  /// Returns what still waits for more samples. Call it after an epoch and at the end.
  Numbers rest();

 private:
  Numbers first_batch(Learner& learner);
  Numbers first_validation(Learner& learner);
  /// How the mean images agree: those of the halves of the first training batch, and that of the whole first
  /// validation with it.
  Numbers agreement() const;
  void add_labels(Learner& learner);

  bool begun_ = false;
  bool validated_ = false;
  bool all_validated_ = false;
  MeanInput first_half_{};
  MeanInput second_half_{};
  MeanInput training_{};
  MeanInput validation_{};
  bool labels_done_ = false;
  std::int64_t labels_seen_ = 0;
  std::int64_t repeats_ = 0;
  std::int64_t last_label_ = 0;
};

}  // namespace lehr
