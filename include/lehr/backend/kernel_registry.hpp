#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "lehr/backend/backend.hpp"

namespace lehr {

/// The kernels of one backend by operation type. Each file of a backend's ops/ folder enters its own through
/// `register_<file>(KernelRegistry&)`; the build collects the calls, so a new file is all that a new kernel
/// needs.
class KernelRegistry {
 public:
  using MakeKernel = std::function<std::unique_ptr<Kernel>(const KernelSpec&)>;
  using MakeUpdate = std::function<std::unique_ptr<Update>(const UpdateSpec&)>;
  using Fuses = std::function<bool(FusedActivation::Kind)>;

  /// `fuses` says which activations the kernel takes behind it; by default none.
  void add_kernel(
      std::string type, MakeKernel make, Fuses fuses = [](FusedActivation::Kind) { return false; });
  void add_update(std::string type, MakeUpdate make);

  /// Each throws Error naming the backend and the type where it is not known.
  std::unique_ptr<Kernel> kernel(std::string_view backend, const KernelSpec& spec) const;
  std::unique_ptr<Update> update(std::string_view backend, const UpdateSpec& spec) const;
  bool fuses(std::string_view type, FusedActivation::Kind activation) const;

 private:
  std::map<std::string, std::pair<MakeKernel, Fuses>, std::less<>> kernels_;
  std::map<std::string, MakeUpdate, std::less<>> updates_;
};

}  // namespace lehr
