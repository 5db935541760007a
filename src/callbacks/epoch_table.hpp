#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lehr/train/records.hpp"

namespace lehr {

/// A table of a training with one line per epoch. Each line ends in a line break. If the table is too wide,
/// columns are left out, the least needed first. Metrics are chosen by the user, so those that do not fit are
/// printed on lines of their own.
class EpochTable {
 public:
  /// `columns`: maximum characters per line; 0: no limit. `train_eval`: adds the training set in evaluation
  /// mode. `waiting`: adds the share of the time in which the training waited for data.
  EpochTable(std::vector<std::string> metrics, int columns, bool train_eval = false, bool waiting = false);

  std::string header() const;
  std::string row(const EpochRecord& record) const;

 private:
  struct Column {
    std::string title;
    int width = 0;
    int need = 0;  ///< columns with a lower need are left out first
    std::function<std::string(const EpochRecord&)> text;
  };
  void add(Column column) { shown_.push_back(std::move(column)); }
  void fit();
  int width() const;

  int columns_;
  std::vector<Column> shown_;
  std::vector<std::string> below_;  ///< metrics without a column
};

}  // namespace lehr
