#include "lehr/graph/summary.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "config_options.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/train/training_memory.hpp"
#include "output.hpp"

namespace lehr::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* summary_examples = R"(Examples:
  lehr summary
  lehr summary --model simple-cnn --batch-norm --input 1x28x28 --batch-size 512
  lehr summary --model resnet-small --input 3x32x32 --classes 100 --json

FLOPs are of the forward pass of the batch; the receptive field is in pixels of the input. The memory is what
training holds at its peak. The data, the program and the statistics of layers come on top.)";

struct SummaryOptions {
  TrainConfig config;  ///< the network and the batch size
  Shape input{1, 28, 28};
  std::int64_t classes = 10;
  bool json = false;
};

Json json_of(const SummaryRow& row) {
  Json object{{"name", row.name}, {"type", row.type}, {"output", row.output.extents()}};
  if (row.window) {
    object["kernel"] = {row.window->kernel_h, row.window->kernel_w};
    object["stride"] = {row.window->stride_h, row.window->stride_w};
  }
  object["receptive_field"] = {row.receptive_field_h, row.receptive_field_w};
  object["parameters"] = row.parameters;
  object["multiply_adds"] = row.multiply_adds;
  object["flops"] = row.flops;
  object["flops_share"] = row.flops_share;
  object["activation_bytes"] = row.activation_bytes;
  return object;
}

void print_as_json(const Graph& graph, const SummaryOptions& options, const TrainingMemory& memory) {
  const std::vector<SummaryRow> rows = summary_rows(graph, options.config.batch_size);
  const SummaryRow total = summary_total(rows);
  Json layers = Json::array();
  for (const SummaryRow& row : rows) layers.push_back(json_of(row));
  print_json({{"event", "summary"},
              {"model", options.config.model},
              {"batch_size", options.config.batch_size},
              {"layers", layers},
              {"parameters", total.parameters},
              {"multiply_adds", total.multiply_adds},
              {"flops", total.flops},
              {"activation_bytes", total.activation_bytes},
              {"training_memory",
               {{"activations", memory.activations},
                {"workspace", memory.workspace},
                {"parameters", memory.parameters},
                {"batches", memory.batches},
                {"total", memory.total()}}}});
}

int summarise(const SummaryOptions& options) {
  shared_fields().check_rules(options.config);
  const Graph graph = make_graph(options.config, options.input, options.classes);
  const TrainingMemory memory = training_memory(graph, options.config.batch_size);
  if (options.json) {
    print_as_json(graph, options, memory);
    return 0;
  }
  std::cout
      << summary_table(graph, options.config.batch_size)
      << fmt::format(
             "\nTraining at batch size {} takes {} of memory: {} for activations and their gradients, {} "
             "of workspace, {} for parameters, gradients and Adam's states, {} for batches of training and "
             "validation.\n",
             grouped(options.config.batch_size), human_bytes(memory.total()), human_bytes(memory.activations),
             human_bytes(memory.workspace), human_bytes(memory.parameters), human_bytes(memory.batches));
  return 0;
}

}  // namespace

void register_summary(Commands& registry) {
  const auto options = std::make_shared<SummaryOptions>();
  const Command& command =
      registry.add("summary", "Print a network's layers, parameters, cost and training memory.",
                   summary_examples, [options] { return summarise(*options); });
  add_group(command, shared_fields(), "Network", options->config);
  add_parsed(
      command, "--input", options->input, "channels, height and width of an image",
      [](const std::string& option, const std::string& text) { return parse_image_shape(option, text); })
      .type_name("CxHxW")
      .default_str("1x28x28");
  add_field(command, shared_fields(), "batch-size", options->config);
  add_integer(command, "--classes", options->classes, {1, 1'000'000}, "number of classes");
  command.flag("--json", options->json, "print one JSON object on stdout");
}

}  // namespace lehr::cli
