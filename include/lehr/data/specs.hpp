#pragma once

#include <string>

#include "lehr/core/attributes.hpp"

namespace lehr {

/// A transform as data: its name and settings. docs/adding-a-transform.md lists the transforms of
/// lehr.
struct TransformSpec {
  std::string name;
  Attributes settings{};
  friend bool operator==(const TransformSpec&, const TransformSpec&) = default;
};

/// A sampler as data. "sequential": 0, 1, 2...; "random": each sample once, in an order that
/// depends on seed and epoch; "balanced": each class alike often, also by seed and epoch.
struct SamplerSpec {
  std::string name = "sequential";
  Attributes settings{};
  friend bool operator==(const SamplerSpec&, const SamplerSpec&) = default;
};

}  // namespace lehr
