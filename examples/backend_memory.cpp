// Computes with a tensor in the memory of a backend.
#include <cstdio>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/backend/buffer.hpp"

int main() {
  const lehr::Backend& backend = lehr::cpu_backend();
  const lehr::Buffer sums(backend, 3);  // three zeros in the backend's memory
  backend.upload(sums.ref(), std::vector<float>{1, 2, 3});
  backend.scale(sums.ref(), 2);
  std::vector<float> host = backend.download_floats(sums.ref());  // 2, 4, 6
  for (const float value : host) std::printf("%g\n", static_cast<double>(value));
}
