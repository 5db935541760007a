// libFuzzer target: for any content, decoding it as BMP gives a picture or throws BadInput.
#include "fuzz/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lehr::fuzz::decode_as(lehr::image::decode_bmp, data, size);
  return 0;
}
