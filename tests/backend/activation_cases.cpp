#include "backend/op_case.hpp"

namespace lehr::test {
namespace {

OpCase activation(const std::string& name, const std::string& kind, const Shape& shape, double clamp = 0.5) {
  OpCase made = training_case("activation_" + kind + "_" + name, "activation",
                              {{"kind", kind}, {"leak", 0.125}, {"subtract", 0.25}, {"clamp", clamp}},
                              {floats(shape)}, shape);
  made.input_fills = {{.scale = 8}};
  return made;
}

std::vector<OpCase> activation_cases() {
  std::vector<OpCase> list;
  for (const char* kind : {"relu", "leaky_relu", "general_relu", "sigmoid", "tanh", "silu", "gelu"}) {
    list.push_back(activation("image", kind, {3, 5, 3, 7}));
    list.push_back(activation("one", kind, {1, 1, 1, 1}));
    list.push_back(activation("rows", kind, {5, 17}));
    list.push_back(evaluated(activation("image", kind, {1, 10, 3, 3})));
    OpCase on_kinks = activation("on_kinks", kind, {3, 10, 2, 3});
    on_kinks.input_fills = {{.scale = 4, .levels = 4}};
    on_kinks.finite_differences = false;
    list.push_back(on_kinks);
  }
  list.push_back(activation("unclamped", "general_relu", {3, 3, 3, 3}, 1e30));
  return list;
}

const CaseList activation_list{activation_cases()};

}  // namespace
}  // namespace lehr::test
