#include "lehr/graph/json.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "graph/every_op.hpp"
#include "graph/expect_bad_input.hpp"
#include "lehr/models/models.hpp"

namespace lehr {
namespace {

using nlohmann::json;
using test::bad_input;

void expect_equal(const Graph& a, const Graph& b) {
  EXPECT_EQ(a.name(), b.name());
  EXPECT_EQ(a.output(), b.output());
  ASSERT_EQ(a.nodes().size(), b.nodes().size());
  for (std::size_t id = 0; id < a.nodes().size(); ++id) {
    const Node& first = a.nodes()[id];
    const Node& second = b.nodes()[id];
    EXPECT_EQ(first.name, second.name);
    EXPECT_EQ(first.inputs, second.inputs);
    EXPECT_EQ(first.output, second.output);
    EXPECT_EQ(first.parameters, second.parameters);
    ASSERT_EQ(first.op == nullptr, second.op == nullptr);
    if (!first.op) continue;
    EXPECT_EQ(first.op->type(), second.op->type());
    EXPECT_EQ(first.op->attributes(), second.op->attributes());
  }
}

/// The document of a small graph after a change, as text.
std::string changed(const std::function<void(json&)>& change) {
  Graph graph("small");
  graph.input("input", {DType::f32, {1, 3, 8, 8}});
  graph.add(ops::Conv2d({.out_channels = 4}), {0}, "conv");
  json document = json::parse(to_json(graph));
  change(document);
  return document.dump();
}

std::string refusal(const std::string& text) {
  return bad_input([&] { graph_from_json(text); });
}
std::string refusal(const std::function<void(json&)>& change) { return refusal(changed(change)); }

TEST(Json, RoundTripKeepsEveryOp) {
  const Graph graph = test::every_op();
  expect_equal(graph, graph_from_json(to_json(graph)));
}

TEST(Json, RoundTripKeepsTheModels) {
  for (const bool batch_norm : {false, true}) {
    const Graph graph = models::simple_cnn({.batch_norm = batch_norm});
    expect_equal(graph, graph_from_json(to_json(graph)));
  }
  const Graph residual = models::resnet_small({.zero_init_residual = true});
  expect_equal(residual, graph_from_json(to_json(residual)));
}

TEST(Json, RefusesDocumentsThatAreNotGraphs) {
  EXPECT_EQ(refusal(""), "the graph's JSON is damaged at byte 1 of 0");
  EXPECT_EQ(refusal("{\"format\": "), "the graph's JSON is damaged at byte 12 of 11");
  EXPECT_EQ(refusal("[]"), "the graph should be a JSON object");
  EXPECT_EQ(refusal("{}"), "the graph has no entry \"format\"");
  EXPECT_EQ(refusal("{\"format\": 1e999}"), "the graph's JSON holds a number that cannot be represented");
  EXPECT_TRUE(test::contains(refusal("{\"name\": \"\xff\xfe\"}"), "damaged at byte"));
  EXPECT_EQ(refusal([](json& d) { d["version"] = 2; }),
            "the graph: \"version\" should be 1, the version this program reads");
  EXPECT_EQ(refusal([](json& d) { d["format"] = "onnx"; }), "the graph: \"format\" should be \"lehr.graph\"");
  EXPECT_EQ(refusal([](json& d) { d["extra"] = 1; }), "the graph has an unknown entry \"extra\"");
  EXPECT_EQ(refusal([](json& d) { d["nodes"] = json::array(); }),
            "the graph: \"nodes\" should be a list of 1 to 100000 nodes");
  EXPECT_EQ(refusal([](json& d) { d["nodes"] = json(std::vector<int>(100'001)); }),
            "the graph: \"nodes\" should be a list of 1 to 100000 nodes");
  for (const json& output :
       {json(2), json(-1), json(1e30), json(18446744073709551615U), json("conv"), json()}) {
    EXPECT_TRUE(
        refusal([&](json& d) { d["output"] = output; }).starts_with("the graph: \"output\" should be"));
  }
}

TEST(Json, RefusesDamagedNodes) {
  EXPECT_EQ(refusal([](json& d) { d["nodes"][1] = 7; }), "node 1 of the graph should be a JSON object");
  EXPECT_EQ(refusal([](json& d) { d["nodes"][1].erase("type"); }),
            "node 1 of the graph has no entry \"type\"");
  EXPECT_EQ(refusal([](json& d) { d["nodes"][1]["type"] = json::array(); }),
            "node 1 of the graph: \"type\" should be a text");
  EXPECT_TRUE(refusal([](json& d) {
                d["nodes"][1]["type"] = "conv2e";
              }).starts_with("node 1 of the graph: unknown operation \"conv2e\"; did you mean \"conv2d\"?"));
  EXPECT_EQ(refusal([](json& d) { d["nodes"][1]["name"] = "input"; }),
            "node \"input\": the name is taken by an earlier node");
  EXPECT_EQ(refusal([](json& d) { d["nodes"][1]["inputs"] = {1}; }),
            "node 1 of the graph: \"inputs\" should number earlier nodes, found 1");
  EXPECT_EQ(refusal([](json& d) { d["nodes"][1]["inputs"] = {4294967296}; }),
            "node 1 of the graph: \"inputs\" should number earlier nodes, found 4294967296");
  EXPECT_EQ(refusal([](json& d) { d["nodes"][1]["inputs"] = {0.5}; }),
            "node 1 of the graph: \"inputs\" should be a list of integers");
  EXPECT_EQ(refusal([](json& d) { d["nodes"][1]["inputs"] = json::array(); }),
            "node \"conv\": conv2d needs 1 input, found 0");
}

TEST(Json, RefusesDamagedInputs) {
  const auto refused = [](const char* key, const json& value) {
    return refusal([&](json& d) { d["nodes"][0][key] = value; });
  };
  EXPECT_EQ(refused("dtype", "f64"), "node 0 of the graph: \"dtype\" should be f32, bf16, u8 or i64");
  EXPECT_EQ(refused("shape", {1, 2, 3, 4, 5, 6}),
            "node 0 of the graph needs tensors of at most 5 axes, found 6");
  EXPECT_EQ(refused("shape", {1, -3, 8, 8}),
            "node 0 of the graph needs tensors with extents of at least 1, found (1, -3, 8, 8)");
  EXPECT_TRUE(test::contains(refused("shape", {1, 1LL << 40, 1LL << 40, 1LL << 40}),
                             "at most 1099511627776 elements"));
  EXPECT_TRUE(test::contains(refused("shape", json::array()), "starts with batch size 1"));
}

TEST(Json, RefusesDamagedAttributes) {
  const auto refused = [](const char* key, const json& value) {
    return refusal([&](json& d) { d["nodes"][1]["attributes"][key] = value; });
  };
  EXPECT_EQ(refused("kernel", {3, "3"}),
            "the attributes of node 1 of the graph: \"kernel\" should be a list of numbers");
  EXPECT_EQ(
      refused("kernel", {{"h", 3}}),
      "the attributes of node 1 of the graph: \"kernel\" should be true, false, a number, a text or a list "
      "of numbers");
  EXPECT_EQ(refused("kernel", json::array()),
            "node 1 of the graph: conv2d: attribute \"kernel\" should be a list of integers");
  EXPECT_EQ(refused("stride", {0, 1}),
            "node 1 of the graph: conv2d needs a stride between 1 and 2147483647, found 0");
  EXPECT_EQ(refused("groups", 18446744073709551615U),
            "node 1 of the graph: conv2d: attribute \"groups\" should be an integer");
  EXPECT_EQ(refused("color", 1), "node 1 of the graph: conv2d has no attribute \"color\"");
  EXPECT_EQ(refusal([](json& d) { d["nodes"][1]["attributes"] = 1; }),
            "the attributes of node 1 of the graph should be a JSON object");
}

TEST(Json, IsBounded) {
  EXPECT_EQ(refusal(std::string(1 << 20, '[')), "a graph's JSON should nest at most 8 deep");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_EQ(refusal(deep), "a graph's JSON should nest at most 8 deep");
  std::string many = "[0";
  for (int i = 0; i < 7'000'000; ++i) many += ",0";
  EXPECT_EQ(refusal(many), "a graph's JSON should hold at most 6400000 values");
  const std::string huge_name(1 << 20, 'x');
  EXPECT_LT(refusal([&](json& d) { d[huge_name] = 1; }).size(), 300U);
  EXPECT_EQ(refusal(std::string((64 << 20) + 1, ' ')),
            "a graph's JSON should have at most 67108864 bytes, found 67108865");
}

TEST(Json, WritesNoNamesThatAreNotText) {
  Graph graph;
  graph.input("\xff", {DType::f32, {1, 1}});
  EXPECT_EQ(bad_input([&] { to_json(graph); }),
            "the graph's names should be UTF-8, found bytes that are not");
}

}  // namespace
}  // namespace lehr
