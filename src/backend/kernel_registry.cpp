#include "lehr/backend/kernel_registry.hpp"

#include <algorithm>

#include "backend/custom_kernels.hpp"
#include "backend/custom_updates.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

/// "f32", or "f32 or i64"
std::string names_of(const std::vector<DType>& types) {
  std::string names;
  for (const DType type : types) names += (names.empty() ? "" : " or ") + std::string(name_of(type));
  return names;
}

/// Checks the element types of each tensor of a kernel.
class TypeCheck {
 public:
  TypeCheck(std::string_view backend, const KernelSpec& spec) : backend_(backend), spec_(spec) {}

  void expect(const std::string& tensor, const std::vector<DType>& types, DType found) const {
    if (std::ranges::find(types, found) != types.end()) return;
    throw BadInput("the " + std::string(backend_) + " backend computes " + spec_.type + " " +
                   in_quotes(spec_.name) + " with " + names_of(types) + " as " + tensor + ", found " +
                   std::string(name_of(found)));
  }

  void run(const KernelTypes& types) const {
    for (std::size_t i = 0; i < spec_.inputs.size() && !types.inputs.empty(); ++i) {
      const std::vector<DType>& allowed = types.inputs[std::min(i, types.inputs.size() - 1)];
      expect("input " + std::to_string(i), allowed, spec_.inputs[i].dtype);
    }
    expect("its output", {types.output}, spec_.output.dtype);
    for (const TensorSpec& parameter : spec_.parameters) {
      expect("its parameters", {types.parameters}, parameter.dtype);
    }
  }

 private:
  std::string_view backend_;
  const KernelSpec& spec_;
};

}  // namespace

void KernelRegistry::add_kernel(std::string type, MakeKernel make, KernelTraits traits) {
  kernels_.insert_or_assign(std::move(type), Entry{std::move(make), std::move(traits)});
}

void KernelRegistry::add_update(std::string type, MakeUpdate make) {
  updates_.insert_or_assign(std::move(type), std::move(make));
}

std::unique_ptr<HostKernel> KernelRegistry::kernel(std::string_view backend, const KernelSpec& spec) const {
  const auto found = kernels_.find(spec.type);
  if (found != kernels_.end()) {
    TypeCheck(backend, spec).run(found->second.traits.types);
    return found->second.make(spec);
  }
  if (std::unique_ptr<HostKernel> custom = custom_kernel(spec)) return custom;
  throw Error("the " + std::string(backend) + " backend has no kernel for \"" + spec.type + "\" (node " +
              spec.name + "); a program registers an operation of its own with lehr::register_op");
}

std::unique_ptr<HostUpdate> KernelRegistry::update(std::string_view backend, const UpdateSpec& spec) const {
  const auto found = updates_.find(spec.type);
  if (found != updates_.end()) return found->second(spec);
  if (std::unique_ptr<HostUpdate> custom = custom_update(spec)) return custom;
  throw Error("the " + std::string(backend) + " backend has no optimizer \"" + spec.type +
              "\"; a program registers one of its own with lehr::register_optimizer");
}

bool KernelRegistry::fuses(std::string_view type, FusedActivation::Kind activation) const {
  const auto found = kernels_.find(type);
  return found != kernels_.end() && found->second.traits.fuses(activation);
}

std::vector<std::string> KernelRegistry::kernel_types() const {
  std::vector<std::string> types;
  for (const auto& [type, entry] : kernels_) types.push_back(type);
  return types;
}

}  // namespace lehr
