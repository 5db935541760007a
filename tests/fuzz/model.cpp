// libFuzzer target: for any network in a file, loading it returns or throws BadInput.
#include "fuzz/memory_file.hpp"
#include "lehr/core/error.hpp"
#include "lehr/model_io/model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const lehr::fuzz::MemoryFile file(data, size);
  try {
    lehr::load_model(file.path());
  } catch (const lehr::BadInput&) {
  }
  return 0;
}
