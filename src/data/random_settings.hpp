#pragma once

#include <cstdint>

#include "image/sides.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/settings.hpp"
#include "lehr/image/edit.hpp"

/// What the settings of several transforms mean, and draws from them.
namespace lehr::data {

inline double draw(Rng& rng, const Span& span) {
  return span.least + (span.most - span.least) * static_cast<double>(rng.uniform());
}

inline bool happens(Rng& rng, double probability) { return static_cast<double>(rng.uniform()) < probability; }

/// From 0 to `most`.
inline std::int64_t draw_up_to(Rng& rng, std::int64_t most) {
  return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most) + 1));
}

/// A size in pixels; 0 x 0 if it is not set.
struct Size {
  std::int64_t width = 0, height = 0;
};

/// width and height, both or none.
inline Size size_of(Settings& settings) {
  const bool has_width = settings.has("width");
  const bool has_height = settings.has("height");
  if (!has_width && !has_height) return {};
  const SettingRange<std::int64_t> sides{1, image::longest_side};
  return {settings.integer("width", sides), settings.integer("height", sides)};
}

/// border ("zero" or "reflect") and fill (0 to 255).
inline image::Border border_of(Settings& settings) {
  image::Border border;
  border.reflect = settings.name_or("border", "zero", {"zero", "reflect"}) == "reflect";
  border.level = settings.real_or("fill", 0, {0, 255});
  return border;
}

}  // namespace lehr::data
