#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "lehr/core/text.hpp"
#include "lehr/train/step_trace.hpp"
#include "output.hpp"
#include "run_names.hpp"

namespace lehr::cli {
namespace {

constexpr const char* replay_examples = R"(Examples:
  lehr replay runs/ID/diverged.safetensors
  lehr replay latest

A training that ends with status 3 leaves such a file in its run's folder: weights and batch of the step that went
wrong. The step is done again, layer by layer; ! marks what is not finite.)";

struct ReplayOptions {
  std::string dump;
  std::filesystem::path runs = "runs";
  bool json = false;
};

using Json = nlohmann::ordered_json;

/// "0", "all nan", "12 nan, 3 inf"
std::string non_finite_text(const TensorTrace& trace) {
  if (trace.non_finite == 0) return "0";
  const std::int64_t infinite = trace.non_finite - trace.nan;
  if (trace.non_finite == trace.shape.numel() && (trace.nan == 0 || infinite == 0)) {
    return trace.nan > 0 ? "all nan" : "all inf";
  }
  std::string text = trace.nan > 0 ? fmt::format("{} nan", trace.nan) : "";
  if (infinite > 0) text += fmt::format("{}{} inf", text.empty() ? "" : ", ", infinite);
  return text;
}

/// "-" if there is no finite element.
std::string number_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4g}", value); }

void print_part(const char* title, const std::vector<TensorTrace>& part) {
  if (part.empty()) return;
  std::cout << fmt::format("\n{:<2}{:<32} {:>18} {:>11} {:>11} {:>11} {:>16}\n", "", title, "shape", "min",
                           "mean", "max", "not finite");
  for (const TensorTrace& one : part) {
    std::cout << fmt::format("{:<2}{:<32} {:>18} {:>11} {:>11} {:>11} {:>16}\n",
                             one.non_finite > 0 ? "!" : "", printable(one.name, 32), one.shape.str(),
                             number_text(one.min), number_text(one.mean), number_text(one.max),
                             non_finite_text(one));
  }
}

void print_part(const char* part, const std::vector<TensorTrace>& traces, const char* event) {
  for (const TensorTrace& one : traces) {
    print_json({{"event", event},
                {"part", part},
                {"name", one.name},
                {"shape", one.shape.str()},
                {"min", one.min},
                {"mean", one.mean},
                {"max", one.max},
                {"non_finite", one.non_finite},
                {"nan", one.nan}});
  }
}

int replay(const ReplayOptions& options) {
  const Dump dump = replay_dump(file_of_run(options.dump, options.runs, RunPart::dump));
  if (options.json) {
    print_part("weights", dump.trace.weights, "tensor");
    print_part("outputs", dump.trace.outputs, "tensor");
    print_part("gradients", dump.trace.gradients, "tensor");
    print_json({{"event", "done"},
                {"message", dump.message},
                {"epoch", dump.epoch + 1},
                {"batch", dump.batch + 1},
                {"lr", dump.lr},
                {"samples", dump.ids},
                {"loss", dump.trace.loss},
                {"first", dump.trace.first.empty() ? Json() : Json(dump.trace.first)}});
    return 0;
  }
  std::cout << printable(dump.message, 1000) << '\n';
  print_part("weights before the step", dump.trace.weights);
  print_part("outputs in the forward pass", dump.trace.outputs);
  print_part("gradients in the backward pass", dump.trace.gradients);
  std::cout << (dump.trace.first.empty() ? "\nall is finite\n"
                                         : "\nfirst not finite: " + dump.trace.first + "\n");
  return 0;
}

}  // namespace

void register_replay(Commands& registry) {
  const auto options = std::make_shared<ReplayOptions>();
  Command command = registry.add("replay", "Repeat the step at which a training diverged.", replay_examples,
                                 [options] { return replay(*options); });
  command
      .option("DUMP", options->dump, "file that a training left, or the run: its folder, ID, title or latest")
      .required();
  add_runs_folder(command, options->runs);
  command.flag("--json", options->json, "print JSON on stdout, one object on each line");
}

}  // namespace lehr::cli
