// libFuzzer target: for any content, decoding it as TIFF gives a picture or throws BadInput.
#include "fuzz/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lehr::fuzz::decode_as(lehr::image::decode_tiff, data, size);
  return 0;
}
