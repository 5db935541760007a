#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lehr/core/pimpl.hpp"
#include "lehr/data/data.hpp"
#include "lehr/model_io/model_file.hpp"

namespace lehr {

/// A picture with the channels and the size of a model's images, (C, H, W), as `lehr predict` gives it to the
/// model: colour becomes grey by its luma, grey becomes equal channels, and data::resize does the rest.
/// Throws BadInput unless the picture has 1 or 3 channels and as many bytes as its size says.
data::Image fit_picture(const data::Image& picture, const Shape& image_shape);

/// A class and the probability that a model gives it.
struct ClassProbability {
  std::string name;
  double probability = 0;
};
/// The `top` most probable classes, most probable first; of equal ones the first class comes first.
std::vector<ClassProbability> most_probable(std::span<const float> probabilities,
                                            std::span<const std::string> class_names, std::size_t top);

/// Class probabilities of images of the model's size, given as H x W x C bytes each; (N, classes), row by
/// row.
///
/// It shares ownership of the model's weights, so that the Model may go. Several threads may call one
/// Predictor at once; they are served one after the other. For predictions side by side make a Predictor a
/// thread, of one Model. The weights must not be written meanwhile. One that was moved from throws BadInput
/// at any use.
class Predictor {
 public:
  /// Throws BadInput if the model is incomplete, or batch_size < 1.
  explicit Predictor(const Model& model, std::int64_t batch_size = 64);
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  /// Throws BadInput if the dataset's image shape differs from the model's, or there is no such sample.
  std::vector<float> probabilities(const Dataset& dataset, std::span<const std::int64_t> samples) const;
  /// Throws BadInput unless these are whole images.
  std::vector<float> probabilities(std::span<const std::uint8_t> pixels) const;
  /// The `top` most probable classes of a picture of any size, fitted by fit_picture. Throws BadInput as that
  /// does.
  std::vector<ClassProbability> classify(const data::Image& picture, std::size_t top = 5) const;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

}  // namespace lehr
