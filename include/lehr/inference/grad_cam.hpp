#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "lehr/core/pimpl.hpp"
#include "lehr/core/tensor.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/image/image.hpp"
#include "lehr/model_io/model_file.hpp"

namespace lehr {

/// Shows which parts of a picture speak for a class. Source: Grad-CAM (Selvaraju et al. 2017, arXiv
/// 1610.02391). The maps are those of the last layer that has positions and through which the whole
/// network goes: the last convolution, or the end of the last residual block, before any pooling.
/// Each channel's map is multiplied by the mean of the gradient of the class's score over the map.
/// The heat is the sum over the channels where it is positive, otherwise 0. The network is in
/// inference mode.
///
/// Only one thread at a time may use it. A moved-from GradCam throws BadInput on any use.
class GradCam {
 public:
  /// Reads the parameters of the layers up to layer() when heat() is called, so they must outlive
  /// it; copies the others. Throws BadInput if the model has no such layer, or if the preprocessing does not
  /// fit it.
  GradCam(const Graph& model, Parameters& parameters, const Preprocessing& preprocessing);
  /// Shares ownership of the model's weights. Throws BadInput also if the model is incomplete.
  explicit GradCam(const Model& model);
  ~GradCam();
  GradCam(GradCam&&) noexcept;
  GradCam& operator=(GradCam&&) noexcept;

  /// The name of the layer whose maps are used: "layer4.1.relu2".
  const std::string& layer() const;
  /// (H, W) of the layer's maps, in the units of the score. Without a class, it is that with the highest
  /// score. Takes pictures of any size and format. Throws BadInput like fitted(), and if there is no such
  /// class.
  Tensor heat(const Image& picture, std::optional<std::int64_t> of_class = {});

 private:
  struct State;
  detail::Pimpl<State> state_;
};

/// The picture with the heat in colour over it, as RGB of 8 bits. The heat is stretched to the picture and
/// divided by its largest value. Without heat, the picture is as it was. Throws BadInput unless heat is a
/// tensor of shape (H, W).
Image with_heat(const Image& picture, const Tensor& heat);

/// Writes a PNG file with the picture and, beside it, the same with its heat. A small picture is enlarged.
/// Throws like store::write_file_atomically and with_heat.
void save_explanation(const std::filesystem::path& file, const Image& picture, const Tensor& heat);

}  // namespace lehr
