#include "lehr/callbacks/activation_stats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "callbacks/first_states.hpp"
#include "callbacks/layer_watch.hpp"
#include "callbacks/stats_budget.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/stats_subscription.hpp"

namespace lehr {
namespace {

using store::StepRow;
using store::Watched;

constexpr std::size_t fewest_points = 16;
constexpr double usual_budget = 0.05;

/// The range of the values so far.
struct Range {
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();

  /// Extends the range to the value. Returns whether the value was outside.
  bool widen(double value) {
    const bool outside = value < least || value > most;
    least = std::min(least, value);
    most = std::max(most, value);
    return outside;
  }
};

/// The extremes of one layer's activations.
struct Extremes {
  Range std;
  Range near_zero;
};

StateTable table_of(std::span<const StepRow> points) {
  const auto column = [points](auto values, const auto& member) {
    for (const StepRow& point : points) values.push_back(point.*member);
    return values;
  };
  StateTable table;
  table.add("step", column(StateTable::Integers(), &StepRow::step));
  table.add("epoch", column(StateTable::Integers(), &StepRow::epoch));
  table.add("batch", column(StateTable::Integers(), &StepRow::batch));
  table.add("training", column(StateTable::Integers(), &StepRow::training));
  table.add("loss", column(StateTable::Reals(), &StepRow::loss));
  table.add("lr", column(StateTable::Reals(), &StepRow::lr));
  table.add("momentum", column(StateTable::Reals(), &StepRow::momentum));
  return table;
}

std::vector<StepRow> points_of(const StateTable& table) {
  std::vector<StepRow> points;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    points.push_back({.step = table.integers("step")[i],
                      .epoch = static_cast<int>(table.integers("epoch")[i]),
                      .batch = table.integers("batch")[i],
                      .training = table.integers("training")[i] != 0,
                      .loss = table.reals("loss")[i],
                      .lr = table.reals("lr")[i],
                      .momentum = table.reals("momentum")[i]});
  }
  return points;
}

std::string series_name(std::size_t layer, Watched what) {
  return std::to_string(layer) + "." + std::to_string(static_cast<int>(what));
}

}  // namespace

struct ActivationStats::State {
  static constexpr const char* class_name = "an ActivationStats";

  explicit State(ActivationStatsOptions asked)
      : options(std::move(asked)), budget(std::max<std::int64_t>(options.every, 1), share_of(options)) {}

  static double share_of(const ActivationStatsOptions& options) {
    return options.budget.value_or(options.every == 0 ? usual_budget : 0);
  }

  ActivationStatsOptions options;
  StatsBudget budget;
  std::unique_ptr<LayerWatch> watch;
  std::vector<LayerStats> layers;
  std::vector<StepRow> points;
  std::vector<Extremes> extremes;  // by layer
  store::PackedStats packed;       // of the last recorded batch; its memory is reused
  StatsSubscription measured;
  std::vector<std::weak_ptr<const Sink>> sinks;

  std::int64_t stride = 1;   // every stride-th record is kept
  std::int64_t offered = 0;  // number of records, for thinning
  bool fitting = false;      // false in a validation outside a fit
  bool recording = false;    // whether the current batch is recorded
  bool timing = false;       // and whether its steps are timed

  bool keeps_batch();
  void pack();
  void append(const StepRow& point);
  void notify_sinks(const StepRow& point);
  void thin();
  std::set<std::size_t> extreme_places() const;
  bool sets_extreme();
};

ActivationStats::ActivationStats(ActivationStatsOptions options) {
  if (options.every < 0) {
    throw BadInput(
        "ActivationStats records every 1 or more batches, or with 0 as often as the budget allows, found " +
        std::to_string(options.every));
  }
  if (options.budget && (!(*options.budget >= 0) || !std::isfinite(*options.budget))) {
    throw BadInput("the budget of ActivationStats must be 0 (none) or more, found " +
                   number_text(*options.budget));
  }
  if (options.most_points < fewest_points) {
    throw BadInput("ActivationStats keeps at least " + counted(fewest_points, "point") + ", found " +
                   std::to_string(options.most_points));
  }
  state_ = std::make_unique<State>(std::move(options));
}

