#pragma once

#include <cmath>
#include <optional>

#include "data/random_settings.hpp"

namespace lehr::data {

/// Limits of a random part: its area as a share of the picture's, and its width by its height.
struct PartLimits {
  Span scale;
  Span ratio;
};

/// Draws a part that lies inside a picture of this size. Nothing if ten draws give none.
/// Source: torchvision's RandomResizedCrop.
inline std::optional<image::Part> draw_part(const Size& picture, const PartLimits& limits, Rng& rng) {
  constexpr int attempts = 10;
  const double area = static_cast<double>(picture.width) * static_cast<double>(picture.height);
  const Span log_ratio{std::log(limits.ratio.least), std::log(limits.ratio.most)};
  for (int i = 0; i < attempts; ++i) {
    const double part_area = area * draw(rng, limits.scale);
    const double ratio = std::exp(draw(rng, log_ratio));
    image::Part part;
    part.width = std::llround(std::sqrt(part_area * ratio));
    part.height = std::llround(std::sqrt(part_area / ratio));
    if (part.width < 1 || part.height < 1 || part.width > picture.width || part.height > picture.height)
      continue;
    part.top = draw_up_to(rng, picture.height - part.height);
    part.left = draw_up_to(rng, picture.width - part.width);
    return part;
  }
  return std::nullopt;
}

}  // namespace lehr::data
