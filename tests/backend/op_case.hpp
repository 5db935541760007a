#pragma once

#include <string>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "support/formula.hpp"

namespace lehr::test {

/// One operation with fixed shapes that every backend must compute. Its tensors come from the
/// formula, with the stream names "<case>/input.0", "<case>/parameter.1", "<case>/output_grad".
struct OpCase {
  std::string name;  ///< letters, digits and underscores; also the node's name
  KernelSpec spec;
  std::vector<Fill> input_fills;      ///< missing ones are the default
  std::vector<Fill> parameter_fills;  ///< missing ones are the default
  Fill output_grad_fill;
  std::size_t states = 0;  ///< how many of the last parameters are states
  /// Number of terms of the longest sum for an element of the output or of a gradient.
  double terms = 1;
  bool finite_differences = true;  ///< false if inputs are at kinks

  Fill input_fill(std::size_t i) const { return i < input_fills.size() ? input_fills[i] : Fill{}; }
  Fill parameter_fill(std::size_t i) const {
    return i < parameter_fills.size() ? parameter_fills[i] : Fill{};
  }
  bool is_state(std::size_t parameter) const { return parameter + states >= spec.parameters.size(); }
};

inline constexpr std::uint64_t case_seed = 0x123456789ABCDEF;
inline constexpr std::uint64_t case_step = 3;

/// A training case of the given type in which every float input gets a gradient.
OpCase training_case(std::string name, std::string type, Attributes attributes,
                     std::vector<TensorSpec> inputs, const Shape& output, std::vector<Shape> parameters = {});

/// The same case in evaluation.
OpCase evaluated(OpCase op_case);

/// The same case with a fused activation.
OpCase activated(OpCase op_case, const FusedActivation& activation);

/// The case with each activation that can be fused.
std::vector<OpCase> with_each_activation(const OpCase& op_case);

std::string_view name_of(FusedActivation::Kind kind);

TensorSpec floats(const Shape& shape);

/// Every case of the program. Each *_cases.cpp file adds its cases with a static CaseList.
const std::vector<OpCase>& all_cases();

struct CaseList {
  explicit CaseList(std::vector<OpCase> cases);
};

}  // namespace lehr::test
