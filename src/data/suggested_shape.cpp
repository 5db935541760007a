#include <algorithm>
#include <cstdint>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/data/data.hpp"

namespace lehr::data {
namespace {

constexpr std::int64_t most_read = 100;
constexpr std::int64_t side_step = 32;
constexpr std::int64_t largest_own_side = 128;  // of pictures that all have one size
constexpr std::int64_t largest_side = 64;       // of others: a network from scratch trains in minutes

struct Size {
  std::int64_t channels = 0, height = 0, width = 0;
};

std::vector<Size> some_sizes(const Dataset& dataset) {
  const std::int64_t count = std::min(dataset.size(), most_read);
  std::vector<Size> sizes(static_cast<std::size_t>(count));
  parallel_for(count, 4, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
    Image picture;
    for (std::int64_t i = begin; i < end; ++i) {
      read_picture(dataset, i * dataset.size() / count, picture);
      sizes[static_cast<std::size_t>(i)] = {picture.channels, picture.height, picture.width};
    }
  });
  return sizes;
}

std::int64_t usual_side(std::vector<Size> sizes) {
  const auto shorter = [](const Size& size) { return std::min(size.height, size.width); };
  const auto middle = sizes.begin() + std::ssize(sizes) / 2;
  std::nth_element(sizes.begin(), middle, sizes.end(),
                   [&](const Size& a, const Size& b) { return shorter(a) < shorter(b); });
  const std::int64_t side = shorter(*middle);
  return side < side_step ? side : std::min(side / side_step * side_step, largest_side);
}

}  // namespace

Shape suggested_shape(const Dataset& dataset) {
  if (dataset.image_shape().rank() != 0) return dataset.image_shape();
  if (dataset.size() < 1) throw BadInput("the dataset is empty: expected at least 1 sample");
  const std::vector<Size> sizes = some_sizes(dataset);
  const Size& first = sizes.front();
  const bool colour =
      std::any_of(sizes.begin(), sizes.end(), [](const Size& size) { return size.channels > 2; });
  const bool one_size = std::all_of(sizes.begin(), sizes.end(), [&](const Size& size) {
    return size.height == first.height && size.width == first.width;
  });
  const std::int64_t channels = colour ? 3 : 1;
  if (one_size && std::max(first.height, first.width) <= largest_own_side)
    return {channels, first.height, first.width};
  const std::int64_t side = usual_side(sizes);
  return {channels, side, side};
}

}  // namespace lehr::data
