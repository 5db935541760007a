#include <fmt/format.h>
// jpeglib.h needs FILE and size_t.
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/formats.hpp"
#include "image/orientation.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::image {
namespace {

constexpr int most_scans = 500;  // a scan of no data costs a pass over all blocks
constexpr std::uint64_t block_side = 8;
/// Columns beside a part that are decoded too, because chroma is interpolated with its neighbours.
constexpr std::int64_t beside = 8;

/// libjpeg calls these functions and expects that an error does not return. They jump to
/// `on_error`, over frames of C alone.
struct JpegErrors {
  jpeg_error_mgr manager{};  // first, so that a pointer to it is a pointer to this
  std::jmp_buf on_error{};
  std::string_view reason{};  // what libjpeg has no message for
};

JpegErrors& errors_of(j_common_ptr info) { return *reinterpret_cast<JpegErrors*>(info->err); }

[[noreturn]] void leave(j_common_ptr info) { std::longjmp(errors_of(info).on_error, 1); }

[[noreturn]] void leave_because(j_common_ptr info, std::string_view reason) {
  errors_of(info).reason = reason;
  leave(info);
}

// libjpeg goes on with grey if a file ends too early. Other warnings concern a few blocks; like
// Pillow, lehr takes such pictures.
void on_message(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) leave_because(info, cut_short);
}

void limit_scans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > most_scans) {
    leave_because(info, "it has more than 500 scans");
  }
}

struct JpegState {
  JpegState() {
    info.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = leave;
    errors.manager.emit_message = on_message;
    progress.progress_monitor = limit_scans;
  }
  ~JpegState() { jpeg_destroy_decompress(&info); }
  JpegState(const JpegState&) = delete;
  JpegState& operator=(const JpegState&) = delete;

  JpegErrors errors{};
  jpeg_progress_mgr progress{};
  jpeg_decompress_struct info{};
};

/// JPEG files store 255 - ink, as Adobe does.
void rgb_of_inverted_cmyk(std::uint8_t* cmyk, std::size_t pixels, std::uint8_t* rgb) {
  for (std::size_t i = 0; i < 4 * pixels; ++i) cmyk[i] = static_cast<std::uint8_t>(255 - cmyk[i]);
  rgb_of_cmyk(cmyk, pixels, rgb);
}

