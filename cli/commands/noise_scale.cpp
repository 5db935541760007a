#include "lehr/train/noise_scale.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "config_options.hpp"
#include "interrupt.hpp"
#include "lehr/callbacks/progress_bar.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/run/setup.hpp"
#include "measuring.hpp"
#include "output.hpp"
#include "run_names.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* noise_scale_examples = R"(Examples:
  lehr noise-scale
  lehr noise-scale --data mnist:DIR --batch-norm --batch-size 512 --batches 200
  lehr noise-scale --data mnist:DIR --weights RUN                at the weights of a run

Measures how noisy the gradients of single images are, without training: at the network's initial weights, or at
those of --weights. The scale usually grows during training: lehr train --measure noise_scale records it for each
epoch.)";

struct NoiseScaleCommand {
  TrainConfig config;
  NoiseScaleOptions options;
  bool json = false;
  bool quiet = false;
};

std::string images_text(double images) {
  return std::isfinite(images) ? fmt::format("{:.3g}", images) : std::string("no upper end");
}

void print_as_text(const NoiseScale& found) {
  if (!std::isfinite(found.images)) {
    std::cout << fmt::format(
        "{} show no mean gradient within the noise, so there is no scale; measure more or larger batches\n",
        counted(found.batches, "batch"));
    return;
  }
  std::cout << fmt::format("noise scale  {} images (95 % interval {} to {}, {})\n", images_text(found.images),
                           images_text(found.low), images_text(found.high), counted(found.batches, "batch"));
  std::cout << fmt::format(
      "Batches far below {0} images use each image best; far above {0}, doubling the batch "
      "hardly saves steps.\n",
      images_text(found.images));
}

nlohmann::ordered_json finite_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

void print_as_json(const NoiseScale& found) {
  print_json({{"event", "noise_scale"},
              {"images", finite_or_null(found.images)},
              {"low", finite_or_null(found.low)},
              {"high", finite_or_null(found.high)},
              {"signal", found.signal},
              {"noise", found.noise},
              {"batches", found.batches}});
}

int noise_scale(NoiseScaleCommand command) {
  SignalWatch watch;
  shared_fields().check_rules(command.config);
  find_weights(command.config);
  const bool live = is_terminal(2) && !command.quiet;
  SetupOptions setup;
  if (live) setup = {.open_data = open_and_show(), .measuring = show_measuring()};
  const std::unique_ptr<Learner> learner = make_learner(command.config, setup);
  watch.allow_polling();
  command.options.progress = [live, &watch](std::int64_t done, std::int64_t total) {
    if (live) std::fprintf(stderr, "\r%s", fmt::format("batch {}/{}", done, total).c_str());
    return !watch.received();
  };
  const NoiseScale found = measure_noise_scale(*learner, command.options);
  if (live) std::fprintf(stderr, "\r\x1b[J");
  if (found.cancelled) {
    std::fprintf(stderr, "lehr: interrupted; nothing was saved\n");
    return interrupted_status;
  }
  if (command.json) {
    print_as_json(found);
  } else {
    print_as_text(found);
  }
  return 0;
}

}  // namespace

void register_noise_scale(Commands& registry) {
  const auto options = std::make_shared<NoiseScaleCommand>();
  Command command = registry.add("noise-scale", "Measure how noisy gradients are, and which batch sizes pay.",
                                 noise_scale_examples, [options] { return noise_scale(*options); });
  add_learner_fields(command, shared_fields(), options->config);
  add_integer(command, "--batches", options->options.batches, {2, 1'000'000}, "batches to measure")
      .group("Measurement");
  add_field(command, shared_fields(), "threads", options->config).group("Execution");
  command.flag("--json", options->json, "print JSON on stdout, one object on each line").group("Output");
  command.flag("--quiet", options->quiet, "print no progress on stderr").group("Output");
}

}  // namespace lehr::cli
