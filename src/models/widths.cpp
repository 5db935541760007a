#include "models/widths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::models {
namespace {

constexpr double widest = 65536;
constexpr double own_factor = 2;  // all models double their widths

}  // namespace

std::vector<std::int64_t> widths_by_rule(std::int64_t base, double factor, std::size_t count) {
  if (base < 1)
    throw BadInput(fmt::format("the width of the first stage must be at least 1, found {}", base));
  if (!(factor > 0) || !std::isfinite(factor)) {
    throw BadInput("the factor between the widths of stages must be above 0 and finite, found " +
                   number_text(factor));
  }
  std::vector<std::int64_t> widths;
  for (std::size_t stage = 0; stage < count; ++stage) {
    const double width = static_cast<double>(base) * std::pow(factor, static_cast<double>(stage));
    if (width > widest) {
      throw BadInput(fmt::format("stage {} would have more than {} channels: {} times {} to the power of {}",
                                 stage + 1, widest, base, number_text(factor), stage));
    }
    widths.push_back(std::max<std::int64_t>(1, std::llround(width)));
  }
  return widths;
}

std::vector<std::int64_t> requested_widths(const ModelRequest& request, std::vector<std::int64_t> own) {
  const bool by_rule = request.base_width != 0 || request.width_factor != 0;
  if (!request.channels.empty()) {
    if (by_rule) throw BadInput("a model takes channels or a rule for its widths, found both");
    return request.channels;
  }
  if (!by_rule) return own;
  return widths_by_rule(request.base_width != 0 ? request.base_width : own.front(),
                        request.width_factor != 0 ? request.width_factor : own_factor, own.size());
}

}  // namespace lehr::models
