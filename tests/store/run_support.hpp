#pragma once

#include <string>
#include <vector>

#include "lehr/store/run_store.hpp"
#include "lehr/store/run_writer.hpp"
#include "store/support.hpp"

namespace lehr::store_test {

inline store::RunInfo run_info(const std::string& id, double started = 1000) {
  store::RunInfo info;
  info.id = id;
  info.started = started;
  info.data = "digits:100";
  info.model = "simple-cnn";
  info.parameters = 5274;
  info.batch_size = 64;
  info.epochs = 3;
  info.config = "lr = 0.1\n";
  info.environment = {{"threads", "2"}, {"version", "0.1.0"}};
  info.classes = {"0", "1", "2"};
  return info;
}

/// Statistics that depend only on the arguments.
inline TensorStats some_stats(std::int64_t step, int layer, bool histograms = true) {
  TensorStats s;
  s.count = 1000 + step;
  s.mean = 0.1 * static_cast<double>(layer) + 0.001 * static_cast<double>(step);
  s.std = 1;
  s.min = -2;
  s.max = 3;
  s.norm = 30;
  s.near_zero = 500;
  s.near_zero_abs = 20;
  s.zero = 1;
  if (!histograms) return s;
  s.magnitudes.counts[0] = 700;
  s.magnitudes.counts[39] = static_cast<std::uint64_t>(step);
  s.magnitudes.beyond = 3;
  s.values.counts[64] = 300;
  s.values.counts[127] = 1ULL << 40;
  s.values.exponent = -4;
  return s;
}

inline store::StepRow step_row(std::int64_t step, int epoch = 0) {
  return {.step = step,
          .epoch = epoch,
          .batch = step % 10,
          .loss = 2.0 / static_cast<double>(step + 1),
          .lr = 0.1};
}

inline std::vector<store::StatsRow> stats_rows(std::int64_t step, int layers = 2) {
  std::vector<store::StatsRow> rows;
  for (int layer = 0; layer < layers; ++layer) {
    rows.push_back({step, step % 10, true, layer, store::Watched::activation, some_stats(step, layer)});
  }
  return rows;
}

inline std::vector<store::LayerInfo> layer_infos() {
  return {
      {.index = 0,
       .name = "0",
       .type = "conv2d + relu",
       .shape = {8, 14, 14},
       .parameters = 208,
       .flops = 1000,
       .forward_seconds = 1e-4,
       .backward_seconds = 0},
      {.index = 1, .name = "2", .type = "conv2d", .shape = {16, 7, 7}, .inputs = {0}, .parameters = 1168}};
}

/// Writes a finished run with `steps` batches.
inline void write_run(const std::filesystem::path& file, const std::string& id, std::int64_t steps,
                      double started = 1000) {
  store::RunWriter writer(file, run_info(id, started));
  writer.layers(layer_infos());
  for (std::int64_t step = 0; step < steps; ++step) writer.step(step_row(step), stats_rows(step));
  writer.epoch({.epoch = 0,
                .train_loss = 1,
                .valid_loss = 0.5,
                .valid_accuracy = 0.9,
                .metrics = {{"f1_macro", 0.8}}});
  writer.finish({.stats_share = 0.01});
}

}  // namespace lehr::store_test
