#include <array>

#include "data/digit_renderer.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/data/data.hpp"

namespace lehr::data {
namespace {

using Pixels = std::span<std::uint8_t, digit_pixels>;

const std::vector<std::string>& digit_names() {
  static const std::vector<std::string> names{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  return names;
}

const Shape digit_shape{1, digit_side, digit_side};

/// Draws each picture when it is read, for sets that are too large for memory.
class DrawnDigits final : public Dataset {
 public:
  DrawnDigits(std::uint64_t seed, DigitStream stream, std::int64_t size)
      : seed_(seed), stream_(stream), size_(size) {}
  std::int64_t size() const override { return size_; }
  Shape image_shape() const override { return digit_shape; }
  std::span<const std::string> class_names() const override { return digit_names(); }
  std::int64_t label(std::int64_t index) const override { return index % 10; }
  void read(std::int64_t index, Image& picture) const override {
    draw_digit(seed_, stream_, index, Pixels(picture.reset(digit_shape)));
  }

 private:
  std::uint64_t seed_;
  DigitStream stream_;
  std::int64_t size_;
};

std::shared_ptr<const Dataset> make_set(std::uint64_t seed, DigitStream stream, std::int64_t size) {
  constexpr std::int64_t most_held = 300'000;  // 235 MB
  if (size > most_held) return std::make_shared<DrawnDigits>(seed, stream, size);
  std::vector<std::uint8_t> images(static_cast<std::size_t>(size) * digit_pixels);
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(size));
  parallel_for(size, 16, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
    for (std::int64_t i = begin; i < end; ++i) {
      draw_digit(seed, stream, i, Pixels(images.data() + i * digit_pixels, digit_pixels));
      labels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i % 10);
    }
  });
  return std::make_shared<MemoryDataset>(digit_shape, std::move(images), std::move(labels), digit_names());
}

void check_count(const char* set, std::int64_t count, std::int64_t smallest) {
  if (count < smallest || count > largest_digits) {
    throw BadInput(std::string("digits needs from ") + std::to_string(smallest) + " to " +
                   std::to_string(largest_digits) + " " + set + " images, found " + std::to_string(count));
  }
}

}  // namespace

DataSplits digits(const DigitsOptions& options) {
  check_count("training", options.train, smallest_digits);
  check_count("validation", options.valid, 1);
  return {.source = "digits:" + std::to_string(options.train),
          .train = make_set(options.seed, DigitStream::train, options.train),
          .valid = make_set(options.seed, DigitStream::valid, options.valid)};
}

}  // namespace lehr::data
