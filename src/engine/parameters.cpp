#include "lehr/engine/parameters.hpp"

#include <algorithm>
#include <utility>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

constexpr std::int64_t aligned_elements = buffer_alignment / sizeof(float);

std::int64_t round_up(std::int64_t count) {
  return (count + aligned_elements - 1) / aligned_elements * aligned_elements;
}

std::shared_ptr<float> allocate_floats(const Backend& backend, std::int64_t count) {
  return std::static_pointer_cast<float>(backend.allocate(static_cast<std::size_t>(count) * sizeof(float)));
}

void check_has_grad(const ParameterEntry& entry) {
  if (is_state(entry.role)) throw Error("\"" + entry.name + "\" is a running statistic and has no gradient");
}

}  // namespace

Parameters::Parameters(const Graph& graph, const Backend& backend) : backend_(&backend) {
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    const Node& node = graph.nodes()[id];
    for (const ParameterSpec& spec : node.parameters) {
      std::int64_t& end = is_state(spec.role) ? state_ : trained_;
      entries_.push_back({node.name + "." + spec.name, spec.role, spec.shape, output_last_strides(spec.shape),
                          end, static_cast<NodeId>(id)});
      end = round_up(end + spec.shape.numel());
    }
  }
  values_ = allocate_floats(backend, trained_);
  grads_ = allocate_floats(backend, trained_);
  states_ = allocate_floats(backend, state_);
}

Parameters::Parameters(const Parameters& other, Copied)
    : backend_(other.backend_),
      entries_(other.entries_),
      trained_(other.trained_),
      state_(other.state_),
      values_(allocate_floats(*backend_, trained_)),
      grads_(allocate_floats(*backend_, trained_)),
      states_(allocate_floats(*backend_, state_)) {}

std::unique_ptr<Parameters> Parameters::snapshot() const {
  std::unique_ptr<Parameters> copy(new Parameters(*this, Copied()));
  copy->restore(*this);
  return copy;
}

void Parameters::restore(const Parameters& snapshot) {
  if (&snapshot == this) return;
  const auto same = [](const ParameterEntry& a, const ParameterEntry& b) {
    return a.name == b.name && a.shape == b.shape;
  };
  if (!std::ranges::equal(entries_, snapshot.entries_, same)) {
    throw BadInput("the snapshot is of another model: its parameters have other names or shapes");
  }
  if (backend_ != snapshot.backend_) throw BadInput("the snapshot lies on another backend");
  backend_->copy(values_.get(), snapshot.values_.get(), trained_);
  backend_->copy(grads_.get(), snapshot.grads_.get(), trained_);
  backend_->copy(states_.get(), snapshot.states_.get(), state_);
}

const ParameterEntry& Parameters::entry(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &ParameterEntry::name);
  if (found != entries_.end()) return *found;
  std::vector<std::string> names;
  for (const ParameterEntry& entry : entries_) names.push_back(entry.name);
  throw unknown_name("parameter", name, names);
}

float* Parameters::value(const ParameterEntry& entry) const {
  return (is_state(entry.role) ? states_ : values_).get() + entry.offset;
}

float* Parameters::grad(const ParameterEntry& entry) const {
  return is_state(entry.role) ? nullptr : grads_.get() + entry.offset;
}

namespace {

// The elements of an entry in row-major order, from an address on the backend's device.
Tensor copy_to_host(const Backend& backend, const ParameterEntry& entry, const float* source) {
  Tensor stored(entry.shape, DType::f32, entry.strides);
  backend.copy_out(stored.data(), source, stored.bytes());
  Tensor result(entry.shape, DType::f32);
  copy_elements(std::as_const(stored).view<float>(), result.view<float>());
  return result;
}

}  // namespace

Tensor Parameters::get(std::string_view name) const {
  const ParameterEntry& found = entry(name);
  return copy_to_host(*backend_, found, value(found));
}

Tensor Parameters::get_grad(std::string_view name) const {
  const ParameterEntry& found = entry(name);
  check_has_grad(found);
  return copy_to_host(*backend_, found, grad(found));
}

void Parameters::copy_from_host(const ParameterEntry& entry, const Tensor& given, float* to) {
  if (given.shape() != entry.shape || given.dtype() != DType::f32) {
    throw BadInput("\"" + entry.name + "\" should be f32 of shape " + entry.shape.str() + ", found " +
                   std::string(name_of(given.dtype())) + " of shape " + given.shape().str());
  }
  Tensor stored(entry.shape, DType::f32, entry.strides);
  copy_elements(given.view<float>(), stored.view<float>());
  backend_->copy_in(to, stored.data(), stored.bytes());
}

void Parameters::set(std::string_view name, const Tensor& value_given) {
  const ParameterEntry& found = entry(name);
  copy_from_host(found, value_given, value(found));
}

void Parameters::set_grad(std::string_view name, const Tensor& grad_given) {
  const ParameterEntry& found = entry(name);
  check_has_grad(found);
  copy_from_host(found, grad_given, grad(found));
}

}  // namespace lehr
