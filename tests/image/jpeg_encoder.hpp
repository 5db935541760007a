#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

// jpeglib.h needs FILE and size_t.
#include <jpeglib.h>

#include "lehr/core/rng.hpp"
#include "lehr/image/image.hpp"

namespace lehr::image_test {

/// How a test picture is stored.
struct JpegKind {
  std::int64_t width = 64, height = 48;
  int channels = 3;
  int luma_across = 2, luma_down = 2;  ///< blocks of luma for one of chroma: 2 x 2 is 4:2:0
  bool progressive = false;
  bool arithmetic = false;
  unsigned rows_to_restart = 0;
  int orientation = 1;
};

/// Slopes and noise in all channels, so that wrong chroma shows.
inline Image jpeg_content(const JpegKind& kind) {
  Image image;
  Rng rng(3, Purpose::test, static_cast<std::uint64_t>(kind.width), static_cast<std::uint64_t>(kind.height));
  std::uint8_t* value = image.reset({kind.channels, kind.height, kind.width}).data();
  for (std::int64_t y = 0; y < kind.height; ++y) {
    for (std::int64_t x = 0; x < kind.width; ++x) {
      for (int c = 0; c < kind.channels; ++c) {
        *value++ = static_cast<std::uint8_t>(2 * x + (c + 1) * y + static_cast<std::int64_t>(rng.below(80)));
      }
    }
  }
  return image;
}

/// A JPEG file of that kind.
inline std::vector<std::uint8_t> jpeg_bytes(const JpegKind& kind) {
  Image image = jpeg_content(kind);
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* written = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &written, &size);
  info.image_width = static_cast<JDIMENSION>(kind.width);
  info.image_height = static_cast<JDIMENSION>(kind.height);
  info.input_components = kind.channels;
  info.in_color_space = kind.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 85, TRUE);
  if (kind.channels == 3) {
    info.comp_info[0].h_samp_factor = kind.luma_across;
    info.comp_info[0].v_samp_factor = kind.luma_down;
  }
  info.restart_in_rows = static_cast<int>(kind.rows_to_restart);
  info.arith_code = kind.arithmetic ? TRUE : FALSE;
  if (kind.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  if (kind.orientation != 1) {
    const auto turn = static_cast<JOCTET>(kind.orientation);
    const std::array<JOCTET, 32> exif{'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42,   0, 0, 0, 8, 0, 1,
                                      1,   18,  0,   3,   0, 0, 0,   1,   0, turn, 0, 0, 0, 0, 0, 0};
    jpeg_write_marker(&info, JPEG_APP0 + 1, exif.data(), exif.size());
  }
  while (info.next_scanline < info.image_height) {
    JSAMPROW row =
        image.pixels.data() + static_cast<std::int64_t>(info.next_scanline) * kind.width * kind.channels;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::vector<std::uint8_t> bytes(written, written + size);
  std::free(written);
  return bytes;
}

}  // namespace lehr::image_test
