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

/// The input of a saved model: picture files, or samples of a data set.
struct PictureChoice {
  std::vector<std::filesystem::path> images;
  DataSetChoice data;
  std::vector<std::int64_t> samples;
};

/// Adds MODEL with --runs (stored in `model`), IMAGE with its help, --data with its related options,
/// --sample and --threads.
void add_picture_choice(const Command& command, ModelChoice& model, PictureChoice& choice,
                        const std::string& images_help);
/// Throws BadInput if neither or both are chosen.
void check(const PictureChoice& choice, const std::string& command);
/// How the files of pictures are read.
image::ReadOptions read_options(const PictureChoice& choice);
/// Takes what was not given about the data of the samples from the model's run.
void complete_from_run(PictureChoice& choice, const ModelChoice& model);
/// The pictures in the form that the model takes. Calls `warn` with each warning about the data. Throws
/// BadInput if a picture cannot be read.
std::vector<Picture> pictures_of(const PictureChoice& choice, const Model& model, const OnFailure& warn);

}  // namespace lehr::cli
