#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "lehr/core/shape.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/graph/graph.hpp"

/// What a model takes, and whether data fits it: the one place where both are checked.
namespace lehr {

/// The images that a model takes.
struct ImageInput {
  NodeId node = 0;
  Shape shape;  ///< (C, H, W)
};

/// And the classes that it tells apart.
struct Classifier : ImageInput {
  std::int64_t classes = 0;
};

/// Throws BadInput unless the graph has one input, f32 images of shape (1, C, H, W).
ImageInput image_input_of(const Graph& graph);
/// Throws BadInput unless it also ends in f32 scores of shape (1, classes).
Classifier classifier_of(const Graph& graph);

// `set` names the data in messages: "the validation set".

/// Throws BadInput for null.
const Dataset& given(const std::shared_ptr<const Dataset>& dataset, std::string_view set = "the data");
/// Throws BadInput, which names both shapes, if all pictures have one shape that is not the model's and the
/// preprocessing does not take any.
void check_images_fit(const ImageInput& input, const Dataset& dataset, const Preprocessing& preprocessing);
/// Throws BadInput, which names images and classes of both, also if the classes are not as many as the
/// model's.
void check_data_fits(const Classifier& model, const Dataset& dataset, const Preprocessing& preprocessing,
                     std::string_view set = "the data");
/// Throws BadInput unless the preprocessing is complete and makes what the model takes.
void check_preprocessing_fits(const Preprocessing& preprocessing, const ImageInput& input);

}  // namespace lehr
