#pragma once

#include "lehr/graph/graph.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::test {

/// A graph that holds every kind of op, with settings that differ from the defaults.
inline Graph every_op() {
  using namespace ops;
  Graph graph("every-op");
  const NodeId image = graph.input("input", {DType::f32, {1, 3, 17, 13}});
  const NodeId target = graph.input("target", {DType::i64, {1}});
  NodeId x = graph.add(Conv2d({.out_channels = 6,
                               .kernel = {3, 5},
                               .stride = {1, 2},
                               .padding = {2, 1},
                               .dilation = {2, 1},
                               .groups = 3,
                               .bias = false}),
                       {image}, "conv");
  x = graph.add(BatchNorm({.eps = 1e-3, .momentum = 0.2, .zero_init = true}), {x}, "norm");
  const NodeId act = graph.add(
      Activation({.kind = Activation::Kind::general_relu, .leak = 0.1, .subtract = 0.4, .clamp = 6}), {x},
      "act");
  const NodeId highest =
      graph.add(MaxPool2d({.kernel = {3, 3}, .stride = {2, 1}, .padding = {1, 1}}), {act}, "max");
  const NodeId mean = graph.add(
      AvgPool2d({.kernel = {3, 3}, .stride = {2, 1}, .padding = {1, 1}, .count_include_pad = false}), {act},
      "avg");
  x = graph.add(Add(), {highest, mean}, "add");
  x = graph.add(Concat(), {x, mean, highest}, "concat");
  x = graph.add(AdaptiveAvgPool2d({.output = {2, 3}}), {x}, "pool");
  x = graph.add(Flatten(), {x}, "flatten");
  x = graph.add(Dropout({.p = 0.25}), {x}, "drop");
  x = graph.add(Linear({.out_features = 4, .bias = false}), {x}, "fc");
  const NodeId scores = graph.add(Activation({.kind = Activation::Kind::gelu}), {x}, "gelu");
  graph.add(MeanSquaredError(), {scores, x}, "distance");
  graph.add(CrossEntropy({.label_smoothing = 0.1, .class_weights = {1, 2, 0.5, 0}}), {scores, target},
            "loss");
  graph.set_output(scores);
  return graph;
}

}  // namespace lehr::test
