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

void check_has_grad(const ParameterEntry& entry) {
  if (is_state(entry.role)) throw Error("\"" + entry.name + "\" is a running statistic and has no gradient");
}

}  // namespace

Parameters::Parameters(const Graph& graph, const Backend& backend) : backend_(&backend) {
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    const Node& node = graph.nodes()[id];
    for (const ParameterSpec& spec : node.parameters) {
      std::int64_t& end = is_state(spec.role) ? state_ : trained_;
      entries_.push_back({node.name + "." + spec.name, spec.role, spec.shape,
                          backend.parameter_layout(spec.shape), end, static_cast<NodeId>(id)});
      end = round_up(end + spec.shape.numel());
    }
  }
  values_ = Buffer(backend, trained_);
  grads_ = Buffer(backend, trained_);
  states_ = Buffer(backend, state_);
}

Parameters::Parameters(const Parameters& other, Copied)
    : backend_(other.backend_),
      entries_(other.entries_),
      trained_(other.trained_),
      state_(other.state_),
      values_(*backend_, trained_),
      grads_(*backend_, trained_),
      states_(*backend_, state_) {}

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
  backend_->copy(values(), snapshot.values());
  backend_->copy(grads(), snapshot.grads());
  backend_->copy(states(), snapshot.states());
}

const ParameterEntry& Parameters::entry(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &ParameterEntry::name);
  if (found != entries_.end()) return *found;
  std::vector<std::string> names;
  for (const ParameterEntry& entry : entries_) names.push_back(entry.name);
  throw unknown_name("parameter", name, names);
}

namespace {

TensorRef entry_ref(const TensorRef& flat, const ParameterEntry& entry) {
  return {flat.memory(),
          flat.offset() + static_cast<std::size_t>(entry.offset) * sizeof(float),
          {DType::f32, entry.shape},
          entry.strides};
}

void set_entry(const ParameterEntry& entry, const TensorRef& to, const Tensor& given) {
  if (given.shape() != entry.shape || given.dtype() != DType::f32) {
    throw BadInput("\"" + entry.name + "\" should be f32 of shape " + entry.shape.str() + ", found " +
                   std::string(name_of(given.dtype())) + " of shape " + given.shape().str());
  }
  to.backend().upload_tensor(to, given);
}

}  // namespace

TensorRef Parameters::value(const ParameterEntry& entry) {
  return entry_ref(is_state(entry.role) ? states() : values(), entry);
}

ConstTensorRef Parameters::value(const ParameterEntry& entry) const {
  return entry_ref(is_state(entry.role) ? states_.ref() : values_.ref(), entry);
}

TensorRef Parameters::grad(const ParameterEntry& entry) {
  return is_state(entry.role) ? TensorRef() : entry_ref(grads(), entry);
}

ConstTensorRef Parameters::grad(const ParameterEntry& entry) const {
  return is_state(entry.role) ? TensorRef() : entry_ref(grads_.ref(), entry);
}

Tensor Parameters::get(std::string_view name) const { return backend_->download_tensor(value(entry(name))); }

Tensor Parameters::get_grad(std::string_view name) const {
  const ParameterEntry& found = entry(name);
  check_has_grad(found);
  return backend_->download_tensor(grad(found));
}

void Parameters::set(std::string_view name, const Tensor& value_given) {
  const ParameterEntry& found = entry(name);
  set_entry(found, value(found), value_given);
}

void Parameters::set_grad(std::string_view name, const Tensor& grad_given) {
  const ParameterEntry& found = entry(name);
  check_has_grad(found);
  set_entry(found, grad(found), grad_given);
}

}  // namespace lehr
