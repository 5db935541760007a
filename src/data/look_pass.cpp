#include "data/look_pass.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iterator>
#include <new>

#include "data/pass_progress.hpp"
#include "data/pixel_sums.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/read.hpp"

namespace lehr::data {
namespace {

/// One thread's part of the pass.
class Looker {
 public:
  Looker(const Preprocessing& input, std::int64_t most_pixels)
      : input_(input),
        most_pixels_(most_pixels),
        sums_(input.shape.rank() == 3 ? static_cast<std::size_t>(input.shape[0]) : 0) {}

  /// Describes the picture. Returns why it cannot be read; nothing if it can.
  std::string look(const Dataset& dataset, std::int64_t sample, bool measured, Look& look) {
    try {
      read(dataset, sample, look);
      image::check(picture_);
      look_at(picture_, room_, look);
      if (measured && input_.shape.rank() == 3) measure();
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      look = {};
      return error.what();
    }
    return {};
  }

  std::vector<std::pair<std::uint32_t, std::string>> failures{};
  const PixelSums& sums() const { return sums_; }
  bool measured() const { return measured_; }

 private:
  /// Reads a file once, for its format and for its pixels.
  void read(const Dataset& dataset, std::int64_t sample, Look& look) {
    const std::span<const std::uint8_t> file = dataset.file_bytes(sample, bytes_);
    look.format = image::format_of(file);
    if (look.format.empty()) return dataset.read(sample, picture_);  // says what is wrong with a file
    look.inks = image::has_inks(file);
    image::decode(file, picture_, in_quotes(std::filesystem::path(dataset.origin(sample))),
                  {.most_pixels = most_pixels_});
  }

  void measure() {
    sums_.add(picture_.has_shape(input_.shape) ? picture_ : fitted(picture_, input_));
    measured_ = true;
  }

  const Preprocessing& input_;
  std::int64_t most_pixels_;
  std::vector<std::uint8_t> bytes_;
  Image picture_, room_;
  PixelSums sums_;
  bool measured_ = false;
};

}  // namespace

LookPass look_at_all(std::span<const SetInfo> sets, const Preprocessing& input, const InfoOptions& options) {
  std::vector<std::int64_t> ends;  // of the sets
  std::int64_t total = 0;
  for (const SetInfo& set : sets) ends.push_back(total += set.pictures->size());
  LookPass pass{.looks = std::vector<Look>(static_cast<std::size_t>(total))};
  std::vector<Looker> lookers(static_cast<std::size_t>(threads()), Looker(input, options.most_pixels));
  PassProgress progress(total, options.progress, options.cancelled);
  // Pictures differ much in size, so each thread takes the next one.
  parallel_for(std::ssize(lookers), 1, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t part = begin; part < end; ++part) {
      Looker& looker = lookers[static_cast<std::size_t>(part)];
      for (std::int64_t i = progress.next(); i < total; i = progress.next()) {
        const auto set =
            static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), i) - ends.begin());
        const Dataset& pictures = *sets[set].pictures;
        std::string failure = looker.look(pictures, i - ends[set] + pictures.size(), set == 0,
                                          pass.looks[static_cast<std::size_t>(i)]);
        if (!failure.empty()) looker.failures.emplace_back(static_cast<std::uint32_t>(i), std::move(failure));
        progress.done();
      }
    }
  });
  pass.cancelled = !progress.end();
  PixelSums sums = lookers.front().sums();
  bool measured = false;
  for (Looker& looker : lookers) {
    std::move(looker.failures.begin(), looker.failures.end(), std::back_inserter(pass.failures));
    if (&looker != &lookers.front()) sums.add(looker.sums());
    measured = measured || looker.measured();
  }
  std::sort(pass.failures.begin(), pass.failures.end());
  if (measured) pass.normalisation = sums.normalisation();
  return pass;
}

}  // namespace lehr::data
