#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lehr/train/records.hpp"

namespace lehr {

/// A table of a training with a line an epoch, each ended. A table that would be wider than asked for leaves
/// columns out, least needed first. Metrics are asked for by name, so those that do not fit follow on lines
/// of their own.
class EpochTable {
 public:
  /// `columns`: characters in a line; 0: any number. `train_eval`: with the training set in evaluation mode.
  EpochTable(std::vector<std::string> metrics, int columns, bool train_eval = false);

  std::string header() const;
  std::string row(const EpochRecord& record) const;

 private:
  struct Column {
    std::string title;
    int width = 0;
    int need = 0;  ///< columns with more of it stay longer
    std::function<std::string(const EpochRecord&)> text;
  };
  void add(Column column) { shown_.push_back(std::move(column)); }
  void fit();
  int width() const;

  int columns_;
  std::vector<Column> shown_;
  std::vector<std::string> below_;  ///< metrics that have no column
};

}  // namespace lehr
