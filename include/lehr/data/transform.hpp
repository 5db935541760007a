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

/// What a transform uses besides the picture. Each thread of a loader has its own.
struct TransformContext {
  /// The random numbers of (seed, epoch, sample). The transforms of a sample draw from them in
  /// turn.
  Rng rng;
  /// A second picture for the result, to be swapped with the first. Saves one allocation per
  /// sample.
  Image& room;
};

/// Changes a picture of a training set before it is preprocessed. Immutable; several threads may
/// call one transform at once. The result may only depend on the picture and on the context's
/// random numbers.
class Transform {
 public:
  virtual ~Transform() = default;
  virtual void apply(Image& picture, TransformContext& context) const = 0;
};

using MakeTransform = std::function<std::unique_ptr<const Transform>(Settings&)>;

/// Registers a transform under a name. Throws BadInput if the name is taken or not a valid name.
/// May be called from any thread.
void register_transform(const std::string& name, MakeTransform make);
/// Throws BadInput if there is no such name, or if settings are unknown, missing or out of range.
std::unique_ptr<const Transform> make_transform(const TransformSpec& spec);
std::vector<std::string> transform_names();

/// A list of objects: [{"name": "random_crop", "width": 32, "height": 32, "padding": 4}]
std::string to_json(std::span<const TransformSpec> transforms);
/// The inverse of to_json. Throws BadInput if the text is not such a list. Does not check names and
/// settings.
std::vector<TransformSpec> transforms_from_json(std::string_view json);

}  // namespace lehr
