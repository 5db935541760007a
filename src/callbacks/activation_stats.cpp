#include "lehr/callbacks/activation_stats.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include "callbacks/layer_watch.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"

namespace lehr {
namespace {

using store::StepRow;
using store::Watched;

constexpr std::size_t fewest_points = 16;

/// Bytes of plain values as floats, which a checkpoint holds bit by bit.
template <class Plain>
std::vector<float> packed(std::span<const Plain> values) {
  static_assert(std::is_trivially_copyable_v<Plain> && sizeof(Plain) % sizeof(float) == 0);
  std::vector<float> bytes(values.size_bytes() / sizeof(float));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), values.size_bytes());
  return bytes;
}

template <class Plain>
std::vector<Plain> unpacked(const std::vector<float>& bytes) {
  if (bytes.size() * sizeof(float) % sizeof(Plain) != 0) throw BadInput("the saved statistics are cut");
  std::vector<Plain> values(bytes.size() * sizeof(float) / sizeof(Plain));
  if (!bytes.empty())
    std::memcpy(static_cast<void*>(values.data()), bytes.data(), bytes.size() * sizeof(float));
  return values;
}

/// The values met so far.
struct Range {
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();

  /// Whether the value lies outside, which it then no longer does.
  bool widen(double value) {
    const bool outside = value < least || value > most;
    least = std::min(least, value);
    most = std::max(most, value);
    return outside;
  }
};

/// Of one layer's activations.
struct Extremes {
  Range std;
  Range near_zero;
};

/// A point as numbers, in the order of its fields.
using PlainPoint = std::array<double, 7>;

std::vector<PlainPoint> plain(std::span<const StepRow> points) {
  std::vector<PlainPoint> all;
  for (const StepRow& p : points) {
    all.push_back({static_cast<double>(p.step), static_cast<double>(p.epoch), static_cast<double>(p.batch),
                   p.training ? 1.0 : 0.0, p.loss, p.lr, p.momentum});
  }
  return all;
}

StepRow point_of(const PlainPoint& p) {
  return {static_cast<std::int64_t>(p[0]),
          static_cast<int>(p[1]),
          static_cast<std::int64_t>(p[2]),
          p[3] != 0,
          p[4],
          p[5],
          p[6]};
}

std::string series_name(std::size_t layer, Watched what) {
  return std::to_string(layer) + "." + std::to_string(static_cast<int>(what));
}

}  // namespace

struct ActivationStats::State {
  ActivationStatsOptions options;
  std::unique_ptr<LayerWatch> watch;
  std::vector<LayerStats> layers;
  std::vector<StepRow> points;
  std::vector<Extremes> extremes;  // by layer
  store::PackedStats packed;       // of the last recorded batch; its memory is used again
  Sink sink;

  std::int64_t every = 1;    // batches between the last two records
  std::int64_t last = 0;     // the last recorded batch, counted as by `batches`
  std::int64_t stride = 1;   // records from one kept point to the next
  std::int64_t batches = 0;  // of the kind that is recorded, since the start
  std::int64_t records = 0;  // recorded ones
  bool fitting = false;      // else what runs is a validation on its own
  bool recording = false;    // the batch under way
  bool timing = false;       // and the time of its steps
  double cost = 0;           // seconds spent here
  double part_seconds = 0;   // of finished parts that are recorded
  bool in_part = false;
  Stopwatch part_watch;

  void begin_part() {
    part_watch.restart();
    in_part = true;
  }
  void end_part() {
    part_seconds = elapsed();
    in_part = false;
  }
  double elapsed() const { return part_seconds + (in_part ? part_watch.seconds() : 0); }
  double share() const {
    const double rest = elapsed() - cost;
    return rest > 0 ? cost / rest : 0;
  }

  bool enters(std::span<const TensorStats> probed);
  void pack(bool training, std::span<const TensorStats> probed);
  void append(const StepRow& point);
  void thin();
  std::set<std::size_t> extreme_places() const;
  bool sets_extreme(std::span<const TensorStats> probed);
  /// Whether what was spent so far leaves room for one more record.
  bool within_budget() const { return options.budget == 0 || cost <= options.budget * (elapsed() - cost); }
};

ActivationStats::ActivationStats(ActivationStatsOptions options) : state_(std::make_unique<State>()) {
  if (options.every < 1) {
    throw BadInput("ActivationStats records every 1 or more batches, found " + std::to_string(options.every));
  }
  if (!(options.budget >= 0) || !std::isfinite(options.budget)) {
    throw BadInput("the budget of ActivationStats must be 0 (none) or more, found " +
                   std::to_string(options.budget));
  }
  if (options.most_points < fewest_points) {
    throw BadInput("ActivationStats keeps at least " + std::to_string(fewest_points) + " points, found " +
                   std::to_string(options.most_points));
  }
  state_->every = options.every;
  state_->options = std::move(options);
}

