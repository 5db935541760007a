#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <limits>
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "config_options.hpp"
#include "interrupt.hpp"
#include "lehr/callbacks/progress_bar.hpp"
#include "lehr/core/error.hpp"
#include "lehr/report/line_chart.hpp"
#include "lehr/run/output_files.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/store/atomic_file.hpp"
#include "measuring.hpp"
#include "output.hpp"
#include "recipes.hpp"
#include "run_names.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* find_lr_examples = R"(Examples:
  lehr find-lr
  lehr find-lr --data mnist:DIR --batch-norm --batch-size 512 --seeds 3 --svg lr.svg

Trains a throw-away copy with rates that rise batch by batch, draws the loss over the rate and suggests rates to
train with. lehr train --lr auto takes the valley. Exit status: 0 also where there is no clear valley.)";

struct FindLrOptions {
  TrainConfig config;
  std::string recipe;
  LrFinderOptions finder;
  std::string svg;
  bool json = false;
  bool quiet = false;
};

struct Named {
  const char* name;
  std::optional<double> LrSuggestions::*value;
  const char* meaning;
};
constexpr std::array<Named, 4> named_rates{{
    {"valley", &LrSuggestions::valley, "within the longest fall of the loss"},
    {"slide", &LrSuggestions::slide, "before the loss rises"},
    {"minimum", &LrSuggestions::minimum, "a tenth of the rate with the least loss"},
    {"steep", &LrSuggestions::steep, "where the loss falls fastest"},
}};

/// Replaces a loss above 1.5 times the first one by NaN. A diverged part of the curve would flatten
/// the part that matters.
double nan_if_diverged(double loss, double first) {
  constexpr double most = 1.5;
  return loss <= most * first ? loss : std::numeric_limits<double>::quiet_NaN();
}

report::LineChart chart_of(const LrFinding& finding) {
  report::LineChart chart{.title = "Loss while the learning rate rises",
                          .x_label = "learning rate",
                          .y_label = "smoothed loss",
                          .log_x = true};
  if (finding.curves.size() == 1) {
    report::Series line{"loss", {}, {}};
    for (const LrPoint& point : finding.curves.front()) {
      line.x.push_back(point.lr);
      line.y.push_back(nan_if_diverged(point.smoothed, finding.curves.front().front().smoothed));
    }
    chart.series.push_back(std::move(line));
  } else {
    report::Series median{"median", {}, {}};
    report::Band band{"all seeds", {}, {}, {}};
    for (const LrBand::Level& level : finding.band.levels) {
      const double first = finding.band.levels.front().median;
      median.x.push_back(level.lr);
      median.y.push_back(nan_if_diverged(level.median, first));
      band.x.push_back(level.lr);
      band.low.push_back(level.low);
      band.high.push_back(nan_if_diverged(level.high, first));
    }
    chart.series.push_back(std::move(median));
    chart.bands.push_back(std::move(band));
  }
  for (const Named& one : named_rates) {
    if (const auto value = finding.*one.value) chart.markers.push_back({one.name, *value});
  }
  return chart;
}

/// The spread of a suggestion over the seeds: " (0.003 to 0.01)".
std::string range_text(const LrFinding& finding, const Named& one) {
  double low = 0;
  double high = 0;
  int count = 0;
  for (const LrSuggestions& of_seed : finding.of_seeds) {
    const std::optional<double> value = of_seed.*one.value;
    if (!value) continue;
    low = count == 0 ? *value : std::min(low, *value);
    high = count == 0 ? *value : std::max(high, *value);
    ++count;
  }
  if (finding.of_seeds.size() < 2 || count == 0) return {};
  return fmt::format(" ({:.2g} to {:.2g} over {} of {} seeds)", low, high, count, finding.of_seeds.size());
}

void print_as_text(const LrFinding& finding) {
  const int columns = is_terminal(1) ? terminal_columns(1) : 80;
  std::cout << report::terminal_text(chart_of(finding), std::min(columns, 110), 20);
  if (!finding.note.empty()) std::cout << finding.note << '\n';
  for (const Named& one : named_rates) {
    if (const auto value = finding.*one.value) {
      std::cout << fmt::format("{:<8} {:<8.2g} {}{}\n", one.name, *value, one.meaning,
                               range_text(finding, one));
    }
  }
}

