// The cost of resizing a photo of 500 x 375 pixels, and of a random resized crop of it, to 224 x 224.
#include <benchmark/benchmark.h>

#include "lehr/core/rng.hpp"
#include "lehr/image/edit.hpp"

namespace {

using namespace lehr;

Image photo(int bits) {
  Image image;
  Rng rng(1, Purpose::test);
  for (std::uint8_t& value : image.reset({3, 375, 500}, bits))
    value = static_cast<std::uint8_t>(rng.below(256));
  return image;
}

constexpr image::Size size{.width = 224, .height = 224};

void whole(benchmark::State& state, Filter filter, int bits) {
  const Image from = photo(bits);
  Image to;
  for (auto _ : state) image::resize(from, size, filter, to);
}

void random_crop(benchmark::State& state, Filter filter) {
  const Image from = photo(8);
  Image to;
  std::int64_t i = 0;
  for (auto _ : state) {
    i = (i + 37) % 100;  // another part each time, so that no window is known
    image::resize_part(from, image::Part{i, i, 280 + i, 260}, size, filter, to);
  }
}

BENCHMARK_CAPTURE(whole, bilinear, Filter::bilinear, 8)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(whole, bicubic, Filter::bicubic, 8)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(whole, lanczos, Filter::lanczos, 8)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(whole, bilinear_of_16_bits, Filter::bilinear, 16)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(random_crop, bilinear, Filter::bilinear)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(random_crop, lanczos, Filter::lanczos)->Unit(benchmark::kMicrosecond);

}  // namespace
