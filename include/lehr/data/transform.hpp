#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/rng.hpp"
#include "lehr/data/specs.hpp"
#include "lehr/image/image.hpp"

namespace lehr {

class Settings;

/// What a transform works with beside the picture. Each thread of a loader has one of its own.
struct TransformContext {
  /// The stream of random numbers of (seed, epoch, sample). The transforms of a sample draw from it in turn.
  Rng rng;
  Image& room;  ///< another picture, for a result that is swapped in: saves an allocation for each sample
};

/// Changes a picture of a training set before it is preprocessed. Immutable; several threads call one
/// transform at once. The result may depend on the picture and on the context's random numbers alone.
class Transform {
 public:
  virtual ~Transform() = default;
  virtual void apply(Image& picture, TransformContext& context) const = 0;
};

using MakeTransform = std::function<std::unique_ptr<const Transform>(Settings&)>;

/// Adds a transform to those that can be named. Throws BadInput if the name is taken or is no name. May be
/// called from any thread.
void register_transform(const std::string& name, MakeTransform make);
/// Throws BadInput for a name that does not exist, and for settings that are unknown, missing or out of
/// range.
std::unique_ptr<const Transform> make_transform(const TransformSpec& spec);
std::vector<std::string> transform_names();

/// A list of objects: [{"name": "random_crop", "width": 32, "height": 32, "padding": 4}]
std::string to_json(std::span<const TransformSpec> transforms);
/// The way back. Throws BadInput if the text is not such a list. Does not check names and settings.
std::vector<TransformSpec> transforms_from_json(std::string_view json);

}  // namespace lehr