void put_rates(nlohmann::ordered_json& object, const LrSuggestions& found) {
  for (const Named& one : named_rates) {
    const std::optional<double> value = found.*one.value;
    object[one.name] = value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  }
  object["note"] = found.note.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(found.note);
}

void print_events(const LrFinding& finding) {
  for (std::size_t seed = 0; seed < finding.curves.size(); ++seed) {
    for (const LrPoint& point : finding.curves[seed]) {
      print_json({{"event", "lr"},
                  {"seed", seed},
                  {"lr", point.lr},
                  {"loss", point.loss},
                  {"smoothed", point.smoothed}});
    }
  }
  nlohmann::ordered_json done{{"event", "done"}};
  put_rates(done, finding);
  for (const LrSuggestions& of_seed : finding.of_seeds) {
    put_rates(done["seeds"].emplace_back(nlohmann::ordered_json::object()), of_seed);
  }
  print_json(done);
}

void check_rates(const LrSweep& sweep) {
  try {
    check(sweep);
  } catch (const BadInput& error) {
    throw BadInput("--from and --to: " + std::string(error.what()));
  }
}

int find_lr(FindLrOptions options) {
  SignalWatch watch;
  check_rates(options.finder.sweep);
  if (!options.svg.empty()) check_replaceable({"--svg", options.svg}, FileKind::picture);
  options.config = on_recipe(options.config, options.recipe, shared_fields());
  shared_fields().check_rules(options.config);
  find_weights(options.config);
  const bool live = is_terminal(2) && !options.quiet;
  SetupOptions setup;
  if (live) setup = {.open_data = open_and_show(), .measuring = show_measuring()};
  const std::unique_ptr<Learner> learner = make_learner(options.config, setup);
  watch.allow_polling();
  options.finder.progress = [live, &watch](int done, int total) {
    if (live) draw_bar(static_cast<double>(done) / total, fmt::format("{}/{}", done, total));
    return !watch.received();
  };
  const LrFinding finding = learner->find_lr(options.finder);
  if (live) std::fprintf(stderr, "\r\x1b[J");
  if (finding.cancelled) {
    std::fprintf(stderr, "lehr: interrupted; nothing was saved\n");
    return interrupted_status;
  }
  if (!options.svg.empty()) {
    const std::string picture = report::svg(chart_of(finding));
    store::write_file_atomically(options.svg, [&](std::ostream& out) { out << picture; });
  }
  if (options.json) {
    print_events(finding);
  } else {
    print_as_text(finding);
  }
  return 0;
}

}  // namespace

void register_find_lr(Commands& registry) {
  constexpr const char* group = "Sweep";
  const auto options = std::make_shared<FindLrOptions>();
  Command command = registry.add("find-lr", "Suggest learning rates from a short sweep.", find_lr_examples,
                                 [options] { return find_lr(*options); });
  add_learner_fields(command, shared_fields(), options->config);
  command.option("--recipe", options->recipe, recipe_help()).type_name("NAME");
  LrSweep& sweep = options->finder.sweep;
  add_real(command, "--from", sweep.from, {}, "lowest rate").group(group);
  add_real(command, "--to", sweep.to, {}, "highest rate").group(group);
  add_integer(command, "--batches", sweep.batches, {1, 100'000}, "batches in a sweep").group(group);
  add_integer(command, "--seeds", options->finder.seeds, {1, 1000},
              "number of sweeps, each with another order of the data")
      .group(group);
  add_field(command, shared_fields(), "threads", options->config).group("Execution");
  add_file(command, "--svg", options->svg, "write the curve as a picture").group("Output");
  command.flag("--json", options->json, "print JSON on stdout, one object on each line").group("Output");
  command.flag("--quiet", options->quiet, "print no progress on stderr").group("Output");
}

}  // namespace lehr::cli
