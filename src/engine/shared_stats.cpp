#include "engine/shared_stats.hpp"

#include <algorithm>
#include <utility>

namespace lehr {
namespace {

bool have_same_bounds(const StatsSpec& a, const StatsSpec& b) {
  return a.saturated_below == b.saturated_below && a.saturated_above == b.saturated_above;
}

/// Whether one probe can compute the statistics of both specs.
bool can_share_probe(const StatsSpec& a, const StatsSpec& b) {
  return a.near_zero == b.near_zero && (!a.channels || !b.channels || have_same_bounds(a, b));
}

/// The union of both specs.
StatsSpec joined(const StatsSpec& a, const StatsSpec& b) {
  StatsSpec both = a.channels ? a : b;  // the bounds matter only with channels
  both.histograms = a.histograms || b.histograms;
  return both;
}

bool ask_for_same_parts(const StatsSpec& a, const StatsSpec& b) {
  return a.histograms == b.histograms && a.channels == b.channels;
}

/// Clears the results of an earlier batch but keeps the allocated memory.
void clear(TensorStats& stats) {
  static_cast<TensorNumbers&>(stats) = {};
  stats.magnitudes = {};
  stats.values = {};
  stats.channels.values = 0;
  stats.channels.counts.clear();
}

/// Copies the parts that the spec asks for.
void take_parts(const TensorStats& from, const StatsSpec& spec, TensorStats& to) {
  static_cast<TensorNumbers&>(to) = from;
  if (spec.channels) to.channels = from.channels;
  if (!spec.histograms) return;
  to.magnitudes = from.magnitudes;
  to.values = from.values;
}

}  // namespace

std::size_t SharedStats::add(std::int64_t tensor, const StatsSpec& spec) {
  auto found = std::ranges::find_if(places_, [&](const Place& place) {
    return place.tensor == tensor && can_share_probe(place.spec, spec);
  });
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
      readers_[reader].own_result.reset();
      if (readers_[reader].wants && !ask_for_same_parts(readers_[reader].spec, *all))
        readers_[reader].own_result.emplace();
    }
  }
}

void SharedStats::forget() {
  if (!any_wanted_) return;
  for (Place& place : places_) {
    if (place.probe != nullptr) clear(place.result);
  }
  for (Reader& reader : readers_) {
    if (reader.own_result) clear(*reader.own_result);
  }
}

void SharedStats::copy_to_readers(std::size_t place) {
  for (const std::size_t reader : places_[place].readers) {
    Reader& one = readers_[reader];
    if (one.own_result) take_parts(places_[place].result, one.spec, *one.own_result);
  }
}

const TensorStats& SharedStats::result(std::size_t reader) const {
  static const TensorStats none;
  const Reader& one = readers_.at(reader);
  if (!one.wants) return none;
  return one.own_result ? *one.own_result : places_[one.place].result;
}

}  // namespace lehr
