#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lehr/core/pimpl.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/image/image.hpp"
#include "lehr/model_io/model_file.hpp"

namespace lehr {

/// A class and the probability that a model gives it.
struct ClassProbability {
  std::string name;
  double probability = 0;
};
/// The `top` most probable classes, most probable first; of equal ones the first class comes first.
std::vector<ClassProbability> most_probable(std::span<const float> probabilities,
                                            std::span<const std::string> class_names, std::size_t top);

/// Class probabilities of pictures, which the model's preprocessing fits; (N, classes), row by row.
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

  /// Throws BadInput if all pictures of the dataset have one shape and it is not the model's, and if there is
  /// no such sample. What reading a sample threw is nested in an error that names it.
  std::vector<float> probabilities(const Dataset& dataset, std::span<const std::int64_t> samples) const;
  /// Pictures of any size and format. Throws BadInput as fitted() does.
  std::vector<float> probabilities(std::span<const Image> pictures) const;
  /// Pictures of the model's shape as H x W x C bytes each. Throws BadInput unless these are whole pictures.
  std::vector<float> probabilities(std::span<const std::uint8_t> pixels) const;
  /// The `top` most probable classes of a picture of any size and format. Throws BadInput as fitted() does.
  std::vector<ClassProbability> classify(const Image& picture, std::size_t top = 5) const;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

}  // namespace lehr
