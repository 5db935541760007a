#include "data/preprocessor.hpp"

#include "lehr/image/edit.hpp"

namespace lehr::data {
namespace {

constexpr std::size_t block_pixels = 16;  // a multiple of the vector size of any instruction set

// These loops are vectorised on any x86-64.
template <class Value>
void multiply_add(const Value* __restrict in, const float* __restrict scale, const float* __restrict shift,
                  float* __restrict out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(in[i]) * scale[i] + shift[i];
}

template <class Value>
void multiply_add(const Value* __restrict in, float scale, float shift, float* __restrict out,
                  std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(in[i]) * scale + shift;
}

template <class Value>
void convert_values(std::span<const Value> in, std::span<const float> scale, std::span<const float> shift,
                    float* out) {
  const std::size_t block = scale.size();
  if (block == block_pixels) return multiply_add(in.data(), scale[0], shift[0], out, in.size());
  std::size_t done = 0;
  for (; done + block <= in.size(); done += block) {
    multiply_add(in.data() + done, scale.data(), shift.data(), out + done, block);
  }
  multiply_add(in.data() + done, scale.data(), shift.data(), out + done, in.size() - done);
}

}  // namespace

Preprocessor::Preprocessor(const Preprocessing& preprocessing) : preprocessing_(preprocessing) {
  check_preprocessing(preprocessing_);
  input_size_ = static_cast<std::size_t>(preprocessing_.shape.numel());
  of_8_bits_ = factors_for(255);
  of_16_bits_ = factors_for(65535);
}

Preprocessor::Factors Preprocessor::factors_for(double largest) const {
  const Normalisation& normalisation = preprocessing_.normalisation;
  const std::size_t channels = normalisation.mean.size();
  Factors factors;
  for (std::size_t i = 0; i < block_pixels * channels; ++i) {
    const double mean = normalisation.mean[i % channels];
    const double std = normalisation.std[i % channels];
    factors.scale.push_back(static_cast<float>(1 / (largest * std)));
    factors.shift.push_back(static_cast<float>(-mean / std));
  }
  return factors;
}

void Preprocessor::apply(Image& picture, std::span<float> input) const {
  image::check(picture);
  if (!picture.has_shape(preprocessing_.shape)) picture = fitted(picture, preprocessing_);
  if (picture.bits == 8) return convert(picture.pixels, input);
  const Image& wide = picture;
  convert_values(wide.wide(), of_16_bits_.scale, of_16_bits_.shift, input.data());
}

void Preprocessor::convert(std::span<const std::uint8_t> bytes, std::span<float> input) const {
  convert_values(bytes, of_8_bits_.scale, of_8_bits_.shift, input.data());
}

}  // namespace lehr::data
