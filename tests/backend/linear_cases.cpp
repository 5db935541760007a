#include <algorithm>

#include "backend/op_case.hpp"

namespace lehr::test {
namespace {

OpCase linear(const std::string& name, std::int64_t batch, std::int64_t in, std::int64_t out,
              bool bias = true) {
  std::vector<Shape> parameters{{out, in}};
  if (bias) parameters.push_back({out});
  OpCase made = training_case("linear_" + name, "linear", {{"out_features", out}, {"bias", bias}},
                              {floats({batch, in})}, {batch, out}, parameters);
  made.terms = static_cast<double>(std::max({batch, in, out}));
  return made;
}

std::vector<OpCase> linear_cases() {
  OpCase frozen = linear("frozen", 3, 10, 17);
  frozen.spec.parameter_grads = false;
  OpCase without_input_grad = linear("without_input_grad", 3, 17, 10);
  without_input_grad.spec.input_grads = {false};
  std::vector<OpCase> list{linear("one_by_one", 1, 1, 1),
                           linear("single", 1, 10, 17),
                           linear("odd", 5, 17, 3),
                           linear("no_bias", 3, 10, 10, false),
                           linear("wide", 33, 100, 10),
                           evaluated(linear("odd", 7, 10, 3)),
                           frozen,
                           without_input_grad};
  for (OpCase& fused : with_each_activation(linear("fused", 5, 10, 17))) list.push_back(std::move(fused));
  return list;
}

const CaseList linear_list{linear_cases()};

}  // namespace
}  // namespace lehr::test
