// libFuzzer target: for any content, reading a safetensors file returns or throws BadInput.
#include "lehr/store/safetensors.hpp"

#include "fuzz/memory_file.hpp"
#include "lehr/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const lehr::fuzz::MemoryFile file(data, size);
  try {
    lehr::store::read_safetensors(file.path());
  } catch (const lehr::BadInput&) {
  }
  return 0;
}
