// libFuzzer target: for any content, decoding it as JPEG gives a picture or throws BadInput; so does decoding
// a part of it.
#include "fuzz/decoder.hpp"
#include "lehr/image/read.hpp"

namespace {

void decode_part(const std::uint8_t* data, std::size_t size) {
  try {
    const auto picture =
        lehr::image::open_jpeg({.bytes = {data, size}}, "the input", {.most_pixels = 1 << 20});
    const lehr::image::Size whole = picture->size();
    const lehr::image::Part part{.left = whole.width / 3,
                                 .top = whole.height / 3,
                                 .width = (whole.width + 2) / 3,
                                 .height = (whole.height + 2) / 3};
    lehr::Image pixels;
    picture->read(part, pixels);
    lehr::image::check(pixels);
  } catch (const lehr::BadInput&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lehr::fuzz::decode_as(lehr::image::decode_jpeg, data, size);
  decode_part(data, size);
  return 0;
}