ActivationStats::~ActivationStats() = default;
ActivationStats::ActivationStats(ActivationStats&&) noexcept = default;
ActivationStats& ActivationStats::operator=(ActivationStats&&) noexcept = default;

void ActivationStats::before_fit(Learner& learner) {
  State& s = *state_;
  Sink sink = std::move(s.sink);
  const ActivationStatsOptions options = s.options;
  s = State{};
  s.options = options;
  s.every = options.every;
  s.sink = std::move(sink);
  s.watch = std::make_unique<LayerWatch>(options, learner);
  s.layers = s.watch->empty_series();
  s.extremes.resize(s.layers.size());
  learner.watch(s.watch->probes());
  s.fitting = true;
}

void ActivationStats::before_train(Learner&) { state_->begin_part(); }
void ActivationStats::after_train(Learner&) { state_->end_part(); }

void ActivationStats::before_validate(Learner&) {
  if (state_->fitting && state_->options.validation) state_->begin_part();
}
void ActivationStats::after_validate(Learner&) {
  if (state_->in_part) state_->end_part();
}

void ActivationStats::before_batch(Learner& learner) {
  State& s = *state_;
  constexpr std::int64_t times_every = 8;  // reading the clock around each step is not free
  const bool wanted = s.fitting && (learner.progress().training || s.options.validation);
  const bool in_turn = wanted && s.batches++ % s.options.every == 0;
  s.recording = in_turn && s.within_budget();
  s.timing = s.recording && learner.progress().training && s.records % times_every == 0;
  learner.measure(s.recording, s.timing);
  if (!s.recording) return;
  if (s.records > 0) s.every = s.batches - 1 - s.last;
  s.last = s.batches - 1;
}

void ActivationStats::before_step(Learner& learner) {
  State& s = *state_;
  if (!s.recording || !s.options.gradients) return;
  const Stopwatch watch;
  s.watch->measure_weights(learner.parameters());
  s.cost += watch.seconds();
}

void ActivationStats::after_step(Learner& learner) {
  State& s = *state_;
  if (!s.recording || !s.options.gradients) return;
  const Stopwatch watch;
  s.watch->measure_updates(learner.parameters());
  s.cost += watch.seconds();
}

void ActivationStats::after_batch(Learner& learner) {
  State& s = *state_;
  if (!s.recording) return;
  s.recording = false;
  const Stopwatch watch;
  const Plan& plan = learner.plan();
  const Progress& p = learner.progress();
  const StepRow point{p.train_batches - 1, p.epoch, p.batch, p.training, p.loss, p.lr, p.momentum};
  if (s.timing) s.watch->add_times(plan, s.layers);
  if (s.enters(plan.probed())) {
    s.pack(point.training, plan.probed());
    s.append(point);
    if (s.sink) s.sink(point, s.packed);
  }
  if (s.options.gradients) s.watch->forget_weights();
  s.cost += plan.last_probe_seconds() + watch.seconds();
}

void ActivationStats::clean_up(Learner& learner) {
  state_->fitting = false;
  learner.measure(false);
  learner.watch({});
}

/// Whether a layer's activations are further out than in any batch before: such a batch is kept whatever its
/// turn.
bool ActivationStats::State::sets_extreme(std::span<const TensorStats> probed) {
  bool further = false;
  for (std::size_t i = 0; i < watch->size(); ++i) {
    const TensorStats& stats = watch->activation(probed, i);
    further = extremes[i].std.widen(stats.std) || further;
    further = extremes[i].near_zero.widen(stats.near_zero_share()) || further;
  }
  return further;
}

/// False where the batch is passed over, since the series is thinned by now.
bool ActivationStats::State::enters(std::span<const TensorStats> probed) {
  const bool in_turn = records++ % stride == 0;
  return sets_extreme(probed) || in_turn;
}

void ActivationStats::State::pack(bool training, std::span<const TensorStats> probed) {
  static const TensorStats none{};
  packed.clear();
  for (std::size_t i = 0; i < watch->size(); ++i) {
    const auto add = [&](Watched what, const TensorStats& stats) {
      packed.add(static_cast<int>(i), what, stats);
    };
    add(Watched::activation, watch->activation(probed, i));
    if (!options.gradients) continue;
    add(Watched::activation_gradient, training ? watch->activation_gradient(probed, i) : none);
    add(Watched::weight, watch->weights(i).weight);
    add(Watched::weight_gradient, watch->weights(i).gradient);
    add(Watched::update, watch->weights(i).update);
  }
}

