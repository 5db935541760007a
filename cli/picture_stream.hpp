#pragma once

#include <memory>
#include <vector>

#include "picture_choice.hpp"

namespace lehr::cli {

/// The pictures of a command, a batch at a time, so that any number of them needs little memory.
class PictureStream {
 public:
  /// Choice and model must outlive the stream. Folders and archives are searched, and "-" is a list of
  /// paths on stdin. Calls `warn` with each warning about the data. Throws BadInput if the data set or a
  /// sample does not exist.
  PictureStream(const PictureChoice& choice, const Model& model, const OnFailure& warn);

  /// The next pictures, at most `most`. Empty at the end. Throws BadInput if there is no picture at
  /// all.
  std::vector<Picture> next(std::size_t most);

 private:
  std::vector<Picture> next_files(std::size_t most);
  std::vector<Picture> next_samples(std::size_t most);

  const PictureChoice& choice_;
  const Model& model_;
  std::unique_ptr<data::PictureSource> files_;
  std::shared_ptr<const Dataset> dataset_;  // if the pictures are samples
  std::size_t done_ = 0;
};

}  // namespace lehr::cli
