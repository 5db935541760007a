#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "data/staging_folder.hpp"
#include "image/encode_png.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"

namespace lehr::data {
namespace {

void append_header(std::vector<std::uint8_t>& bytes, std::initializer_list<std::int64_t> extents) {
  constexpr std::uint8_t unsigned_byte = 0x08;
  bytes.insert(bytes.end(), {0, 0, unsigned_byte, static_cast<std::uint8_t>(extents.size())});
  for (const std::int64_t extent : extents) {
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(extent >> shift));
  }
}

/// Provides labels and images of a set in pieces, so that a set larger than memory can be written.
class IdxPieces {
 public:
  explicit IdxPieces(const Dataset& set) : set_(set) {}

  std::span<const std::uint8_t> labels() {
    const std::int64_t count = begin_piece({set_.size()});
    for (std::int64_t i = next_; i < next_ + count; ++i) {
      piece_.push_back(static_cast<std::uint8_t>(set_.label(i)));
    }
    next_ += count;
    return piece_;
  }

  std::span<const std::uint8_t> images() {
    const Shape shape = set_.image_shape();
    const std::int64_t count = begin_piece({set_.size(), shape[1], shape[2]});
    const std::int64_t bytes = shape.numel();
    const std::size_t header = piece_.size();
    piece_.resize(header + static_cast<std::size_t>(count * bytes));
    const std::span<std::uint8_t> pixels = std::span(piece_).subspan(header);
    parallel_for(count, 16, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
      Image picture;
      for (std::int64_t i = begin; i < end; ++i) {
        read_picture(set_, next_ + i, picture);
        std::ranges::copy(picture.pixels, pixels.begin() + static_cast<std::ptrdiff_t>(i) * bytes);
      }
    });
    next_ += count;
    return piece_;
  }

 private:
  static constexpr std::int64_t most_samples = 4096;

  /// Clears the piece, adds the header if it is the first piece, and returns how many samples come
  /// next.
  std::int64_t begin_piece(std::initializer_list<std::int64_t> extents) {
    piece_.clear();
    if (next_ == 0) append_header(piece_, extents);
    return std::min(most_samples, set_.size() - next_);
  }

  const Dataset& set_;
  std::vector<std::uint8_t> piece_;
  std::int64_t next_ = 0;
};

void export_idx(const Dataset& set, const std::string& name, const StagingFolder& staging) {
  IdxPieces labels(set);
  staging.write_file(name + "-labels-idx1-ubyte", [&] { return labels.labels(); });
  IdxPieces images(set);
  staging.write_file(name + "-images-idx3-ubyte", [&] { return images.images(); });
}

void check_class_names(std::span<const std::string> names) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    const bool fit = !name.empty() && name.size() <= 200 && name != "." && name != ".." &&
                     name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
    if (!fit) {
      throw BadInput("the class name " + in_quotes(std::string_view(name)) +
                     " cannot be the name of a folder");
    }
    if (!seen.insert(name).second) {
      throw BadInput("two classes are named " + in_quotes(std::string_view(name)) +
                     "; each needs a folder of its own");
    }
  }
}

void export_png(const Dataset& set, const std::string& name, const StagingFolder& staging) {
  const std::span<const std::string> classes = set.class_names();
  for (const std::string& class_name : classes) staging.make_folder(std::filesystem::path(name) / class_name);
  std::vector<std::int64_t> numbers;  // of each sample within its class, from 1
  std::vector<std::int64_t> counts(classes.size());
  for (std::int64_t i = 0; i < set.size(); ++i) {
    numbers.push_back(++counts[static_cast<std::size_t>(set.label(i))]);
  }
  parallel_for(set.size(), 16, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
    Image picture;
    for (std::int64_t i = begin; i < end; ++i) {
      read_picture(set, i, picture);
      const std::string file = fmt::format("{:06}.png", numbers[static_cast<std::size_t>(i)]);
      const std::string& class_name = classes[static_cast<std::size_t>(set.label(i))];
      staging.write_file(std::filesystem::path(name) / class_name / file, image::encode_png(picture));
    }
  });
}

void check_exportable(const Dataset& set, const ExportOptions& options) {
  const Shape shape = set.image_shape();
  if (options.idx && shape.rank() == 0) {
    throw BadInput("IDX files hold grey images of one size and 8 bits; the data has images of several kinds");
  }
  const std::int64_t channels = shape.rank() == 0 ? 1 : shape[0];
  if (options.idx && (channels != 1 || set.class_names().size() > 256 || set.size() > 0xFFFFFFFF)) {
    throw BadInput(fmt::format("IDX files hold grey images of at most 256 classes; found {} with {} and {}",
                               counted(set.size(), "sample"), counted(channels, "channel"),
                               counted(set.class_names().size(), "class")));
  }
  if (options.png && channels > 4) {
    throw BadInput(fmt::format("PNG files hold images of 1 to 4 channels; found {}", channels));
  }
  if (options.png) check_class_names(set.class_names());
}

}  // namespace

void export_data(const DataSplits& data, const std::filesystem::path& folder, const ExportOptions& options) {
  if (!options.idx && !options.png) throw BadInput("an export needs a format: expected idx, png or both");
  for (const Dataset* set : {data.train.get(), data.valid.get()}) {
    if (set == nullptr) throw BadInput("an export needs a training and a validation set, found null");
    check_exportable(*set, options);
  }
  StagingFolder staging(folder);
  if (options.idx) {
    export_idx(*data.train, "train", staging);
    export_idx(*data.valid, "t10k", staging);
  }
  if (options.png) {
    export_png(*data.train, "train", staging);
    export_png(*data.valid, "valid", staging);
  }
  staging.commit();
}

}  // namespace lehr::data
