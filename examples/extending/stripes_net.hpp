#pragma once

#include "swish.hpp"

/// The program's own model. It uses the program's own operation.
inline lehr::Graph stripes_net(const lehr::models::ModelRequest& request) {
  namespace ops = lehr::ops;
  lehr::Graph graph("stripes-net");
  const lehr::Shape& in = request.in;
  auto x = graph.input("input", {lehr::DType::f32, {1, in[0], in[1], in[2]}});
  x = graph.add(ops::Conv2d({.out_channels = 8, .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}}), {x},
                "conv1");
  x = graph.add(Swish(), {x}, "swish1");
  x = graph.add(ops::Conv2d({.out_channels = 16, .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}}), {x},
                "conv2");
  x = graph.add(Swish(1.5), {x}, "swish2");
  x = graph.add(ops::AdaptiveAvgPool2d(), {x}, "pool");
  x = graph.add(ops::Flatten(), {x}, "flatten");
  graph.add(ops::Linear({.out_features = request.classes}), {x}, "fc");
  return graph;
}
