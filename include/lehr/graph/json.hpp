#pragma once

#include <string>
#include <string_view>

#include "lehr/graph/graph.hpp"

namespace lehr {

/// The graph as JSON text, for the metadata of a saved model: format version, name, and a list of nodes with
/// name, type, attributes, inputs, and for graph inputs shape and dtype.
std::string to_json(const Graph& graph);
/// Throws BadInput where the text is not such a graph. Bounded: refuses more than 100,000 nodes.
Graph graph_from_json(std::string_view json);

/// Attributes as a JSON object, and the way back, which throws BadInput if the text is no such object.
/// `owner` says in messages whose attributes they are: "the loss".
std::string to_json(const Attributes& attributes);
Attributes attributes_from_json(std::string_view json, const std::string& owner);

}  // namespace lehr
