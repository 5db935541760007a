#include "engine/shared_stats.hpp"

#include <algorithm>
#include <utility>

namespace lehr {
namespace {

bool have_bounds_alike(const StatsSpec& a, const StatsSpec& b) {
  return a.saturated_below == b.saturated_below && a.saturated_above == b.saturated_above;
}

/// Whether one probe can measure what both ask for.
bool fit_together(const StatsSpec& a, const StatsSpec& b) {
  return a.near_zero == b.near_zero && (!a.channels || !b.channels || have_bounds_alike(a, b));
}

/// What both ask for.
StatsSpec joined(const StatsSpec& a, const StatsSpec& b) {
  StatsSpec both = a.channels ? a : b;  // the bounds matter to channels alone
  both.histograms = a.histograms || b.histograms;
  return both;
}

bool ask_for_the_same(const StatsSpec& a, const StatsSpec& b) {
  return a.histograms == b.histograms && a.channels == b.channels;
}

/// Leaves nothing of an earlier batch. Keeps the memory.
void clear(TensorStats& stats) {
  static_cast<TensorNumbers&>(stats) = {};
  stats.magnitudes = {};
  stats.values = {};
  stats.channels.values = 0;
  stats.channels.counts.clear();
}

/// The parts that the spec asks for.
void take_parts(const TensorStats& from, const StatsSpec& spec, TensorStats& to) {
  static_cast<TensorNumbers&>(to) = from;
  if (spec.channels) to.channels = from.channels;
  if (!spec.histograms) return;
  to.magnitudes = from.magnitudes;
  to.values = from.values;
}

}  // namespace

std::size_t SharedStats::add(std::int64_t tensor, const StatsSpec& spec) {
  auto found = std::ranges::find_if(
      places_, [&](const Place& place) { return place.tensor == tensor && fit_together(place.spec, spec); });
  if (found == places_.end()) found = places_.insert(found, {.tensor = tensor, .spec = spec});
  found->spec = joined(found->spec, spec);
  found->readers.push_back(readers_.size());
  const auto place = static_cast<std::size_t>(found - places_.begin());
  readers_.push_back({.place = place, .spec = spec});
  return place;
}

TensorProbe* SharedStats::probe_for(Place& place, const StatsSpec& spec) const {
  for (const auto& [of, probe] : place.probes) {
    if (of == spec) return probe.get();
  }
  return place.probes.emplace_back(spec, backend_->probe(spec)).second.get();
}

void SharedStats::choose(const std::vector<bool>& wanted) {
  if (wanted == wanted_) return;
  wanted_ = wanted;
  any_wanted_ = std::ranges::find(wanted_, true) != wanted_.end();
  for (std::size_t i = 0; i < readers_.size(); ++i) readers_[i].wants = i < wanted_.size() && wanted_[i];
  for (Place& place : places_) {
    std::optional<StatsSpec> all;
    for (const std::size_t reader : place.readers) {
      const StatsSpec& spec = readers_[reader].spec;
      if (readers_[reader].wants) all = all ? joined(*all, spec) : spec;
    }
    place.probe = all ? probe_for(place, *all) : nullptr;
    place.result = {};
    for (const std::size_t reader : place.readers) {
      readers_[reader].less.reset();
      if (readers_[reader].wants && !ask_for_the_same(readers_[reader].spec, *all))
        readers_[reader].less.emplace();
    }
  }
}

void SharedStats::forget() {
  if (!any_wanted_) return;
  for (Place& place : places_) {
    if (place.probe != nullptr) clear(place.result);
  }
  for (Reader& reader : readers_) {
    if (reader.less) clear(*reader.less);
  }
}

void SharedStats::share(std::size_t place) {
  for (const std::size_t reader : places_[place].readers) {
    Reader& one = readers_[reader];
    if (one.less) take_parts(places_[place].result, one.spec, *one.less);
  }
}

const TensorStats& SharedStats::result(std::size_t reader) const {
  static const TensorStats none;
  const Reader& one = readers_.at(reader);
  if (!one.wants) return none;
  return one.less ? *one.less : places_[one.place].result;
}

}  // namespace lehr
