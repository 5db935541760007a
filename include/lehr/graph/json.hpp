#pragma once

#include <string>
#include <string_view>

#include "lehr/graph/graph.hpp"

namespace lehr {

/// The graph as JSON text, for the metadata of a saved model: format version, name, and a list of
/// nodes. Each node has a name, type, attributes and inputs; inputs of the graph also have a shape
/// and a dtype.
std::string to_json(const Graph& graph);
/// Throws BadInput if the text is not such a graph, or if it has more than 100,000 nodes.
Graph graph_from_json(std::string_view json);

/// Converts attributes to a JSON object and back. The latter throws BadInput if the text is not
/// such an object. Its messages use `owner` as the name of what has the attributes: "the loss".
std::string to_json(const Attributes& attributes);
Attributes attributes_from_json(std::string_view json, const std::string& owner);

}  // namespace lehr
