#include "lehr/backend/backend.hpp"
#include "backend/cpu/accumulate.hpp"
#include "backend/cpu/ops.hpp"
#include "backend/cpu/updates.hpp"
#include "backend/host_backend.hpp"

namespace lehr {
namespace {

class CpuBackend final : public HostBackend {
 public:
  CpuBackend() : HostBackend("cpu") {
    cpu::register_all_ops(registry());
    cpu::register_all_updates(registry());
  }
  void accumulate(float* to, const float* from, std::int64_t count) const override {
    cpu::accumulate(to, from, count);
  }
};

}  // namespace

const Backend& cpu_backend() {
  static const CpuBackend backend;
  return backend;
}

}  // namespace lehr
