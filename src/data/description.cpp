#include "lehr/data/description.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lehr/core/hash.hpp"

namespace lehr::data {
namespace {

constexpr std::int64_t sampled_images = 1024;

}  // namespace

std::string description_of(const Dataset& dataset) {
  Hash hash;
  const std::int64_t count = dataset.size();
  for (const std::string& name : dataset.class_names()) hash.add(name);
  for (std::int64_t i = 0; i < count; ++i) hash.add_number(static_cast<std::uint64_t>(dataset.label(i)));
  // Pictures with names are files. What of them is in memory, and whether all shapes are known, depends on the
  // cache, which must not matter.
  const bool files = count > 0 && !dataset.name(0).empty();
  const std::int64_t sampled = dataset.in_memory() && !files ? count : std::min(count, sampled_images);
  const bool same_shape = !files && dataset.image_shape().rank() != 0;
  Image picture;
  for (std::int64_t i = 0; i < sampled; ++i) {
    read_picture(dataset, i * count / sampled, picture);
    if (!same_shape) {
      for (const std::int64_t number : {picture.channels, picture.height, picture.width}) {
        hash.add_number(static_cast<std::uint64_t>(number));
      }
      hash.add_number(static_cast<std::uint64_t>(picture.bits));
    }
    hash.add_numbers(std::span<const std::uint8_t>(picture.pixels));
  }
  const std::string shape = same_shape ? "of shape " + dataset.image_shape().str() : "of their own shapes";
  return fmt::format("{} images {} in {} classes, checksum {}", count, shape, dataset.class_names().size(),
                     hash.text());
}

}  // namespace lehr::data
