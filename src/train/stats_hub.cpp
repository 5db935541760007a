#include "train/stats_hub.hpp"

#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

using store::Watched;

bool is_weight_request(const StatsRequest& request) {
  return request.what != Watched::activation && request.what != Watched::activation_gradient;
}

std::string weight_name(const Node& node) { return node.name + ".weight"; }

void check(const StatsRequest& request, const Graph& model) {
  const Node& node = model.node(request.node);  // throws if there is none
  if (node.op == nullptr) {
    throw BadInput("expected a node that computes something to watch, found the input " +
                   in_quotes(node.name));
  }
  if (is_weight_request(request) &&
      std::ranges::find(node.parameters, "weight", &ParameterSpec::name) == node.parameters.end()) {
    throw BadInput("expected a node with a weight to watch, found " + in_quotes(node.name));
  }
}

}  // namespace

std::shared_ptr<StatsReader> StatsHub::add(std::vector<StatsRequest> requests) {
  for (const StatsRequest& request : requests) check(request, model_);
  readers_.push_back(std::make_shared<StatsReader>());
  readers_.back()->requests = std::move(requests);
  joined_ = false;
  return readers_.back();
}

void StatsHub::remove(const StatsReader* reader) {
  std::erase_if(readers_, [reader](const auto& one) { return one.get() == reader; });
  joined_ = false;
}

/// Collects all requests in two lists: one for plans and one for weights.
void StatsHub::join() {
  std::vector<ProbeSpec> probes;
  std::vector<WeightStats::Request> weights;
  for (const std::shared_ptr<StatsReader>& reader : readers_) {
    reader->places.clear();
    for (const StatsRequest& request : reader->requests) {
      if (is_weight_request(request)) {
        reader->places.push_back(weights.size());
        weights.push_back(
            {request.what, parameters_.entry(weight_name(model_.node(request.node))), request.stats});
      } else {
        reader->places.push_back(probes.size());
        probes.push_back({request.node, request.what == Watched::activation_gradient, request.stats});
      }
    }
  }
  probes_wanted_.assign(probes.size(), false);
  weights_wanted_.assign(weights.size(), false);
  plans_.watch(std::move(probes));
  weights_.reset();
  if (!weights.empty()) weights_.emplace(parameters_, weights);
  joined_ = true;
}

void StatsHub::begin_batch() {
  measured_ = false;
  for (const std::shared_ptr<StatsReader>& reader : readers_) reader->measuring = false;
}

void StatsHub::before_predict() {
  if (!joined_) join();
  bool times = false;
  for (const std::shared_ptr<StatsReader>& reader : readers_) {
    reader->measuring = reader->on;
    times = times || (reader->on && reader->times);
    measured_ = measured_ || reader->on;
    for (std::size_t i = 0; i < reader->places.size(); ++i) {
      (is_weight_request(reader->requests[i]) ? weights_wanted_ : probes_wanted_)[reader->places[i]] =
          reader->on;
    }
  }
  plans_.measure(probes_wanted_, times);
  if (!weights_) return;
  weights_->choose(weights_wanted_);
  weights_->begin_batch();
}

void StatsHub::before_step() {
  if (weights_) weights_->before_step();
}

void StatsHub::after_step() {
  if (weights_) weights_->after_step();
}

const TensorStats& StatsHub::result(const StatsReader& reader, std::size_t request) const {
  static const TensorStats none;
  if (request >= reader.requests.size()) {
    throw BadInput("the subscription has " + std::to_string(reader.requests.size()) +
                   " requests, counted from 0, asked for number " + std::to_string(request));
  }
  if (!reader.measuring || plans_.current() == nullptr) return none;
  const std::size_t place = reader.places[request];
  return is_weight_request(reader.requests[request]) ? weights_->result(place)
                                                     : plans_.current()->measured(place);
}

double StatsHub::seconds() const {
  if (!measured_ || plans_.current() == nullptr) return 0;
  return plans_.current()->last_probe_seconds() + (weights_ ? weights_->seconds() : 0);
}

}  // namespace lehr
