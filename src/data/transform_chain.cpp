#include "data/transform_chain.hpp"

namespace lehr::data {

TransformChain::TransformChain(std::span<const TransformSpec> specs) {
  for (const TransformSpec& spec : specs) transforms_.push_back(make_transform(spec));
}

void TransformChain::apply(image::UnreadPicture* unread, Image& picture, TransformContext& context) const {
  LazyPicture lazy(picture, context.room, filter_in(context), unread);
  for (const auto& transform : transforms_) transform->apply_lazily(lazy, context);
  lazy.made();
}

}  // namespace lehr::data
