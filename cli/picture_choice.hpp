#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "command.hpp"
#include "data_set.hpp"
#include "model_choice.hpp"
#include "predictions.hpp"

namespace lehr::cli {

/// What a saved model is shown: picture files, or samples of a data set.
struct PictureChoice {
  std::vector<std::filesystem::path> images;
  DataSetChoice data;
  std::vector<std::int64_t> samples;
};

/// MODEL with --runs (into `model`), IMAGE, --data with its companions, --sample and --threads.
void add_picture_choice(const Command& command, ModelChoice& model, PictureChoice& choice);
/// Throws BadInput where neither or both are chosen.
void check(const PictureChoice& choice, const std::string& command);
/// The pictures, as the model takes them.
std::vector<Picture> pictures_of(const PictureChoice& choice, const Model& model);

}  // namespace lehr::cli