void ActivationStats::State::append(const StepRow& point) {
  points.push_back(point);
  for (const store::PackedTensor& tensor : packed.tensors()) {
    for_each_series(layers[static_cast<std::size_t>(tensor.layer)], [&](Watched what, StatSeries& series) {
      if (what == tensor.what) series.push(tensor, packed.histograms());
    });
  }
  if (points.size() > options.most_points) thin();
}

/// Where each layer's activations have their least and largest std and near-zero share.
std::set<std::size_t> ActivationStats::State::extreme_places() const {
  std::set<std::size_t> places;
  for (const LayerStats& layer : layers) {
    const auto all = layer.activation.all();
    const auto add = [&](auto value) {
      const auto [least, most] = std::ranges::minmax_element(all, {}, value);
      places.insert(static_cast<std::size_t>(least - all.begin()));
      places.insert(static_cast<std::size_t>(most - all.begin()));
    };
    add(&TensorStats::std);
    add(&TensorStats::near_zero);
    if (places.size() > options.most_points / 4) break;  // many layers: those of the first ones
  }
  return places;
}

/// Takes every other point away, but for the extremes.
void ActivationStats::State::thin() {
  stride *= 2;
  const std::set<std::size_t> kept = extreme_places();
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i % 2 == 0 || kept.contains(i)) places.push_back(i);
  }
  for (std::size_t i = 0; i < places.size(); ++i) points[i] = points[places[i]];
  points.resize(places.size());
  for (LayerStats& layer : layers) {
    for_each_series(layer, [&](Watched, StatSeries& series) { series.keep(places); });
  }
}

std::span<const LayerStats> ActivationStats::layers() const { return state_->layers; }
std::span<const store::StepRow> ActivationStats::points() const { return state_->points; }
double ActivationStats::overhead() const { return state_->share(); }
std::int64_t ActivationStats::every() const {
  return std::max(state_->every, state_->batches - 1 - state_->last);
}
void ActivationStats::add_cost(double seconds) { state_->cost += seconds; }
void ActivationStats::set_sink(Sink sink) { state_->sink = std::move(sink); }

const LayerStats& ActivationStats::layer(std::string_view name) const {
  std::vector<std::string> names;
  for (const LayerStats& layer : state_->layers) {
    if (layer.info.name == name) return layer;
    names.push_back(layer.info.name);
  }
  throw unknown_name("layer", name, names);
}

void ActivationStats::save_state(CallbackState& state) const {
  const State& s = *state_;
  state.integers = {{"every", s.every},
                    {"last", s.last},
                    {"stride", s.stride},
                    {"batches", s.batches},
                    {"records", s.records}};
  state.numbers = {{"cost", s.cost}, {"part_seconds", s.elapsed()}};
  state.arrays["points"] = packed<PlainPoint>(plain(s.points));
  for (std::size_t i = 0; i < s.layers.size(); ++i) {
    for_each_series(s.layers[i], [&](Watched what, const StatSeries& series) {
      if (!series.empty()) state.arrays[series_name(i, what)] = packed<TensorStats>(series.all());
    });
  }
}

void ActivationStats::load_state(const CallbackState& state) {
  State& s = *state_;
  s.every = state.integer("every");
  s.last = state.integer("last");
  s.stride = state.integer("stride");
  s.batches = state.integer("batches");
  s.records = state.integer("records");
  s.cost = state.number("cost");
  s.part_seconds = state.number("part_seconds");
  s.points.clear();
  for (const PlainPoint& point : unpacked<PlainPoint>(state.array("points")))
    s.points.push_back(point_of(point));
  for (std::size_t i = 0; i < s.layers.size(); ++i) {
    for_each_series(s.layers[i], [&](Watched what, StatSeries& series) {
      const auto found = state.arrays.find(series_name(i, what));
      if (found != state.arrays.end()) series.assign(unpacked<TensorStats>(found->second));
      if (!series.empty() && series.size() != s.points.size()) {
        throw BadInput("the saved statistics of layer " + s.layers[i].info.name + " have " +
                       std::to_string(series.size()) + " entries, expected " +
                       std::to_string(s.points.size()));
      }
    });
    for (const TensorStats& stats : s.layers[i].activation.all()) {
      s.extremes[i].std.widen(stats.std);
      s.extremes[i].near_zero.widen(stats.near_zero_share());
    }
  }
}

}  // namespace lehr
