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
/// The `top` most probable classes, most probable first. If probabilities are equal, the first
/// class comes first.
std::vector<ClassProbability> most_probable(std::span<const float> probabilities,
                                            std::span<const std::string> class_names, std::size_t top);

/// Computes the class probabilities of pictures, (N, classes), row by row. It applies the model's
/// preprocessing to the pictures.
///
/// It shares ownership of the model's weights, so the Model may be destroyed. Several threads may
/// call one Predictor at once; their calls run one after the other. To predict in parallel, make
/// one Predictor per thread from one Model. The weights must not be written meanwhile. A moved-from
/// Predictor throws BadInput on any use.
class Predictor {
 public:
  /// Throws BadInput if the model is incomplete, or batch_size < 1.
  explicit Predictor(const Model& model, std::int64_t batch_size = 64);
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  /// Throws BadInput if all pictures of the dataset have one shape that is not the model's, or if a
  /// sample does not exist. An error of reading a sample is nested in an error that names the
  /// sample.
  std::vector<float> probabilities(const Dataset& dataset, std::span<const std::int64_t> samples) const;
  /// Takes pictures of any size and format. Throws BadInput like fitted().
  std::vector<float> probabilities(std::span<const Image> pictures) const;
  /// Takes pictures of the model's shape, H x W x C bytes each. Throws BadInput unless the bytes
  /// are whole pictures.
  std::vector<float> probabilities(std::span<const std::uint8_t> pixels) const;
  /// The `top` most probable classes of a picture of any size and format. Throws BadInput like
  /// fitted().
  std::vector<ClassProbability> classify(const Image& picture, std::size_t top = 5) const;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

}  // namespace lehr
