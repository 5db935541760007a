#include <nlohmann/json.hpp>

#include "graph/json_format.hpp"
#include "lehr/core/error.hpp"
#include "lehr/graph/json.hpp"

namespace lehr {
namespace {

using OrderedJson = nlohmann::ordered_json;  // keeps the keys in the order of insertion

OrderedJson attributes_json(const Attributes& attributes) {
  OrderedJson json = OrderedJson::object();
  for (const auto& [name, value] : attributes) {
    json[name] = std::visit([](const auto& held) { return OrderedJson(held); }, value);
  }
  return json;
}

OrderedJson node_json(const Node& node) {
  OrderedJson json{{"name", node.name}};
  if (!node.op) {
    json["type"] = graph::input_type;
    const auto extents = node.output.shape.extents();
    json["shape"] = std::vector<std::int64_t>(extents.begin(), extents.end());
    json["dtype"] = name_of(node.output.dtype);
    return json;
  }
  json["type"] = node.op->type();
  json["attributes"] = attributes_json(node.op->attributes());
  json["inputs"] = node.inputs;
  return json;
}

}  // namespace

std::string to_json(const Attributes& attributes) {
  try {
    return attributes_json(attributes).dump();
  } catch (const OrderedJson::exception&) {
    throw BadInput("texts in attributes should be UTF-8, found bytes that are not");
  }
}

std::string to_json(const Graph& graph) {
  OrderedJson nodes = OrderedJson::array();
  for (const Node& node : graph.nodes()) nodes.push_back(node_json(node));
  const OrderedJson document{{"format", graph::format_name},
                             {"version", graph::format_version},
                             {"name", graph.name()},
                             {"output", graph.output()},
                             {"nodes", std::move(nodes)}};
  try {
    return document.dump();
  } catch (const OrderedJson::exception&) {
    throw BadInput("the graph's names should be UTF-8, found bytes that are not");
  }
}

}  // namespace lehr
