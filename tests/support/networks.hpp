#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "lehr/core/rng.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/ops.hpp"
#include "support/device.hpp"

namespace lehr::testing {

/// A model with a cross-entropy loss, random parameters, and one batch.
struct NetworkRun {
  Graph graph;
  NodeId images = 0;
  NodeId targets = 0;
  NodeId scores = 0;
  Parameters parameters;
  std::vector<float> image_data;
  std::vector<std::int64_t> target_data;
  std::int64_t batch_size;

  NetworkRun(const Graph& model, std::int64_t batch, const Backend& backend,
             const ops::CrossEntropy::Spec& criterion = {})
      : graph(model), scores(model.output()), parameters(model, backend), batch_size(batch) {
    images = model.inputs().front();
    targets = graph.input("targets", {DType::i64, {1}});
    graph.set_output(graph.add(ops::CrossEntropy(criterion), {scores, targets}, "loss"));
    fill();
  }

  void fill() {
    for (const ParameterEntry& entry : parameters.entries()) fill_parameter(entry);
    const Shape image_shape = graph.node(images).output.shape;
    const std::int64_t classes = graph.node(scores).output.shape[1];
    Rng rng(2, Purpose::test);
    image_data.resize(static_cast<std::size_t>(batch_size * image_shape.numel()));
    for (float& value : image_data) value = rng.normal();
    for (std::int64_t i = 0; i < batch_size; ++i) {
      target_data.push_back(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(classes))));
    }
  }

  void fill_parameter(const ParameterEntry& entry) {
    Rng rng(3, Purpose::test, std::hash<std::string>{}(entry.name));
    Tensor value(entry.shape, DType::f32);
    const bool around_one =
        entry.role == ParameterRole::norm_scale || entry.role == ParameterRole::running_var;
    const std::int64_t fan_in = entry.shape.rank() > 1 ? entry.shape.numel() / entry.shape[0] : 4;
    const float scale = std::sqrt(2.0F / static_cast<float>(fan_in));
    for (float& element : value.elements<float>()) {
      element = around_one ? 0.5F + rng.uniform() : scale * rng.normal();
    }
    parameters.set(entry.name, value);
  }

  Plan plan(PlanOptions options = {}) {
    options.batch_size = batch_size;
    options.keep = {scores};
    Plan made(graph, parameters, options);
    made.bind_input(images, image_data);
    made.bind_input(targets, target_data);
    return made;
  }

  float loss(const Plan& plan) const { return test::on_host(plan.value(graph.output())).front(); }

  std::vector<float> grads() const { return test::on_host(parameters.grads()); }
};

}  // namespace lehr::testing
