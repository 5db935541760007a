// libFuzzer target: whatever a safetensors file says, reading it returns or throws BadInput.
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
