#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "lehr/core/shape.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/graph/graph.hpp"

/// The input and output of a model, and whether data fits it. All such checks are here.
namespace lehr {

/// The images that a model accepts.
struct ImageInput {
  NodeId node = 0;
  Shape shape;  ///< (C, H, W)
};

/// The image input and the number of classes.
struct Classifier : ImageInput {
  std::int64_t classes = 0;
};

/// Throws BadInput unless the graph has exactly one input, of f32 images with shape (1, C, H, W).
ImageInput image_input_of(const Graph& graph);
/// The same, and throws BadInput unless the output is f32 scores of shape (1, classes).
Classifier classifier_of(const Graph& graph);

// In messages, `set` is the name of the data: "the validation set".

/// Throws BadInput if the pointer is null.
const Dataset& given(const std::shared_ptr<const Dataset>& dataset, std::string_view set = "the data");
/// Throws BadInput, with both shapes, if all pictures have one shape that is not the model's and
/// the preprocessing does not accept other shapes.
void check_images_fit(const ImageInput& input, const Dataset& dataset, const Preprocessing& preprocessing);
/// Like check_images_fit, but also throws if the number of classes differs. The message gives the
/// images and classes of both.
void check_data_fits(const Classifier& model, const Dataset& dataset, const Preprocessing& preprocessing,
                     std::string_view set = "the data");
/// Throws BadInput unless the preprocessing is complete and its output fits the model.
void check_preprocessing_fits(const Preprocessing& preprocessing, const ImageInput& input);

}  // namespace lehr
