#include "lehr/backend/backend.hpp"
#include "backend/host_backend.hpp"
#include "backend/reference/ops.hpp"
#include "backend/reference/updates.hpp"

namespace lehr {
namespace {

class ReferenceBackend final : public HostBackend {
 public:
  ReferenceBackend() : HostBackend("reference") {
    reference::register_all_ops(registry());
    reference::register_all_updates(registry());
  }
  void accumulate(float* to, const float* from, std::int64_t count) const override {
    for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
  }
};

}  // namespace

const Backend& reference_backend() {
  static const ReferenceBackend backend;
  return backend;
}

}  // namespace lehr
