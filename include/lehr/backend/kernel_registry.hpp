#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/backend/host_kernel.hpp"

namespace lehr {

/// The element types that a kernel computes with. Any others are refused before the kernel is made.
struct KernelTypes {
  /// What each input may be. The last entry holds for all further inputs.
  std::vector<std::vector<DType>> inputs{{DType::f32}};
  DType output = DType::f32;
  DType parameters = DType::f32;
};

/// For KernelTraits::fuses.
inline bool fuses_none(FusedActivation::Kind) { return false; }
inline bool fuses_all(FusedActivation::Kind) { return true; }

struct KernelTraits {
  /// Which activations the kernel applies to its output.
  std::function<bool(FusedActivation::Kind)> fuses = fuses_none;
  KernelTypes types{};
};

/// The kernels of one backend by operation type. Each file of a backend's ops/ folder enters its own through
/// `register_<file>(KernelRegistry&)`; the build collects the calls, so a new file is all that a new kernel
/// needs.
class KernelRegistry {
 public:
  using MakeKernel = std::function<std::unique_ptr<HostKernel>(const KernelSpec&)>;
  using MakeUpdate = std::function<std::unique_ptr<HostUpdate>(const UpdateSpec&)>;

  /// Replaces a kernel of the same type.
  void add_kernel(std::string type, MakeKernel make, KernelTraits traits = {});
  void add_update(std::string type, MakeUpdate make);

  /// Each throws Error naming the backend and the type if it is not known. kernel() throws BadInput if the
  /// spec has an element type that the kernel does not compute with.
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
