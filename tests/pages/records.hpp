#pragma once

#include <cmath>
#include <string>

#include "lehr/store/run_records.hpp"
#include "lehr/store/stat_series.hpp"

/// Generated runs, for tests of the code that shows runs.
namespace lehr::test {

struct RecordsSpec {
  std::string id = "20260101-120000-0000";
  std::string name{};
  int epochs = 3;
  std::int64_t batches = 20;  ///< an epoch
  int layers = 4;
  std::int64_t every = 1;  ///< batches from one with statistics to the next
  int classes = 10;
  bool gradients = true;
  bool validation = false;  ///< activations of two validation batches after each epoch
};

/// Bell-shaped histograms. The mean depends on the layer and the step.
inline TensorStats made_stats(std::int64_t step, int layer, double scale) {
  TensorStats s;
  const double middle = 2 + 1.5 * std::sin(0.01 * static_cast<double>(step) + layer);
  s.count = 0;
  for (std::size_t bin = 0; bin < MagnitudeHistogram::bins; ++bin) {
    const double distance = 0.25 * static_cast<double>(bin) - middle;
    s.magnitudes.counts[bin] = static_cast<std::uint64_t>(1000 * std::exp(-distance * distance));
    s.count += static_cast<std::int64_t>(s.magnitudes.counts[bin]);
    s.values.counts[64 + bin] = s.magnitudes.counts[bin];
  }
  s.values.exponent = -2;
  s.mean = middle * scale;
  s.std = scale * (1 + 0.1 * layer);
  s.min = 0;
  s.max = 10;
  s.norm = scale * std::sqrt(static_cast<double>(s.count));
  s.near_zero = s.near_zero_abs = static_cast<std::int64_t>(s.magnitudes.counts[0]);
  s.zero = 0;
  return s;
}

inline void add_stats(store::RunRecords& run, const RecordsSpec& spec, std::int64_t step,
                      std::int64_t batch) {
  using store::Watched;
  for (int layer = 0; layer < spec.layers; ++layer) {
    const auto add = [&](Watched what, double scale) {
      run.stats.push_back({step, batch, true, layer, what, made_stats(step, layer, scale)});
    };
    add(Watched::activation, 1);
    if (!spec.gradients) continue;
    add(Watched::activation_gradient, 0.01);
    add(Watched::weight, 0.5);
    add(Watched::weight_gradient, 0.02);
    add(Watched::update, 0.0005);
  }
}

inline void add_validation(store::RunRecords& run, const RecordsSpec& spec, std::int64_t step) {
  for (std::int64_t batch = 0; batch < 2; ++batch) {
    for (int layer = 0; layer < spec.layers; ++layer) {
      run.stats.push_back(
          {step, batch, false, layer, store::Watched::activation, made_stats(step, layer, 0.5)});
    }
  }
}

inline store::RunRecords made_records(const RecordsSpec& spec = {}) {
  store::RunRecords run{{.id = spec.id, .name = spec.name, .status = store::RunStatus::done}};
  run.info.started = 1.7e9;
  run.info.data = "digits";
  run.info.model = "simple-cnn";
  run.info.parameters = 12345;
  run.info.batch_size = 64;
  run.info.epochs = spec.epochs;
  run.info.config = "lr = 0.1\n";
  run.info.environment = {{"threads", "2"},
                          {"memory_planned", "1000000"},
                          {"memory_before", "2000000"},
                          {"memory_peak", "3100000"}};
  run.info.stats_share = 0.02;
  for (int i = 0; i < spec.classes; ++i) {
    run.info.classes.push_back("class " + std::to_string(i));
    run.class_counts.push_back(100 + i);
  }
  for (int i = 0; i < spec.layers; ++i) {
    run.layers.push_back({.index = i,
                          .name = "layer" + std::to_string(i),
                          .type = "conv2d + activation",
                          .shape = {8, 14, 14},
                          .parameters = 208,
                          .flops = 1000000,
                          .receptive_field = 5 + i,
                          .bytes = 1 << 20,
                          .forward_seconds = 1e-4,
                          .backward_seconds = 2e-4});
    if (i > 0) run.layers.back().inputs = {i - 1};
    if (i > 2) run.layers.back().inputs.push_back(i - 3);  // a shortcut
  }
  for (int epoch = 0; epoch < spec.epochs; ++epoch) {
    for (std::int64_t batch = 0; batch < spec.batches; ++batch) {
      const std::int64_t step = epoch * spec.batches + batch;
      const double loss = 2.3 / (1 + 0.05 * static_cast<double>(step));
      run.steps.push_back({step, epoch, batch, true, loss, 0.01, 0.9});
      if (step % spec.every == 0) add_stats(run, spec, step, batch);
    }
    if (spec.validation) add_validation(run, spec, (epoch + 1) * spec.batches - 1);
    const double share = 1 - 0.9 / (1 + epoch);
    run.epochs.push_back({.epoch = epoch,
                          .train_loss = 2.0 / (1 + epoch),
                          .train_accuracy = share,
                          .valid_loss = 2.1 / (1 + epoch),
                          .valid_accuracy = share,
                          .metrics = {{"f1_macro", share}},
                          .lr = 0.01,
                          .train_seconds = 1,
                          .valid_seconds = 0.1});
  }
  const auto classes = static_cast<std::size_t>(spec.classes);
  run.confusion = store::Confusion{std::vector<std::int64_t>(classes * classes)};
  for (std::size_t i = 0; i < classes; ++i) {
    run.confusion->counts[i * classes + i] = 90;
    run.confusion->counts[i * classes + (i + 1) % classes] = 10;
  }
  return run;
}

/// A picture with one grey pixel.
inline std::string small_png() {
  static constexpr unsigned char bytes[] = {
      0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00,
      0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3A, 0x7E, 0x9B, 0x55, 0x00,
      0x00, 0x00, 0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81,
      0x77, 0xCD, 0x72, 0xB6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82};
  return {reinterpret_cast<const char*>(bytes), sizeof(bytes)};
}

/// HTML, quotes, a line break, an emoji, the end of a script, invalid UTF-8; long if requested.
inline std::string hostile_name(std::size_t length = 0) {
  std::string name =
      "<img src=x "
      "onerror=\"pwned=1\">'\"&amp;</script><script>pwned=1</script>\n\xF0\x9F\x98\x80\xFF{{records}}";
  if (name.size() < length) name.append(length - name.size(), 'x');
  return name;
}

/// A run whose last layer explodes half way: first all values are above 10, then none is finite.
inline store::RunRecords exploded_records() {
  store::RunRecords run = made_records({.name = "exploded", .epochs = 1});
  run.info.status = store::RunStatus::diverged;
  run.epochs.clear();
  for (store::StatsRow& row : run.stats) {
    if (row.layer != 3 || row.step < 10) continue;
    const std::int64_t values = row.stats.count;
    row.stats.mean *= -1e20;
    row.stats.std *= 1e20;
    row.stats.norm *= 1e20;
    row.stats.magnitudes = {};
    row.stats.magnitudes.beyond = static_cast<std::uint64_t>(values);
    row.stats.near_zero = row.stats.near_zero_abs = 0;
    if (row.step < 18) continue;
    row.stats = no_stats();
    row.stats.non_finite = values;
  }
  return run;
}

/// Makes a layer dead from a step on, and the network guess.
inline void kill_layer(store::RunRecords& run, int layer, std::int64_t from) {
  for (store::StatsRow& row : run.stats) {
    if (row.layer != layer || row.what != store::Watched::activation || row.step < from) continue;
    row.stats.near_zero_abs = row.stats.count;
  }
  for (store::EpochRow& epoch : run.epochs) epoch.valid_accuracy = 0.1;
}

inline store::RunRecords hostile_records() {
  const std::string long_name = hostile_name(10000);
  store::RunRecords run = made_records({.id = hostile_name(), .name = long_name});
  kill_layer(run, 1, 30);
  run.info.note = hostile_name();
  run.info.data = hostile_name();
  run.info.model = hostile_name();
  run.info.config = hostile_name();
  run.info.environment = {{hostile_name(), hostile_name()}};
  for (std::string& name : run.info.classes) name = long_name;
  for (store::LayerInfo& layer : run.layers) layer.name = layer.type = long_name;
  for (store::EpochRow& epoch : run.epochs) epoch.metrics = {{hostile_name(), 0.5}};
  for (const char* kind : {"sample", "top_loss", "top_loss_heat", "filters", "feature_map"}) {
    run.pictures.push_back({kind, hostile_name(), 0, small_png()});
  }
  return run;
}

}  // namespace lehr::test
