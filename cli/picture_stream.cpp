#include "picture_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <span>
#include <utility>

#include "lehr/core/error.hpp"

namespace lehr::cli {
namespace {

/// Gives the paths of the command line one after the other. "-" becomes the lines of stdin.
class GivenPaths {
 public:
  explicit GivenPaths(std::span<const std::filesystem::path> paths) : rest_(paths) {}

  bool operator()(std::filesystem::path& path) {
    while (!rest_.empty()) {
      if (rest_.front() != "-") {
        path = rest_.front();
        rest_ = rest_.subspan(1);
        return true;
      }
      for (std::string line; std::getline(std::cin, line);) {
        ++line_;
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) continue;
        check(line);
        path = std::move(line);
        return true;
      }
      rest_ = rest_.subspan(1);
    }
    return false;
  }

 private:
  void check(const std::string& line) const {
    if (line.find('\0') == std::string::npos) return;
    throw BadInput(fmt::format("stdin, line {}: expected one path on each line, found a zero byte", line_));
  }

  std::span<const std::filesystem::path> rest_;
  std::int64_t line_ = 0;  ///< of stdin, from 1
};

}  // namespace

PictureStream::PictureStream(const PictureChoice& choice, const Model& model, const OnFailure& warn)
    : choice_(choice), model_(model) {
  if (choice.images.empty()) {
    dataset_ = open_data_set(choice.data, warn);
    for (const std::int64_t sample : choice.samples) check_sample(*dataset_, sample);
  } else {
    files_ = data::pictures_from(GivenPaths(choice.images));
  }
}

std::vector<Picture> PictureStream::next(std::size_t most) {
  std::vector<Picture> batch = files_ ? next_files(most) : next_samples(most);
  if (batch.empty() && done_ == 0) {
    throw BadInput(
        "there is no picture to predict: folders and archives are searched for files with the ending of a "
        "picture");
  }
  done_ += batch.size();
  return batch;
}

std::vector<Picture> PictureStream::next_files(std::size_t most) {
  std::vector<data::FoundPicture> files;
  for (data::FoundPicture file; files.size() < most && files_->next(file);) files.push_back(std::move(file));
  return pictures_of(std::move(files), model_, read_options(choice_));
}

std::vector<Picture> PictureStream::next_samples(std::size_t most) {
  const auto rest = std::span(choice_.samples).subspan(done_);
  return pictures_of(*dataset_, rest.first(std::min(most, rest.size())), model_);
}

}  // namespace lehr::cli
