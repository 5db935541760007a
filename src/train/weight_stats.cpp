#include "train/weight_stats.hpp"

#include <algorithm>

#include "lehr/core/clock.hpp"

namespace lehr {
namespace {

using store::Watched;

/// A unique number for each weight, gradient and update.
std::int64_t key_of(const WeightStats::Request& request) {
  constexpr std::int64_t kinds = 8;
  return kinds * request.entry.offset + static_cast<std::int64_t>(request.what);
}

}  // namespace

WeightStats::WeightStats(const Parameters& parameters, const std::vector<Request>& requests)
    : parameters_(&parameters), shared_(parameters.backend()) {
  for (const Request& request : requests) {
    const std::size_t place = shared_.add(key_of(request), request.stats);
    if (place == tensors_.size()) tensors_.push_back({place, request.what, request.entry});
  }
}

void WeightStats::begin_batch() {
  seconds_ = 0;
  shared_.forget();
}

ConstTensorRef WeightStats::values_of(const Tensor& tensor) const {
  switch (tensor.what) {
    case Watched::weight:
      return parameters_->value(tensor.entry);
    case Watched::weight_gradient:
      return parameters_->grad(tensor.entry);
    default:
      return before_.ref().part(tensor.entry.offset, tensor.entry.shape.numel());
  }
}

/// Measures the tensors for which wanted(Watched) is true.
template <class Wanted>
void WeightStats::measure(const Wanted& wanted) {
  std::vector<Measurement> measurements;
  std::vector<std::size_t> places;
  for (const Tensor& tensor : tensors_) {
    TensorProbe* probe = shared_.probe(tensor.shared);
    if (probe == nullptr || !wanted(tensor.what)) continue;
    measurements.push_back({probe, values_of(tensor), &shared_.result_of(tensor.shared)});
    places.push_back(tensor.shared);
  }
  parameters_->backend().measure(measurements);
  for (const std::size_t place : places) shared_.copy_to_readers(place);
}

bool WeightStats::wants_updates() const {
  return std::ranges::any_of(tensors_, [this](const Tensor& tensor) {
    return tensor.what == Watched::update && shared_.probe(tensor.shared) != nullptr;
  });
}

void WeightStats::before_step() {
  if (!shared_.any_wanted()) return;
  const Stopwatch watch;
  if (wants_updates()) {
    const Backend& backend = parameters_->backend();
    if (!before_) before_ = Buffer(backend, parameters_->values().count());
    backend.copy(before_.ref(), parameters_->values());
  }
  measure([](Watched what) { return what != Watched::update; });
  seconds_ += watch.seconds();
}

// Turns the copy into the update: the new weights minus the old ones.
void WeightStats::after_step() {
  if (!wants_updates()) return;
  const Stopwatch watch;
  const Backend& backend = parameters_->backend();
  backend.scale(before_.ref(), -1);
  backend.accumulate(before_.ref(), parameters_->values());
  measure([](Watched what) { return what == Watched::update; });
  seconds_ += watch.seconds();
}

}  // namespace lehr
