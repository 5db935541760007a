#include "lehr/data/transform.hpp"

#include "data/transforms.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/preprocessing.hpp"

namespace lehr {
namespace {

data::TransformRegistry& transform_registry() {
  static data::TransformRegistry transforms({"transform", "lehr::register_transform"},
                                            data::register_all_transforms);
  return transforms;
}

}  // namespace

Filter filter_in(const TransformContext& context) {
  return context.preprocessing == nullptr ? Filter::bilinear : context.preprocessing->filter;
}

void Transform::apply_lazily(LazyPicture& picture, TransformContext& context) const {
  apply(picture.made(), context);
}

void LazyTransform::apply(Image& picture, TransformContext& context) const {
  LazyPicture lazy(picture, context.room, filter_in(context));
  apply_lazily(lazy, context);
  lazy.made();
}

void register_transform(const std::string& name, MakeTransform make) {
  if (!make) throw BadInput("the transform " + in_quotes(name) + " needs a function that makes it");
  transform_registry().add(name, std::move(make));
}

std::vector<std::string> transform_names() { return transform_registry().names(); }

std::unique_ptr<const Transform> make_transform(const TransformSpec& spec) {
  const MakeTransform& make = transform_registry().at(spec.name);
  Settings settings("the transform " + spec.name, spec.settings);
  std::unique_ptr<const Transform> made = make(settings);
  if (!made) throw Error("what is registered as the transform " + in_quotes(spec.name) + " made nothing");
  settings.check_all_known();
  return made;
}

}  // namespace lehr