class JpegDecoder {
 public:
  explicit JpegDecoder(const Encoded& from) : from_(from) {
    jpeg_decompress_struct& info = state_.info;
    run([&] {
      jpeg_create_decompress(&info);
      info.progress = &state_.progress;
      jpeg_mem_src(&info, from.bytes.data(), from.bytes.size());
      jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);
      jpeg_read_header(&info, TRUE);
    });
    check_size(from_, info.image_width, info.image_height);
    check_length();
    info.out_color_space = colour_space();
    info.scale_denom = shrinking();
    jpeg_calc_output_dimensions(&info);
  }

  /// Of the picture that it makes.
  Size size() const { return {state_.info.output_width, state_.info.output_height}; }

  void decode(Image& to) {
    jpeg_decompress_struct& info = state_.info;
    run([&] { jpeg_start_decompress(&info); });
    const bool cmyk = info.out_color_space == JCS_CMYK;
    const std::int64_t channels = cmyk ? 3 : info.output_components;
    std::uint8_t* out = to.reset({channels, info.output_height, info.output_width}).data();
    std::vector<std::uint8_t> inks(cmyk ? std::size_t{4} * info.output_width : 0);
    std::uint8_t* const row_of_inks = inks.data();
    const std::size_t stride = static_cast<std::size_t>(channels) * info.output_width;
    run([&] {
      for (; info.output_scanline < info.output_height; out += stride) {
        JSAMPROW row = cmyk ? row_of_inks : out;
        jpeg_read_scanlines(&info, &row, 1);
        if (cmyk) rgb_of_inverted_cmyk(row_of_inks, info.output_width, out);
      }
    });
  }

  /// Whether decode_part() can be called: the usual files, if they have their end. Others, of which more than
  /// the blocks of the part would be needed, are decoded whole.
  bool has_parts() {
    jpeg_decompress_struct& info = state_.info;
    return info.out_color_space != JCS_CMYK && info.scale_denom == 1 && !info.arith_code &&
           jpeg_has_multiple_scans(&info) == 0 && ends();
  }

  /// Decodes a part of the stored picture, which may not be upright.
  void decode_part(const Part& part, Image& to) {
    jpeg_decompress_struct& info = state_.info;
    auto left = static_cast<JDIMENSION>(std::max<std::int64_t>(0, part.left - beside));
    auto width = static_cast<JDIMENSION>(
        std::min<std::int64_t>(info.output_width, part.left + part.width + beside) - left);
    const auto top = static_cast<JDIMENSION>(part.top);
    run([&] {
      jpeg_start_decompress(&info);
      jpeg_crop_scanline(&info, &left, &width);
      jpeg_skip_scanlines(&info, top);
    });
    const std::int64_t channels = info.output_components;
    std::uint8_t* out = to.reset({channels, part.height, part.width}).data();
    std::vector<std::uint8_t> wider(static_cast<std::size_t>(channels) * width);
    std::uint8_t* const wide = wider.data();
    const auto skipped = static_cast<std::size_t>(channels * (part.left - left));
    const auto stride = static_cast<std::size_t>(channels * part.width);
    const auto end = static_cast<JDIMENSION>(part.top + part.height);
    run([&] {
      for (; info.output_scanline < end; out += stride) {
        JSAMPROW row = wide;
        jpeg_read_scanlines(&info, &row, 1);
        std::memcpy(out, wide + skipped, stride);
      }
    });
  }

  int orientation() const {
    for (const jpeg_marker_struct* marker = state_.info.marker_list; marker != nullptr;
         marker = marker->next) {
      const std::span<const std::uint8_t> data(marker->data, marker->data_length);
      constexpr std::string_view exif = "Exif";
      if (data.size() > exif.size() && std::equal(exif.begin(), exif.end(), data.begin())) {
        return exif_orientation(data);
      }
    }
    return 1;
  }

 private:
  /// Runs calls of libjpeg. Throws BadInput if one of them fails. `calls` must not create objects
  /// with destructors, because an error jumps over it.
  template <class Calls>
  void run(const Calls& calls) {
    if (!succeeds(calls)) throw_error();
  }
  template <class Calls>
  bool succeeds(const Calls& calls) {
    if (setjmp(state_.errors.on_error) != 0) return false;
    calls();
    return true;
  }

  [[noreturn]] void throw_error() {
    auto* info = reinterpret_cast<j_common_ptr>(&state_.info);
    if (info->err->msg_code == JERR_OUT_OF_MEMORY) throw std::bad_alloc();
    if (!state_.errors.reason.empty()) throw_damaged(from_, "JPEG", state_.errors.reason);
    std::array<char, JMSG_LENGTH_MAX> message{};
    info->err->format_message(info, message.data());
    throw_damaged(from_, "JPEG", message.data());
  }

  bool ends() const {
    constexpr std::array<std::uint8_t, 2> end_of_image{0xFF, JPEG_EOI};
    const auto last = from_.bytes.last(std::min(from_.bytes.size(), end_of_image.size()));
    return std::ranges::equal(last, end_of_image);
  }

  /// Each block of the largest component takes at least a bit.
  void check_length() const {
    const jpeg_decompress_struct& info = state_.info;
    if (info.arith_code) return;
    const std::uint64_t blocks = info.image_width / block_side * (info.image_height / block_side);
    if (blocks / 8 <= from_.bytes.size()) return;
    throw_damaged(from_, "JPEG",
                  fmt::format("its {} cannot hold the {} x {} pixels it claims",
                              counted(from_.bytes.size(), "byte"), info.image_width, info.image_height));
  }

  /// By how much the options allow to divide the sides.
  unsigned shrinking() const {
    const std::int64_t side = std::min(state_.info.image_width, state_.info.image_height);
    for (const unsigned by : {8U, 4U, 2U}) {
      if (from_.options.least_side > 0 && side / by >= from_.options.least_side) return by;
    }
    return 1;
  }

  J_COLOR_SPACE colour_space() const {
    switch (state_.info.num_components) {
      case 1:
        return JCS_GRAYSCALE;
      case 3:
        return JCS_RGB;
      case 4:
        return JCS_CMYK;
      default:
        throw_unsupported(from_, "JPEG", counted(state_.info.num_components, "component"), "1, 3 or 4");
    }
  }

  Encoded from_;
  JpegState state_;
};

class UnreadJpeg final : public UnreadPicture {
 public:
  UnreadJpeg(FileBytes file, std::string name, const ReadOptions& options)
      : file_(std::move(file)),
        name_(std::move(name)),
        options_(options),
        decoder_({file_.bytes, name_, options_}),
        orientation_(decoder_.orientation()) {}

  Size size() const override {
    const Size stored = decoder_.size();
    return orientation_ >= 5 ? Size{stored.height, stored.width} : stored;
  }

  void read(const Part& part, Image& to) override {
    if (decoder_.has_parts()) {
      decoder_.decode_part(stored_part(part, orientation_, decoder_.size()), to);
      make_upright(to, orientation_);
      return;
    }
    Image whole;
    decoder_.decode(whole);
    make_upright(whole, orientation_);
    take_part(whole, part, to);
  }

 private:
  FileBytes file_;
  std::string name_;
  ReadOptions options_;
  JpegDecoder decoder_;
  int orientation_;
};

}  // namespace

std::unique_ptr<UnreadPicture> open_jpeg(FileBytes file, std::string name, const ReadOptions& options) {
  return std::make_unique<UnreadJpeg>(std::move(file), std::move(name), options);
}

int decode_jpeg(const Encoded& from, Image& to) {
  JpegDecoder decoder(from);
  decoder.decode(to);
  return decoder.orientation();
}

}  // namespace lehr::image
