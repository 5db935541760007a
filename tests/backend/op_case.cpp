#include "backend/op_case.hpp"

#include <gtest/gtest.h>

namespace lehr::test {
namespace {

std::vector<OpCase>& mutable_cases() {
  static std::vector<OpCase> cases;
  return cases;
}

}  // namespace

TensorSpec floats(const Shape& shape) { return {DType::f32, shape}; }

OpCase training_case(std::string name, std::string type, Attributes attributes,
                     std::vector<TensorSpec> inputs, const Shape& output, std::vector<Shape> parameters) {
  OpCase made;
  made.name = std::move(name);
  made.spec.type = std::move(type);
  made.spec.name = made.name;
  made.spec.attributes = std::move(attributes);
  for (const TensorSpec& input : inputs) made.spec.input_grads.push_back(input.dtype == DType::f32);
  made.spec.inputs = std::move(inputs);
  made.spec.output = floats(output);
  for (const Shape& shape : parameters) made.spec.parameters.push_back(floats(shape));
  made.spec.training = true;
  return made;
}

OpCase evaluated(OpCase op_case) {
  op_case.name += "_eval";
  op_case.spec.name = op_case.name;
  op_case.spec.training = false;
  op_case.spec.input_grads.clear();
  return op_case;
}

OpCase activated(OpCase op_case, const FusedActivation& activation) {
  op_case.name += '_';
  op_case.name += name_of(activation.kind);
  op_case.spec.name = op_case.name;
  op_case.spec.activation = activation;
  return op_case;
}

std::vector<OpCase> with_each_activation(const OpCase& op_case) {
  using Kind = FusedActivation::Kind;
  std::vector<OpCase> cases;
  for (const Kind kind : {Kind::relu, Kind::leaky_relu, Kind::general_relu, Kind::sigmoid, Kind::tanh}) {
    cases.push_back(activated(op_case, {.kind = kind, .leak = 0.125F, .subtract = 0.25F, .clamp = 0.5F}));
  }
  return cases;
}

std::string_view name_of(FusedActivation::Kind kind) {
  switch (kind) {
    case FusedActivation::Kind::none:
      return "none";
    case FusedActivation::Kind::relu:
      return "relu";
    case FusedActivation::Kind::leaky_relu:
      return "leaky_relu";
    case FusedActivation::Kind::general_relu:
      return "general_relu";
    case FusedActivation::Kind::sigmoid:
      return "sigmoid";
    case FusedActivation::Kind::tanh:
      return "tanh";
  }
  return "?";
}

const std::vector<OpCase>& all_cases() { return mutable_cases(); }

CaseList::CaseList(std::vector<OpCase> cases) {
  for (OpCase& op_case : cases) mutable_cases().push_back(std::move(op_case));
}

}  // namespace lehr::test
