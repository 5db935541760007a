#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lehr/core/shape.hpp"

namespace lehr {

/// One tensor of a training step, summed up; extremes and mean are those of its finite elements.
struct TensorTrace {
  std::string name;
  Shape shape;
  double min = 0;
  double max = 0;
  double mean = 0;
  std::int64_t non_finite = 0;
};

/// A training step looked at tensor by tensor, each part in the order in which it is computed.
struct StepTrace {
  std::vector<TensorTrace> weights;    ///< before the step
  std::vector<TensorTrace> outputs;    ///< of the layers, unfused, the loss last
  std::vector<TensorTrace> gradients;  ///< of the parameters, last layer first
  double loss = 0;
  std::string first;  ///< what first is not finite: "the output of layer \"3\" in the forward pass"; or empty
};

/// What Learner::save_dump wrote.
struct Dump {
  std::string message;
  int epoch = 0;           ///< from 0
  std::int64_t batch = 0;  ///< from 0
  double lr = 0;
  std::vector<std::int64_t> ids;  ///< the batch's samples
  StepTrace trace;                ///< of the same step, done again
};
/// Does a dumped step again. Throws BadInput naming the file and what is wrong with it.
Dump replay_dump(const std::filesystem::path& file);

}  // namespace lehr
