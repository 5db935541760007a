// Pictures per second on one thread: the augmentations on a photo of 500 x 375, without decoding it.
#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "lehr/data/augmentation.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/data/transform.hpp"

namespace {

lehr::Image photo() {
  lehr::Image image;
  std::size_t i = 0;
  for (std::uint8_t& value : image.reset({3, 375, 500})) {
    value = static_cast<std::uint8_t>(127 + 100 * std::sin(static_cast<double>(i) / 700) +
                                      static_cast<double>(i % 13));
    ++i;
  }
  return image;
}

void augment(benchmark::State& state, const std::vector<lehr::TransformSpec>& specs) {
  std::vector<std::unique_ptr<const lehr::Transform>> transforms;
  for (const lehr::TransformSpec& spec : specs) transforms.push_back(lehr::make_transform(spec));
  const lehr::Preprocessing preprocessing{.shape = {3, 224, 224}};
  const lehr::Image source = photo();
  lehr::Image picture;
  lehr::Image room;
  std::uint64_t sample = 0;
  for (auto _ : state) {
    picture = source;
    lehr::TransformContext context{.rng = lehr::Rng(1, lehr::Purpose::augmentation, 0, sample++),
                                   .room = room,
                                   .preprocessing = &preprocessing};
    lehr::LazyPicture lazy(picture, room);
    for (const auto& transform : transforms) transform->apply_lazily(lazy, context);
    benchmark::DoNotOptimize(lazy.made().pixels.data());
  }
  state.SetItemsProcessed(state.iterations());
}

void add(const std::string& name, const std::vector<lehr::TransformSpec>& specs) {
  benchmark::RegisterBenchmark(name.c_str(), [specs](benchmark::State& state) { augment(state, specs); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string crop = R"({"name": "random_resized_crop"}, {"name": "horizontal_flip"})";
  add("crop_and_flip", lehr::transforms_from_json("[" + crop + "]"));
  add("crop_flip_and_rotation",
      lehr::transforms_from_json("[" + crop + R"(, {"name": "random_affine", "degrees": 15}])"));
  add("crop_flip_and_hue",
      lehr::transforms_from_json("[" + crop + R"(, {"name": "color_jitter", "hue": 0.2}])"));
  add("crop_flip_and_blur", lehr::transforms_from_json("[" + crop + R"(, {"name": "gaussian_blur"}])"));
  add("crop_flip_and_trivial_augment",
      lehr::transforms_from_json("[" + crop + R"(, {"name": "trivial_augment_wide"}])"));
  for (const std::string& name : lehr::data::augmentation_names()) add(name, lehr::data::augmentation(name));
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
