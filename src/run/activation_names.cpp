#include "run/activation_names.hpp"

#include <algorithm>
#include <array>

#include "lehr/core/error.hpp"

namespace lehr::run {
namespace {

using Kind = ops::Activation::Kind;

constexpr std::array all_activations{Kind::relu, Kind::leaky_relu, Kind::general_relu, Kind::sigmoid,
                                     Kind::tanh, Kind::silu,       Kind::gelu};

std::string with_dashes(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

}  // namespace

std::string name_of_activation(Kind kind) { return with_dashes(std::string(ops::name_of(kind))); }

std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const Kind kind : all_activations) names.push_back(name_of_activation(kind));
  return names;
}

Kind activation_named(const std::string& name) {
  const std::vector<std::string> names = activation_names();
  const auto found = std::ranges::find(names, with_dashes(name));
  if (found == names.end()) throw unknown_name("activation", name, names);
  return all_activations.at(static_cast<std::size_t>(found - names.begin()));
}

}  // namespace lehr::run
