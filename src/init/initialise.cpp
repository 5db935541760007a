#include "lehr/init/initialise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>

#include "init/orthogonal.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

constexpr std::array<std::pair<const char*, Initialisation>, 6> names{{
    {"kaiming-normal", Initialisation::kaiming_normal},
    {"kaiming-uniform", Initialisation::kaiming_uniform},
    {"lsuv", Initialisation::lsuv},
    {"orthogonal", Initialisation::orthogonal},
    {"xavier-normal", Initialisation::xavier_normal},
    {"xavier-uniform", Initialisation::xavier_uniform},
}};

// FNV-1a, 64 bits (RFC 9923). The hash of a parameter's name selects its random stream.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char character : text) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3;
  }
  return hash;
}

// The fans of a weight (O, I, ...), counted as in torch.nn.init: the number of inputs that affect one output
// element, and the number of outputs that one input element affects.
struct Fans {
  double in = 1;
  double out = 1;
};

Fans fans_of(const Shape& weight) {
  double window = 1;
  for (int axis = 2; axis < weight.rank(); ++axis) window *= static_cast<double>(weight[axis]);
  return {static_cast<double>(weight[1]) * window, static_cast<double>(weight[0]) * window};
}

float std_of(const Shape& weight, Initialisation how) {
  const Fans fans = fans_of(weight);
  const bool kaiming = how == Initialisation::kaiming_normal || how == Initialisation::kaiming_uniform;
  return static_cast<float>(std::sqrt(2 / (kaiming ? fans.in : fans.in + fans.out)));
}

void draw_orthogonal(std::span<float> values, const Shape& weight, Rng& random) {
  for (float& value : values) value = random.normal();
  orthogonalise(values, weight[0], weight.numel() / weight[0], std::numbers::sqrt2);
}

void draw(std::span<float> values, const Shape& weight, Initialisation how, Rng& random) {
  if (weight.rank() < 2) throw Error("a weight needs at least 2 axes, found the shape " + weight.str());
  if (how == Initialisation::orthogonal || how == Initialisation::lsuv) {
    return draw_orthogonal(values, weight, random);
  }
  const float std = std_of(weight, how);
  const bool normal = how == Initialisation::kaiming_normal || how == Initialisation::xavier_normal;
  const float bound = std::sqrt(3.0F) * std;
  for (float& value : values) value = normal ? std * random.normal() : random.uniform(-bound, bound);
}

const ParameterSpec& spec_of(const Graph& graph, const ParameterEntry& entry) {
  const Node& node = graph.node(entry.node);
  for (const ParameterSpec& spec : node.parameters) {
    if (node.name + "." + spec.name == entry.name) return spec;
  }
  throw BadInput("the parameters are not the graph's: it has no " + in_quotes(entry.name));
}

float constant_of(const ParameterSpec& spec) {
  if (spec.start) return static_cast<float>(*spec.start);
  return spec.role == ParameterRole::norm_scale || spec.role == ParameterRole::running_var ? 1.0F : 0.0F;
}

}  // namespace

std::vector<std::string> initialisation_names() {
  std::vector<std::string> found;
  for (const auto& [name, how] : names) found.emplace_back(name);
  return found;
}

Initialisation initialisation_by_name(std::string_view name) {
  for (const auto& [known, how] : names) {
    if (name == known) return how;
  }
  throw unknown_name("initialisation", name, initialisation_names());
}

void initialise(Parameters& parameters, const Graph& graph, Initialisation how, std::uint64_t seed) {
  const auto is_how = [how](const auto& known) { return known.second == how; };
  if (std::ranges::none_of(names, is_how)) {
    throw BadInput("there is no initialisation number " + std::to_string(static_cast<int>(how)));
  }
  for (const ParameterEntry& entry : parameters.entries()) {
    const ParameterSpec& spec = spec_of(graph, entry);
    Tensor value(entry.shape, DType::f32);  // row-major, so that the numbers do not depend on the memory
                                            // layout
    const std::span<float> elements = value.elements<float>();
    if (entry.role == ParameterRole::weight && !spec.start) {
      const std::uint64_t stream = hash_of(entry.name);
      Rng random(seed, Purpose::initialisation, stream, stream >> 32);
      draw(elements, entry.shape, how, random);
    } else {
      std::ranges::fill(elements, constant_of(spec));
    }
    parameters.set(entry.name, value);
  }
}

void scale_weights(Parameters& parameters, double factor) {
  if (factor < 0 || !std::isfinite(factor)) {
    throw BadInput("the factor of initial weights must be finite and not negative, found " +
                   number_text(factor));
  }
  for (const ParameterEntry& entry : parameters.entries()) {
    if (entry.role != ParameterRole::weight) continue;
    Tensor value = parameters.get(entry.name);
    for (float& element : value.elements<float>()) element *= static_cast<float>(factor);
    parameters.set(entry.name, value);
  }
}

}  // namespace lehr
