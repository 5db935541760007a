#include "backend/op_case.hpp"

namespace lehr::test {
namespace {

OpCase add(const std::string& name, const Shape& shape, std::size_t terms = 2) {
  return training_case("add_" + name, "add", {}, std::vector(terms, floats(shape)), shape);
}

OpCase concat(const std::string& name, const Shape& shape, const std::vector<std::int64_t>& channels) {
  std::vector<TensorSpec> inputs;
  std::int64_t total = 0;
  for (const std::int64_t count : channels) {
    inputs.push_back(floats(shape.with(1, count)));
    total += count;
  }
  return training_case("concat_" + name, "concat", {}, inputs, shape.with(1, total));
}

OpCase flatten(const std::string& name, const Shape& in) {
  return training_case("flatten_" + name, "flatten", {}, {floats(in)}, {in[0], in.numel() / in[0]});
}

OpCase dropout(const std::string& name, double p, const Shape& shape) {
  return training_case("dropout_" + name, "dropout", {{"p", p}}, {floats(shape)}, shape);
}

std::vector<OpCase> elementwise_cases() {
  OpCase half = add("first_grad_only", {3, 10, 3, 3});
  half.spec.input_grads = {true, false};
  OpCase middle = concat("middle_grad_only", {3, 1, 3, 2}, {3, 10, 1});
  middle.spec.input_grads = {false, true, false};
  std::vector<OpCase> list{add("plain", {3, 10, 5, 3}),
                           add("one", {1, 1, 1, 1}),
                           add("four", {1, 17, 3, 3}, 4),
                           add("rows", {5, 17}),
                           evaluated(add("plain", {3, 10, 5, 3})),
                           half,
                           concat("two", {3, 1, 4, 5}, {10, 17}),
                           concat("four", {1, 1, 3, 3}, {1, 3, 16, 2}),
                           concat("one_pixel", {5, 1, 1, 1}, {3, 1}),
                           evaluated(concat("two", {3, 1, 4, 5}, {16, 32})),
                           middle,
                           flatten("image", {3, 10, 4, 5}),
                           flatten("one_channel", {3, 1, 4, 5}),
                           flatten("one_pixel", {5, 17, 1, 1}),
                           flatten("one_image", {1, 3, 3, 1}),
                           evaluated(flatten("image", {2, 16, 2, 3})),
                           dropout("half", 0.5, {3, 10, 4, 5}),
                           dropout("rows", 0.2, {5, 17}),
                           dropout("one", 0.5, {1, 1, 1, 1}),
                           dropout("none", 0.0, {1, 3, 3, 3}),
                           dropout("everything", 1.0, {1, 3, 3, 3}),
                           evaluated(dropout("half", 0.5, {3, 10, 4, 5}))};
  for (OpCase& fused : with_each_activation(add("fused", {3, 17, 3, 5}))) list.push_back(std::move(fused));
  for (OpCase& fused : with_each_activation(add("fused_four", {1, 3, 2, 5}, 4)))
    list.push_back(std::move(fused));
  return list;
}

const CaseList elementwise_list{elementwise_cases()};

}  // namespace
}  // namespace lehr::test
