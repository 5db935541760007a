#pragma once

#include <cstddef>
#include <ostream>

#include "predictions.hpp"

namespace lehr::cli {

/// The columns of a table of predictions.
struct PredictionColumns {
  std::size_t top = 1;  ///< classes of each picture
  bool truth = false;
  bool copy = false;
  bool explanation = false;
};

/// "image,class,probability,class_2,probability_2" and a line for each picture, as CSV.
class PredictionTable {
 public:
  /// Writes the header. The stream must outlive the table.
  PredictionTable(std::ostream& out, const PredictionColumns& columns);
  void add(const Picture& picture, const Prediction& prediction);

 private:
  std::ostream& out_;
  PredictionColumns columns_;
};

/// Whether a file is such a table, by its beginning.
bool is_prediction_table(std::string_view beginning);

}  // namespace lehr::cli
