#include "lehr/backend/kernel_registry.hpp"

#include "lehr/core/error.hpp"

namespace lehr {

void KernelRegistry::add_kernel(std::string type, MakeKernel make, Fuses fuses) {
  kernels_.insert_or_assign(std::move(type), std::pair{std::move(make), std::move(fuses)});
}

void KernelRegistry::add_update(std::string type, MakeUpdate make) {
  updates_.insert_or_assign(std::move(type), std::move(make));
}

std::unique_ptr<Kernel> KernelRegistry::kernel(std::string_view backend, const KernelSpec& spec) const {
  const auto found = kernels_.find(spec.type);
  if (found == kernels_.end()) {
    throw Error("the " + std::string(backend) + " backend has no kernel for \"" + spec.type + "\" (node " +
                spec.name + ")");
  }
  return found->second.first(spec);
}

std::unique_ptr<Update> KernelRegistry::update(std::string_view backend, const UpdateSpec& spec) const {
  const auto found = updates_.find(spec.type);
  if (found == updates_.end()) {
    throw Error("the " + std::string(backend) + " backend has no optimizer \"" + spec.type + "\"");
  }
  return found->second(spec);
}

bool KernelRegistry::fuses(std::string_view type, FusedActivation::Kind activation) const {
  const auto found = kernels_.find(type);
  return found != kernels_.end() && found->second.second(activation);
}

}  // namespace lehr
