#pragma once

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/formula.hpp"

namespace lehr::test {

/// One entry of tests/goldens/loss_curves.json. The formulas are in tools/make_loss_curves.py.
struct LossCurve {
  std::string images_stream;
  std::int64_t channels = 1, height = 1, width = 1;
  std::int64_t classes = 1;
  std::int64_t dataset_size = 0;
  std::int64_t batch_size = 0;
  std::int64_t steps = 0;
  double lr = 0;
  double momentum = 0;
  std::vector<double> losses;  ///< of PyTorch, in float64

  /// `path` is the file, `name` an entry such as "simple_cnn_batch_norm".
  static LossCurve read(const std::string& path, const std::string& name) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    const nlohmann::json entry = nlohmann::json::parse(file).at(name);
    LossCurve curve;
    curve.images_stream = entry.at("images");
    curve.channels = entry.at("image").at(0);
    curve.height = entry.at("image").at(1);
    curve.width = entry.at("image").at(2);
    entry.at("classes").get_to(curve.classes);
    entry.at("dataset_size").get_to(curve.dataset_size);
    entry.at("batch_size").get_to(curve.batch_size);
    entry.at("steps").get_to(curve.steps);
    entry.at("lr").get_to(curve.lr);
    entry.at("momentum").get_to(curve.momentum);
    entry.at("float64").get_to(curve.losses);
    return curve;
  }

  /// The images of one batch are [first, first + count) of the data set.
  struct Batch {
    std::int64_t first = 0;
    std::int64_t count = 0;
  };
  Batch batch(std::int64_t step) const {
    const std::int64_t per_epoch = (dataset_size + batch_size - 1) / batch_size;
    const std::int64_t first = step % per_epoch * batch_size;
    return {first, std::min(batch_size, dataset_size - first)};
  }

  std::int64_t class_of(std::int64_t image) const {
    return formula_word(stream_of("classes"), static_cast<std::uint32_t>(image)) % classes;
  }

  /// Writes the images of a batch to a view of shape (count, channels, height, width), in any layout.
  void fill_images(const Batch& batch, const View<float>& images) const {
    const std::uint32_t stream = stream_of(images_stream);
    const std::int64_t first_pixel = batch.first * channels * height * width;
    for_each_logical(images.shape, images.strides, [&](std::int64_t index, std::int64_t offset) {
      const std::int64_t image = batch.first + index / (channels * height * width);
      const bool marked = index % width * classes / width == class_of(image);
      const float value = formula_value(stream, static_cast<std::uint32_t>(first_pixel + index));
      images.data[offset] = marked ? value + 0.5F : value;
    });
  }
};

/// Sets the initial value of a weight of rank 2 or 4 with PyTorch's full name, in any layout.
inline void fill_curve_weight(const View<float>& weight, std::string_view name) {
  const auto fan_in = static_cast<double>(weight.shape.numel() / weight.shape[0]);
  fill_tensor(weight, name, {.scale = static_cast<float>(2 * std::sqrt(6 / fan_in))});
}

/// Sets the initial value of the bias of a convolution or linear layer.
inline void fill_curve_bias(const View<float>& bias, std::string_view name) {
  fill_tensor(bias, name, {.scale = 0.25F});
}

}  // namespace lehr::test
