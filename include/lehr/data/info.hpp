#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/image/read.hpp"

/// What is in a data set, and what is wrong with it: `lehr data info`.
namespace lehr::data {

/// A picture of a DataInfo.
struct PictureRef {
  std::size_t set = 0;  ///< in DataInfo::sets
  std::int64_t sample = 0;
  friend bool operator==(const PictureRef&, const PictureRef&) = default;
};

struct SetInfo {
  std::string name;  ///< "train", "valid" or "test"
  std::shared_ptr<const Dataset> pictures;
  std::vector<std::int64_t> class_counts{};  ///< unreadable pictures count too
};

/// How many pictures there are of a kind.
struct KindCount {
  std::string name;
  std::int64_t pictures = 0;
};

/// The least, the middle and the largest of some numbers.
struct ValueRange {
  double least = 0, median = 0, most = 0;
};

struct SizedPicture {
  PictureRef picture{};
  std::int64_t width = 0, height = 0;
};

/// The sizes of all readable pictures, in pixels.
struct SizeInfo {
  ValueRange width{}, height{};
  ValueRange aspect{};             ///< width / height
  std::int64_t different = 0;      ///< number of different sizes
  std::vector<KindCount> usual{};  ///< the ten most frequent ones: "500 x 375"
  /// By number of pixels and by aspect. Only if there are different sizes.
  struct Odd {
    SizedPicture smallest{}, largest{}, narrowest{}, widest{};
  } odd{};
};

struct UnreadablePicture {
  PictureRef picture;
  std::string reason;
};

/// Two or more pictures that show the same.
struct CopyGroup {
  /// One of each set and class comes first, then the others.
  std::vector<PictureRef> pictures;
  bool across_sets = false;     ///< they are in different sets
  bool across_classes = false;  ///< they have different labels
};

/// What reading all pictures shows.
struct DataInfo {
  DataSplits data{};
  bool cancelled = false;       ///< InfoOptions::cancelled ended it, and nothing below is complete
  std::vector<SetInfo> sets{};  ///< a test set that is the validation set is there once, as "valid"
  SizeInfo sizes{};
  std::vector<KindCount> formats{};  ///< "JPEG"; empty if the pictures are not in files of their own
  std::vector<KindCount> modes{};    ///< "RGB", "16-bit grey", "RGB with alpha", "CMYK"
  Preprocessing input{};             ///< the input for which mean and std were measured
  /// Pictures with equal pixels, at one size. Those across sets come first, then those across classes.
  std::vector<CopyGroup> equal{};
  /// Pictures that resemble the first one of their group, and those that equal one of these: copies at
  /// another size, quality or brightness. docs/photos.md says how they are found.
  std::vector<CopyGroup> similar{};
  std::vector<UnreadablePicture> unreadable{};

  std::int64_t pictures() const;
  const std::string& class_name(const PictureRef& picture) const;
  /// Its path, or "sample 17" if it has none.
  std::string name(const PictureRef& picture) const;
};

struct InfoOptions {
  /// The input for which mean and std of the training pictures are measured. Without a shape it is chosen as
  /// for a training (suggested_shape), from the pictures that can be read.
  Preprocessing input{.fit = Fit::crop};
  std::int64_t most_pixels = image::usual_most_pixels;  ///< of a picture in a file, as in DataRequest
  MeasureProgress progress{};                           ///< called on this thread
  std::function<bool()> cancelled{};                    ///< asked on this thread; true ends the reading
};

/// Reads each picture once, on all compute threads. The memory is about 300 bytes for each picture and the
/// paths and reasons of what is listed. Throws BadInput if there is no training set or a label is no class.
DataInfo info_of(const DataSplits& data, const InfoOptions& options = {});

/// What can be said of a data set without decoding its pictures: sentences about files that are no pictures
/// (missing, empty, of another format), and about pictures of the validation and the test set that equal a
/// training picture. It reads a part of each file, and the whole of those whose parts are equal. Pictures
/// that are neither in files nor in memory are left out.
std::vector<std::string> quick_warnings(const DataSplits& data);

}  // namespace lehr::data