ActivationStats::~ActivationStats() = default;
ActivationStats::ActivationStats(ActivationStats&&) noexcept = default;
ActivationStats& ActivationStats::operator=(ActivationStats&&) noexcept = default;

void ActivationStats::before_fit(Learner& learner) {
  std::vector<std::weak_ptr<const Sink>> sinks = std::move(state_->sinks);
  state_ = std::make_unique<State>(std::move(state_->options));
  State& s = *state_;
  s.sinks = std::move(sinks);
  s.watch = std::make_unique<LayerWatch>(s.options, learner);
  s.layers = s.watch->empty_series();
  s.extremes.resize(s.layers.size());
  s.measured = learner.subscribe(s.watch->requests());
  s.measured.measure(false);
  s.fitting = true;
}

void ActivationStats::before_train(Learner&) { state_->budget.begin_part(); }
void ActivationStats::after_train(Learner&) { state_->budget.end_part(); }

void ActivationStats::before_validate(Learner&) {
  if (state_->fitting && state_->options.validation) state_->budget.begin_part();
}
void ActivationStats::after_validate(Learner&) {
  if (state_->fitting && state_->options.validation) state_->budget.end_part();
}

void ActivationStats::before_batch(Learner& learner) {
  State& s = *state_;
  constexpr std::int64_t times_every = 8;  // reading the clock around each step costs time
  const bool training = learner.progress().training;
  s.recording = s.fitting && (training || s.options.validation) && s.budget.take();
  s.timing = s.recording && training && s.offered % times_every == 0;
  if (s.fitting) s.measured.measure(s.recording, s.timing);
}

void ActivationStats::after_batch(Learner& learner) {
  State& s = *state_;
  if (!std::exchange(s.recording, false)) return;
  if (!s.measured.measuring()) return s.budget.give_back();  // cancelled before the model ran
  const Stopwatch watch;
  const Progress& p = learner.progress();
  const StepRow point{p.train_batches - 1, p.epoch, p.batch, p.training, p.loss, p.lr, p.momentum};
  if (s.timing) s.watch->add_times(learner.step().plan(), s.layers);
  if (s.keeps_batch()) {
    s.pack();
    s.append(point);
    s.notify_sinks(point);
  }
  s.budget.spend(s.measured.seconds() + watch.seconds());
}

void ActivationStats::clean_up(Learner&) {
  state_->fitting = false;
  state_->measured = {};
}

void ActivationStats::State::notify_sinks(const StepRow& point) {
  for (const std::weak_ptr<const Sink>& one : sinks) {
    if (const std::shared_ptr<const Sink> sink = one.lock()) (*sink)(point, packed);
  }
}

/// Whether a layer's activations have more extreme values than in all batches before. Such a batch
/// is always kept.
bool ActivationStats::State::sets_extreme() {
  bool further = false;
  for (std::size_t i = 0; i < watch->tensors().size(); ++i) {
    const LayerWatch::Tensor& tensor = watch->tensors()[i];
    if (tensor.what != Watched::activation) continue;
    const TensorStats& stats = measured.result(i);
    further = extremes[tensor.layer].std.widen(stats.std) || further;
    further = extremes[tensor.layer].near_zero.widen(stats.near_zero_abs_share()) || further;
  }
  return further;
}

/// Whether the batch is kept. A thinned series skips batches.
bool ActivationStats::State::keeps_batch() {
  const bool in_turn = offered++ % stride == 0;
  return sets_extreme() || in_turn;
}

/// Packs what the batch measured. There may have been no backward pass and no step.
void ActivationStats::State::pack() {
  packed.clear();
  for (std::size_t i = 0; i < watch->tensors().size(); ++i) {
    const LayerWatch::Tensor& tensor = watch->tensors()[i];
    packed.add(static_cast<int>(tensor.layer), tensor.what, measured.result(i));
  }
}

