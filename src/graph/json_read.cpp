#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "graph/checks.hpp"
#include "graph/json_format.hpp"
#include "lehr/graph/json.hpp"
#include "lehr/graph/op_registry.hpp"

namespace lehr {
namespace {

using Json = nlohmann::json;

Json parse_bounded(std::string_view text) {
  if (text.size() > graph::max_text_bytes) {
    throw BadInput(fmt::format("a graph's JSON should have at most {} bytes, found {}", graph::max_text_bytes,
                               text.size()));
  }
  std::size_t values = 0;
  const auto within_bounds = [&](int depth, Json::parse_event_t, const Json&) {
    if (depth > graph::max_depth) {
      throw BadInput(fmt::format("a graph's JSON should nest at most {} deep", graph::max_depth));
    }
    if (++values > graph::max_values) {
      throw BadInput(fmt::format("a graph's JSON should hold at most {} values", graph::max_values));
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), within_bounds);
  } catch (const Json::parse_error& error) {
    throw BadInput(fmt::format("the graph's JSON is damaged at byte {} of {}", error.byte, text.size()));
  } catch (const Json::exception&) {
    throw BadInput("the graph's JSON holds a number that cannot be represented");
  }
}

// An object of the document with a name for messages ("node 3 of the graph").
struct Object {
  const Json& json;
  std::string place;

  Object(const Json& value, std::string where) : json(value), place(std::move(where)) {
    if (!json.is_object()) throw BadInput(fmt::format("{} should be a JSON object", place));
  }
  Object(const Json& value, std::string where, std::initializer_list<std::string_view> keys)
      : Object(value, std::move(where)) {
    for (const auto& [key, ignored] : json.items()) {
      if (std::ranges::find(keys, key) == keys.end()) {
        throw BadInput(fmt::format("{} has an unknown entry {}", place, in_quotes(key)));
      }
    }
  }

  const Json& at(std::string_view key) const {
    const auto found = json.find(key);
    if (found == json.end()) throw BadInput(fmt::format("{} has no entry \"{}\"", place, key));
    return *found;
  }
  [[noreturn]] void refuse(std::string_view key, std::string_view expected) const {
    throw BadInput(fmt::format("{}: \"{}\" should be {}", place, key, expected));
  }
  const std::string& text(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_string()) refuse(key, "a text");
    return value.get_ref<const std::string&>();
  }
  std::int64_t integer(std::string_view key) const;
  std::vector<std::int64_t> integers(std::string_view key) const;
};

bool is_int64(const Json& value) {
  if (value.is_number_unsigned()) {
    return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  }
  return value.is_number_integer();
}

std::int64_t Object::integer(std::string_view key) const {
  if (!is_int64(at(key))) refuse(key, "an integer");
  return at(key).get<std::int64_t>();
}

std::vector<std::int64_t> Object::integers(std::string_view key) const {
  const Json& value = at(key);
  if (!value.is_array() || !std::ranges::all_of(value, is_int64)) refuse(key, "a list of integers");
  return value.get<std::vector<std::int64_t>>();
}

Attribute read_list(const Object& attributes, const std::string& key, const Json& list) {
  if (!list.empty() && std::ranges::all_of(list, is_int64)) return list.get<std::vector<std::int64_t>>();
  if (!std::ranges::all_of(list, [](const Json& v) { return v.is_number(); })) {
    attributes.refuse(printable(key), "a list of numbers");
  }
  return list.get<std::vector<double>>();
}

Attributes read_attributes(const Json& json, const std::string& place) {
  const Object attributes(json, "the attributes of " + place);
  Attributes found;
  for (const auto& [key, value] : json.items()) {
    if (value.is_boolean()) {
      found.set(key, value.get<bool>());
    } else if (value.is_string()) {
      found.set(key, value.get<std::string>());
    } else if (is_int64(value)) {
      found.set(key, value.get<std::int64_t>());
    } else if (value.is_number()) {
      found.set(key, value.get<double>());
    } else if (value.is_array()) {
      found.set(key, read_list(attributes, key, value));
    } else {
      attributes.refuse(printable(key), "true, false, a number, a text or a list of numbers");
    }
  }
  return found;
}

DType read_dtype(const Object& node) {
  for (const DType dtype : {DType::f32, DType::bf16, DType::u8, DType::i64}) {
    if (node.text("dtype") == name_of(dtype)) return dtype;
  }
  node.refuse("dtype", "f32, bf16, u8 or i64");
}

void read_input(Graph& graph, const Json& json, const std::string& place) {
  const Object node(json, place, {"name", "type", "shape", "dtype"});
  const std::vector<std::int64_t> extents = node.integers("shape");
  graph.input(node.text("name"), graph::checked_spec(place, read_dtype(node), extents));
}

void read_op(Graph& graph, const Json& json, const std::string& place) {
  const Object node(json, place, {"name", "type", "attributes", "inputs"});
  const std::string& type = node.text("type");
  const Attributes attributes = read_attributes(node.at("attributes"), place);
  std::vector<NodeId> inputs;
  for (const std::int64_t id : node.integers("inputs")) {
    if (id < 0 || id >= static_cast<std::int64_t>(graph.nodes().size())) {
      throw BadInput(fmt::format("{}: \"inputs\" should number earlier nodes, found {}", place, id));
    }
    inputs.push_back(static_cast<NodeId>(id));
  }
  std::shared_ptr<const Op> op;
  try {
    op = make_op(type, attributes);
  } catch (const BadInput& error) {
    throw BadInput(fmt::format("{}: {}", place, error.what()));
  }
  graph.add_op(std::move(op), std::move(inputs), node.text("name"));
}

void read_node(Graph& graph, const Json& json) {
  const std::string place = fmt::format("node {} of the graph", graph.nodes().size());
  const auto type = json.is_object() ? json.find("type") : json.end();
  const bool is_input = json.is_object() && type != json.end() && *type == graph::input_type;
  is_input ? read_input(graph, json, place) : read_op(graph, json, place);
}

}  // namespace

Attributes attributes_from_json(std::string_view json, const std::string& owner) {
  return read_attributes(parse_bounded(json), owner);
}

Graph graph_from_json(std::string_view json) {
  const Json parsed = parse_bounded(json);
  const Object document(parsed, "the graph", {"format", "version", "name", "output", "nodes"});
  if (document.text("format") != graph::format_name) {
    document.refuse("format", fmt::format("\"{}\"", graph::format_name));
  }
  if (document.integer("version") != graph::format_version) {
    document.refuse("version", std::to_string(graph::format_version) + ", the version this program reads");
  }
  const Json& nodes = document.at("nodes");
  if (!nodes.is_array() || nodes.empty() || nodes.size() > graph::max_nodes) {
    document.refuse("nodes", fmt::format("a list of 1 to {} nodes", graph::max_nodes));
  }
  Graph graph(document.text("name"));
  for (const Json& node : nodes) read_node(graph, node);
  const std::int64_t output = document.integer("output");
  if (output < 0 || output >= static_cast<std::int64_t>(nodes.size())) {
    document.refuse("output", fmt::format("the number of one of {} nodes", nodes.size()));
  }
  graph.set_output(static_cast<NodeId>(output));
  return graph;
}

}  // namespace lehr
