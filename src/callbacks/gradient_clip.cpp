#include "lehr/callbacks/gradient_clip.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

// Clips each output's row of a tensor in PyTorch's order. A tensor with one axis is clipped element by
// element.
void clip_rows(const Tensor& value, std::span<float> grads, double limit, double eps) {
  const std::int64_t outputs = value.shape()[0];
  const auto size = static_cast<std::size_t>(value.shape().numel() / outputs);
  const std::span<const float> values = value.elements<float>();
  const auto norm = [&](std::span<const float> row) {
    double squares = 0;
    for (const float element : row) squares += static_cast<double>(element) * static_cast<double>(element);
    return std::sqrt(squares);
  };
  for (std::size_t at = 0; at < grads.size(); at += size) {
    const double most = limit * std::max(norm(values.subspan(at, size)), eps);
    const std::span<float> row = grads.subspan(at, size);
    const double found = norm(row);
    if (!(found > most)) continue;
    for (float& element : row) element *= static_cast<float>(most / found);
  }
}

// Uses host copies in PyTorch's order, because the rule applies per output, and outputs are strided in the
// buffer.
void clip_adaptively(Parameters& parameters, const GradientClipOptions& options) {
  for (const ParameterEntry& entry : parameters.entries()) {
    if (is_state(entry.role)) continue;
    Tensor grad = parameters.get_grad(entry.name);
    clip_rows(parameters.get(entry.name), grad.elements<float>(), options.limit, options.eps);
    parameters.set_grad(entry.name, grad);
  }
}

}  // namespace

GradientClip::GradientClip(GradientClipOptions options) : options_(options) {
  for (const double number : {options_.limit, options_.eps}) {
    if (!(number > 0) || !std::isfinite(number)) {
      throw BadInput("limit and eps of GradientClip must be finite and above 0, found " +
                     number_text(number));
    }
  }
}

void GradientClip::before_step(Learner& learner) {
  Parameters& parameters = learner.parameters();
  const TensorRef grads = parameters.grads();
  const Backend& backend = parameters.backend();
  const auto limit = static_cast<float>(options_.limit);
  switch (options_.by) {
    case ClipBy::value:
      backend.clamp(grads, -limit, limit);
      break;
    case ClipBy::norm: {
      constexpr double eps = 1e-6;  // PyTorch's
      last_norm_ = std::sqrt(backend.sum_of_squares(grads));
      const double factor = options_.limit / (last_norm_ + eps);
      if (factor < 1) backend.scale(grads, static_cast<float>(factor));
      break;
    }
    case ClipBy::adaptive:
      clip_adaptively(parameters, options_);
      break;
  }
}

}  // namespace lehr
