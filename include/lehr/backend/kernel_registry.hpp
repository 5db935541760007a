#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/backend/host_kernel.hpp"

namespace lehr {

/// The element types that a kernel supports. Other types are rejected before the kernel is made.
struct KernelTypes {
  /// The allowed types of each input. The last entry applies to all further inputs.
  std::vector<std::vector<DType>> inputs{{DType::f32}};
  DType output = DType::f32;
  DType parameters = DType::f32;
};

/// Values for KernelTraits::fuses.
inline bool fuses_none(FusedActivation::Kind) { return false; }
inline bool fuses_all(FusedActivation::Kind) { return true; }

struct KernelTraits {
  /// Which activations the kernel can apply to its output.
  std::function<bool(FusedActivation::Kind)> fuses = fuses_none;
  KernelTypes types{};
};

/// The kernels of one backend by operation type. Each file in a backend's ops/ folder registers its
/// kernels with `register_<file>(KernelRegistry&)`. The build collects these calls, so a new kernel
/// needs only a new file.
class KernelRegistry {
 public:
  using MakeKernel = std::function<std::unique_ptr<HostKernel>(const KernelSpec&)>;
  using MakeUpdate = std::function<std::unique_ptr<HostUpdate>(const UpdateSpec&)>;

  /// Replaces a kernel of the same type.
  void add_kernel(std::string type, MakeKernel make, KernelTraits traits = {});
  void add_update(std::string type, MakeUpdate make);

  /// Throws Error, naming the backend and the type, if the type is unknown. kernel() throws
  /// BadInput if the spec has an element type that the kernel does not support.
  std::unique_ptr<HostKernel> kernel(std::string_view backend, const KernelSpec& spec) const;
  std::unique_ptr<HostUpdate> update(std::string_view backend, const UpdateSpec& spec) const;
  bool fuses(std::string_view type, FusedActivation::Kind activation) const;
  /// In alphabetical order.
  std::vector<std::string> kernel_types() const;

 private:
  struct Entry {
    MakeKernel make;
    KernelTraits traits;
  };
  std::map<std::string, Entry, std::less<>> kernels_;
  std::map<std::string, MakeUpdate, std::less<>> updates_;
};

}  // namespace lehr
