#include "lehr/run/augmented_sheet.hpp"

#include <algorithm>

#include "data/pictures.hpp"
#include "data/transform_chain.hpp"
#include "lehr/data/sampler.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/store/atomic_file.hpp"
#include "run/augmentation.hpp"
#include "run/input_shape.hpp"

namespace lehr {
namespace {

/// Makes the pictures that a loader would turn into numbers.
class Versions {
 public:
  Versions(const TrainConfig& config, const DataSplits& data)
      : dataset_(*data.train),
        seed_(config.seed),
        chain_(run::transforms_of(config, data, input_shape(config, data))) {
    preprocessing_ = run::fitting_of(config, data);
    preprocessing_.shape = input_shape(config, data);
  }

  Image plain(std::int64_t sample) const {
    Image picture;
    read_picture(dataset_, sample, picture);
    return shown(picture);
  }

  Image augmented(std::int64_t sample, std::int64_t epoch) const {
    Image picture;
    Image room;
    read_picture(dataset_, sample, picture);
    TransformContext context{
        .rng = data::augmentation_rng(seed_, epoch, sample), .room = room, .preprocessing = &preprocessing_};
    chain_.apply(nullptr, picture, context);
    return shown(picture);
  }

 private:
  Image shown(const Image& picture) const { return image::with_bits(fitted(picture, preprocessing_), 8); }

  const Dataset& dataset_;
  std::uint64_t seed_;
  data::TransformChain chain_;
  Preprocessing preprocessing_;
};

}  // namespace

Image augmented_sheet(const TrainConfig& config, const AugmentedSheet& sheet) {
  const DataSplits data = open_training_data(config);
  const Versions versions(config, data);
  const auto sampler = make_sampler({.name = "random"}, {*data.train, config.seed});
  const std::vector<std::int64_t> order = epoch_order(*sampler, 0);
  std::vector<Image> tiles;
  for (std::int64_t i = 0; i < std::min(sheet.pictures, std::ssize(order)); ++i) {
    const std::int64_t sample = order[static_cast<std::size_t>(i)];
    tiles.push_back(versions.plain(sample));
    for (std::int64_t epoch = 0; epoch < sheet.versions; ++epoch) {
      tiles.push_back(versions.augmented(sample, epoch));
    }
  }
  return pictures::sheet(tiles, sheet.versions + 1);
}

void save_augmented_sheet(const std::filesystem::path& file, const TrainConfig& config,
                          const AugmentedSheet& sheet) {
  const std::string png = pictures::png(augmented_sheet(config, sheet));
  store::write_file_atomically(file, [&](std::ostream& out) { out << png; });
}

}  // namespace lehr
