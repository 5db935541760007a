#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {
namespace {

constexpr std::string_view dropout_name = "dropout";

// The upper bound keeps the scale 1/(1-p) useful in single precision.
void check(const Dropout::Spec& spec) { graph::expect_between(dropout_name, "p", spec.p, 0.0, 0.999); }

}  // namespace

Attributes Dropout::attributes() const {
  Attributes all;
  all.set("p", spec.p);
  return all;
}

TensorSpec Dropout::infer(std::span<const TensorSpec> inputs) const {
  check(spec);
  return graph::single_input(dropout_name, inputs);
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_dropout(OpRegistry& registry) {
  registry.add_built_in(ops::dropout_name, [](const Attributes& given) {
    const ops::Dropout::Spec spec{.p = given.real("p")};
    ops::check(spec);
    return std::make_shared<const ops::Dropout>(spec);
  });
}

}  // namespace lehr::graph
