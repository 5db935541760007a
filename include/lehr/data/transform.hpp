#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/rng.hpp"
#include "lehr/data/lazy_picture.hpp"
#include "lehr/data/specs.hpp"
#include "lehr/image/image.hpp"

namespace lehr {

class Settings;
struct Preprocessing;

/// What a transform uses besides the picture. Each thread of a loader has its own.
struct TransformContext {
  /// The random numbers of (seed, epoch, sample). The transforms of a sample draw from them in
  /// turn.
  Rng rng;
  /// A second picture for the result, to be swapped with the first. Saves one allocation per
  /// sample.
  Image& room;
  /// What follows the transforms. Null outside of a loader.
  const Preprocessing* preprocessing = nullptr;
};

/// The filter of the preprocessing; bilinear outside of a loader.
Filter filter_in(const TransformContext& context);

/// Changes a picture of a training set before it is preprocessed. Immutable; several threads may
/// call one transform at once. The result may only depend on the picture and on the context's
/// random numbers.
class Transform {
 public:
  virtual ~Transform() = default;
  virtual void apply(Image& picture, TransformContext& context) const = 0;
  /// What a loader calls. Changes of geometry that an earlier transform left to be made are made first.
  virtual void apply_lazily(LazyPicture& picture, TransformContext& context) const;
};

/// A transform that changes the geometry of pictures, such as a crop or a rotation. Neighbours in a list are
/// combined, and the picture is resampled once.
class LazyTransform : public Transform {
 public:
  /// Changes `picture.geometry()`.
  void apply_lazily(LazyPicture& picture, TransformContext& context) const override = 0;
  void apply(Image& picture, TransformContext& context) const final;
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