void ActivationStats::State::append(const StepRow& point) {
  points.push_back(point);
  for (const store::PackedTensor& tensor : packed.tensors()) {
    for_each_series(layers[static_cast<std::size_t>(tensor.layer)], [&](Watched what, StatSeries& series) {
      if (what == tensor.what) series.push(tensor, packed);
    });
  }
  // A tensor that was not measured gets an entry without values, so that entries and points
  // correspond.
  for (LayerStats& layer : layers) {
    for_each_series(layer, [&](Watched what, StatSeries& series) {
      const bool wanted = what == Watched::activation || options.gradients;
      if (wanted && series.size() < points.size()) series.push(no_stats());
    });
  }
  if (points.size() > options.most_points) thin();
}

/// The places at which each layer's activations have their smallest and largest std and near-zero
/// share.
std::set<std::size_t> ActivationStats::State::extreme_places() const {
  std::set<std::size_t> places;
  const auto add = [&places](const std::vector<float>& values) {
    Range range;
    std::size_t least = 0;
    std::size_t most = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto value = static_cast<double>(values[i]);
      if (value < range.least) least = i;
      if (value > range.most) most = i;
      range.widen(value);
    }
    places.insert({least, most});
  };
  for (const LayerStats& layer : layers) {
    add(layer.activation.std());
    add(layer.activation.near_zero_abs());
    if (places.size() > options.most_points / 4) break;  // many layers: only those of the first ones
  }
  return places;
}

/// Drops every other point, except the extremes.
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
double ActivationStats::overhead() const { return state_->budget.overhead(); }
double ActivationStats::budget() const { return state_->budget.share(); }
std::int64_t ActivationStats::batches() const { return state_->budget.batches(); }
std::int64_t ActivationStats::records() const { return state_->budget.records(); }
void ActivationStats::add_cost(double seconds) { state_->budget.spend(seconds); }

std::shared_ptr<const void> ActivationStats::listen(Sink sink) {
  if (!sink) throw BadInput("ActivationStats expects a sink to call, found none");
  auto owned = std::make_shared<const Sink>(std::move(sink));
  std::erase_if(state_->sinks, [](const std::weak_ptr<const Sink>& one) { return one.expired(); });
  state_->sinks.push_back(owned);
  return owned;
}

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
  state.integers = {{"stride", s.stride}, {"offered", s.offered}};
  s.budget.save_state(state);
  state.tables["points"] = table_of(s.points);
  for (std::size_t i = 0; i < s.layers.size(); ++i) {
    for_each_series(s.layers[i], [&](Watched what, const StatSeries& series) {
      if (!series.empty()) state.tables[series_name(i, what)] = series.to_table();
    });
  }
}

void ActivationStats::load_state(const CallbackState& state) {
  State& s = *state_;
  s.stride = state.integer("stride");
  s.budget.load_state(state);
  s.offered = state.integers.contains("offered") ? state.integer("offered") : s.budget.records();
  const bool first_version = state.tables.empty();
  s.points = first_version ? first_points(state.array("points")) : points_of(state.table("points"));
  for (std::size_t i = 0; i < s.layers.size(); ++i) {
    for_each_series(s.layers[i], [&](Watched what, StatSeries& series) {
      const std::string name = series_name(i, what);
      if (const auto found = state.tables.find(name); found != state.tables.end())
        series.assign(found->second);
      if (const auto found = state.arrays.find(name); found != state.arrays.end()) {
        series.assign(first_stats(found->second));
      }
      if (!series.empty() && series.size() != s.points.size()) {
        throw BadInput("the saved statistics of layer " + s.layers[i].info.name + " have " +
                       counted(series.size(), "entry") + ", expected " + std::to_string(s.points.size()));
      }
    });
    for (const TensorStats& stats : s.layers[i].activation.all()) {
      s.extremes[i].std.widen(stats.std);
      s.extremes[i].near_zero.widen(stats.near_zero_abs_share());
    }
  }
}

}  // namespace lehr
