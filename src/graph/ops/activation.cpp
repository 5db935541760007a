#include <array>
#include <limits>
#include <string>
#include <utility>

#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {
namespace {

constexpr std::string_view activation_name = "activation";

using Kind = Activation::Kind;
constexpr std::array<std::pair<Kind, std::string_view>, 7> kinds{{{Kind::relu, "relu"},
                                                                  {Kind::leaky_relu, "leaky_relu"},
                                                                  {Kind::general_relu, "general_relu"},
                                                                  {Kind::sigmoid, "sigmoid"},
                                                                  {Kind::tanh, "tanh"},
                                                                  {Kind::silu, "silu"},
                                                                  {Kind::gelu, "gelu"}}};

void check(const Activation::Spec& spec) {
  constexpr double largest = std::numeric_limits<float>::max();
  graph::expect_between(activation_name, "a leak", spec.leak, 0.0, 1.0);
  graph::expect_between(activation_name, "a value to subtract", spec.subtract, -largest, largest);
  graph::expect_between(activation_name, "a clamp", spec.clamp, -largest, largest);
}

}  // namespace

std::string_view name_of(Activation::Kind kind) {
  for (const auto& [known, name] : kinds) {
    if (known == kind) return name;
  }
  throw Error("an activation kind out of the enumeration's range");
}

Activation::Kind activation_kind(std::string_view name) {
  std::vector<std::string> valid;
  for (const auto& [kind, known] : kinds) {
    if (known == name) return kind;
    valid.emplace_back(known);
  }
  throw unknown_name("activation", printable(name), valid);
}

Attributes Activation::attributes() const {
  Attributes all;
  all.set("kind", std::string(name_of(spec.kind)));
  all.set("leak", spec.leak);
  all.set("subtract", spec.subtract);
  all.set("clamp", spec.clamp);
  return all;
}

TensorSpec Activation::infer(std::span<const TensorSpec> inputs) const {
  check(spec);
  return graph::single_input(activation_name, inputs);
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_activation(OpRegistry& registry) {
  registry.add_built_in(ops::activation_name, [](const Attributes& given) {
    const ops::Activation::Spec spec{.kind = ops::activation_kind(given.text("kind")),
                                     .leak = given.real("leak"),
                                     .subtract = given.real("subtract"),
                                     .clamp = given.real("clamp")};
    ops::check(spec);
    return std::make_shared<const ops::Activation>(spec);
  });
}

}  // namespace lehr::graph
