#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/core/shape.hpp"

namespace lehr {

/// A summary of one tensor of a training step. Minimum, maximum and mean are over its finite elements, NaN if
/// it has none.
struct TensorTrace {
  std::string name;
  Shape shape;
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  double mean = std::numeric_limits<double>::quiet_NaN();
  std::int64_t non_finite = 0;
  std::int64_t nan = 0;  ///< how many of the non-finite elements are NaN; the others are infinite
};

/// The tensors of a training step, each list in the order in which they are computed.
struct StepTrace {
  std::vector<TensorTrace> weights;    ///< before the step
  std::vector<TensorTrace> outputs;    ///< of the layers, without fusions; the loss is last
  std::vector<TensorTrace> gradients;  ///< of the parameters, last layer first
  double loss = 0;
  /// The first non-finite tensor: "the output of layer \"3\" in the forward pass". Empty if there
  /// is none.
  std::string first;
};

/// The contents of a file that Step::save_dump wrote.
struct Dump {
  std::string message;
  int epoch = 0;           ///< from 0
  std::int64_t batch = 0;  ///< from 0
  double lr = 0;
  std::vector<std::int64_t> ids;  ///< the batch's samples
  StepTrace trace;                ///< of the same step, run again
};
/// Runs a dumped step again. Throws BadInput with the file and what is wrong with it.
Dump replay_dump(const std::filesystem::path& file, const Backend& backend = cpu_backend());

}  // namespace lehr
