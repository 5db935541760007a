#pragma once

#include <lehr/extend.hpp>
#include <lehr/lehr.hpp>

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The program's own data set: vertical (class 0) or horizontal (class 1) stripes of varying width
/// and position. Pictures are generated when they are read.
class Stripes final : public lehr::Dataset {
 public:
  Stripes(std::int64_t size, std::uint64_t seed) : size_(size), seed_(seed) {}
  std::int64_t size() const override { return size_; }
  lehr::Shape image_shape() const override { return {1, side, side}; }
  std::span<const std::string> class_names() const override { return names_; }
  std::int64_t label(std::int64_t index) const override { return index % 2; }
  void read(std::int64_t index, lehr::Image& picture) const override {
    const std::span<std::uint8_t> pixels = picture.reset(image_shape());
    lehr::Rng random(seed_, lehr::Purpose::generated_data, static_cast<std::uint64_t>(index));
    const auto width = static_cast<std::int64_t>(2 + random.below(3));
    const auto shift = static_cast<std::int64_t>(random.below(8));
    for (std::int64_t i = 0; i < side * side; ++i) {
      const std::int64_t place = shift + (label(index) == 0 ? i % side : i / side);
      pixels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(
          (place / width % 2 == 0 ? 160 : 60) + static_cast<std::int64_t>(random.below(40)));
    }
  }

  /// "stripes" or "stripes:N", where N is the number of training pictures.
  static lehr::DataSplits open(const lehr::SchemeRequest& request) {
    std::int64_t count = 400;
    if (const std::optional<std::string_view>& rest = request.rest) {
      const char* const end = rest->data() + rest->size();
      const auto [stop, error] = std::from_chars(rest->data(), end, count);
      if (error != std::errc{} || stop != end || count < 10 || count > 1'000'000) {
        throw lehr::BadInput("data \"stripes:N\" needs a number of pictures N from 10 to 1000000, found \"" +
                             std::string(*rest) + "\"");
      }
    }
    lehr::DataSplits splits;
    splits.train = std::make_shared<Stripes>(count, request.seed);
    splits.valid = std::make_shared<Stripes>(count / 4 + 1, request.seed + 1);
    return splits;
  }

 private:
  static constexpr std::int64_t side = 16;
  std::int64_t size_;
  std::uint64_t seed_;
  std::vector<std::string> names_{"upright", "level"};
};
