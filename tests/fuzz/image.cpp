// libFuzzer target: for any content, describing a picture returns, and reading it returns or throws BadInput.
#include "fuzz/memory_file.hpp"
#include "lehr/core/error.hpp"
#include "lehr/image/read.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lehr::image::has_inks({data, size});
  const lehr::fuzz::MemoryFile file(data, size);
  try {
    lehr::image::read(file.path());
  } catch (const lehr::BadInput&) {
  }
  return 0;
}
