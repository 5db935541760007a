#include <webp/decode.h>
#include <webp/demux.h>

#include <cstring>
#include <memory>
#include <new>
#include <span>

#include "image/formats.hpp"
#include "image/orientation.hpp"
#include "lehr/core/error.hpp"

namespace lehr::image {
namespace {

struct FreeWebpParts {
  void operator()(WebPDemuxer* parts) const { WebPDemuxDelete(parts); }
  void operator()(WebPAnimDecoder* animation) const { WebPAnimDecoderDelete(animation); }
};

void check_webp(const Encoded& from, VP8StatusCode status) {
  if (status == VP8_STATUS_OK) return;
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
  throw_damaged(from, "WebP",
                status == VP8_STATUS_NOT_ENOUGH_DATA ? cut_short : "its data do not follow the format");
}

WebPData data_of(const Encoded& from) { return {from.bytes.data(), from.bytes.size()}; }

void decode_still(const Encoded& from, const WebPBitstreamFeatures& features, Image& to) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) throw Error("libwebp is of another version than its header");
  config.output.colorspace = features.has_alpha != 0 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {
      .rgba = to.pixels.data(), .stride = static_cast<int>(to.channels * to.width), .size = to.pixels.size()};
  check_webp(from, WebPDecode(from.bytes.data(), from.bytes.size(), &config));
}

/// The first frame, on a transparent canvas if it does not fill it.
void decode_first_frame(const Encoded& from, Image& to) {
  WebPAnimDecoderOptions options;
  if (WebPAnimDecoderOptionsInit(&options) == 0) throw Error("libwebp is of another version than its header");
  options.color_mode = MODE_RGBA;
  const WebPData data = data_of(from);
  const std::unique_ptr<WebPAnimDecoder, FreeWebpParts> animation(WebPAnimDecoderNew(&data, &options));
  std::uint8_t* canvas = nullptr;
  int time = 0;
  if (!animation || WebPAnimDecoderGetNext(animation.get(), &canvas, &time) == 0) {
    throw_damaged(from, "WebP", "its first frame cannot be decoded");
  }
  std::uint8_t* out = to.pixels.data();
  const auto channels = static_cast<std::size_t>(to.channels);
  for (std::int64_t i = 0; i < to.width * to.height; ++i, out += channels, canvas += 4) {
    std::memcpy(out, canvas, channels);
  }
}

int webp_orientation(const Encoded& from) {
  const WebPData data = data_of(from);
  const std::unique_ptr<WebPDemuxer, FreeWebpParts> parts(WebPDemux(&data));
  WebPChunkIterator exif{};
  if (!parts || WebPDemuxGetChunk(parts.get(), "EXIF", 1, &exif) == 0) return 1;
  const int orientation = exif_orientation(std::span(exif.chunk.bytes, exif.chunk.size));
  WebPDemuxReleaseChunkIterator(&exif);
  return orientation;
}

}  // namespace

int decode_webp(const Encoded& from, Image& to) {
  WebPBitstreamFeatures features;
  check_webp(from, WebPGetFeatures(from.bytes.data(), from.bytes.size(), &features));
  check_size(from, static_cast<std::uint64_t>(features.width), static_cast<std::uint64_t>(features.height));
  to.reset({features.has_alpha != 0 ? 4 : 3, features.height, features.width});
  features.has_animation != 0 ? decode_first_frame(from, to) : decode_still(from, features, to);
  return webp_orientation(from);
}

}  // namespace lehr::image
