#pragma once

#include <cstdint>
#include <filesystem>

#include "lehr/image/image.hpp"
#include "lehr/run/train_config.hpp"

namespace lehr {

/// How many pictures a sheet shows, each in how many versions.
struct AugmentedSheet {
  std::int64_t pictures = 8;
  std::int64_t versions = 6;
};

/// Training pictures as the network of this training sees them. Each row is a picture: first without
/// augmentation, then as in the first epochs. They are the first pictures of the training with this seed.
/// Small pictures are enlarged. Throws BadInput if the data or the augmentation is wrong.
Image augmented_sheet(const TrainConfig& config, const AugmentedSheet& sheet = {});
/// Writes it as PNG, whole or not at all.
void save_augmented_sheet(const std::filesystem::path& file, const TrainConfig& config,
                          const AugmentedSheet& sheet = {});

}  // namespace lehr
