#pragma once

#include <string>

#include "lehr/backend/backend.hpp"
#include "lehr/backend/kernel_registry.hpp"

namespace lehr {

/// What backends that compute on the host share: memory, and kernels looked up in a registry.
class HostBackend : public Backend {
 public:
  explicit HostBackend(std::string name) : name_(std::move(name)) {}
  std::string_view name() const override { return name_; }
  std::unique_ptr<Kernel> kernel(const KernelSpec& spec) const override {
    return registry_.kernel(name_, spec);
  }
  std::unique_ptr<Update> update(const UpdateSpec& spec) const override {
    return registry_.update(name_, spec);
  }
  bool fuses(std::string_view type, FusedActivation::Kind activation) const override {
    return registry_.fuses(type, activation);
  }
  std::shared_ptr<void> allocate(std::size_t bytes) const override;
  void copy_in(void* device, const void* host, std::size_t bytes) const override;
  void copy_out(void* host, const void* device, std::size_t bytes) const override;
  void copy(float* to, const float* from, std::int64_t count) const override;

 protected:
  KernelRegistry& registry() { return registry_; }

 private:
  std::string name_;
  KernelRegistry registry_;
};

}  // namespace lehr
