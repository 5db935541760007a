#include "support/faulting_backend.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "lehr/backend/host_kernel.hpp"
#include "lehr/core/error.hpp"

// The linker redirects every call of cpu_backend() in the program to __wrap_... and renames the
// real function (ld's --wrap; tests/CMakeLists.txt).
const lehr::Backend& real_cpu_backend() __asm__("__real__ZN4lehr11cpu_backendEv");
const lehr::Backend& chosen_cpu_backend() __asm__("__wrap__ZN4lehr11cpu_backendEv");

namespace lehr::test {
namespace {

const Backend& inner() { return real_cpu_backend(); }

/// The same pages at two addresses: one for kernels, and one that faults. Not backed by a normal
/// file, because some tests limit the size of files.
class TwoMappings {
 public:
  explicit TwoMappings(std::size_t bytes)
      : bytes_(bytes),
        open_(checked(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))),
        closed_(checked(::mremap(open_, 0, bytes, MREMAP_MAYMOVE))) {  // from size 0: maps shared pages again
    if (::mprotect(closed_, bytes, PROT_NONE) != 0) checked(MAP_FAILED);
  }
  ~TwoMappings() {
    ::munmap(open_, bytes_);
    ::munmap(closed_, bytes_);
  }
  TwoMappings(const TwoMappings&) = delete;
  TwoMappings& operator=(const TwoMappings&) = delete;
  void* open() const { return open_; }
  void* closed() const { return closed_; }

 private:
  static void* checked(void* address) {
    if (address == MAP_FAILED) throw Error("memory of the faulting backend cannot be mapped");
    return address;
  }

  std::size_t bytes_;
  void* open_;
  void* closed_;
};

std::size_t whole_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (bytes / page + 1) * page;
}

/// Its own address faults.
class FaultingMemory final : private TwoMappings, public HostMemory {
 public:
  FaultingMemory(const Backend& backend, std::size_t bytes)
      : TwoMappings(whole_pages(bytes)),
        HostMemory(backend, closed(), bytes),
        for_kernels_(inner(), open(), bytes) {}
  HostMemory& for_kernels() const { return for_kernels_; }

 private:
  mutable HostMemory for_kernels_;
};

HostMemory& open_memory(const ConstTensorRef& ref) {
  if (&ref.backend() != &faulting_backend()) {
    throw Error("a tensor of the faulting backend was expected, found one of " +
                std::string(ref.backend().name()));
  }
  return static_cast<const FaultingMemory&>(ref.memory()).for_kernels();
}

ConstTensorRef opened(const ConstTensorRef& ref) {
  if (!ref) return {};
  return {open_memory(ref), ref.offset(), ref.spec(), ref.strides()};
}

TensorRef opened(const TensorRef& ref) {
  if (!ref) return {};
  return {open_memory(ref), ref.offset(), ref.spec(), ref.strides()};
}

template <class Ref>
std::vector<Ref> opened(std::span<const Ref> refs) {
  std::vector<Ref> found;
  for (const Ref& ref : refs) found.push_back(opened(ref));
  return found;
}

class FaultingProbe final : public TensorProbe {
 public:
  explicit FaultingProbe(std::unique_ptr<TensorProbe> probe) : probe_(std::move(probe)) {}
  void begin(const ConstTensorRef& values) override { probe_->begin(opened(values)); }
  void written(std::int64_t first, std::int64_t count, int thread) override {
    probe_->written(first, count, thread);
  }
  void end(TensorStats& result) override { probe_->end(result); }
  double seconds() const override { return probe_->seconds(); }
  TensorProbe& probe() const { return *probe_; }

 private:
  std::unique_ptr<TensorProbe> probe_;
};

class FaultingKernel final : public Kernel {
 public:
  explicit FaultingKernel(std::unique_ptr<Kernel> kernel) : kernel_(std::move(kernel)) {}
  std::string implementation() const override { return kernel_->implementation(); }
  bool is_alias() const override { return kernel_->is_alias(); }
  BackwardReads backward_reads() const override { return kernel_->backward_reads(); }
  std::vector<TensorSpec> saved() const override { return kernel_->saved(); }
  std::size_t workspace() const override { return kernel_->workspace(); }

  void bind(const KernelTensors& tensors) override {
    const auto inputs = opened(tensors.inputs);
    const auto parameters = opened(tensors.parameters);
    const auto saved = opened(tensors.saved);
    const auto input_grads = opened(tensors.input_grads);
    const auto parameter_grads = opened(tensors.parameter_grads);
    kernel_->bind({inputs, opened(tensors.output), parameters, saved, opened(tensors.workspace),
                   opened(tensors.output_grad), input_grads, parameter_grads});
  }
  void bind_input(std::size_t index, const ConstTensorRef& input) override {
    kernel_->bind_input(index, opened(input));
  }
  void run_forward(const KernelRun& run) override { kernel_->run_forward(run); }
  void run_backward(const KernelRun& run) override { kernel_->run_backward(run); }

 private:
  std::unique_ptr<Kernel> kernel_;
};

class FaultingUpdate final : public Update {
 public:
  explicit FaultingUpdate(std::unique_ptr<Update> update) : update_(std::move(update)) {}
  int states() const override { return update_->states(); }
  bool by_tensor() const override { return update_->by_tensor(); }
  void step(const UpdateRange& range, const UpdateRates& rates) override {
    const auto states = opened(range.states);
    update_->step({opened(range.parameters), opened(range.gradients), states, range.tensors}, rates);
  }

 private:
  std::unique_ptr<Update> update_;
};

/// Host data is copied, as to a separate device.
class FaultingInput final : public HostInput {
 public:
  explicit FaultingInput(const Backend& backend) : backend_(backend) {}

  ConstTensorRef set(const TensorSpec& spec, const HostData& data) override {
    if (!memory_ || memory_->bytes() < spec.bytes()) memory_ = backend_.allocate(spec.bytes());
    const TensorRef ref(*memory_, 0, spec, backend_.activation_layout(spec.shape));
    backend_.upload(ref, data);
    return ref;
  }

 private:
  const Backend& backend_;
  std::shared_ptr<DeviceMemory> memory_;
};

class FaultingBackend final : public Backend {
 public:
  std::string_view name() const override { return inner().name(); }
  std::unique_ptr<Kernel> kernel(const KernelSpec& spec) const override {
    return std::make_unique<FaultingKernel>(inner().kernel(spec));
  }
  bool fuses(std::string_view type, FusedActivation::Kind activation) const override {
    return inner().fuses(type, activation);
  }
  std::unique_ptr<Update> update(const UpdateSpec& spec) const override {
    return std::make_unique<FaultingUpdate>(inner().update(spec));
  }
  std::unique_ptr<TensorProbe> probe(const StatsSpec& spec) const override {
    return std::make_unique<FaultingProbe>(inner().probe(spec));
  }
  void measure(std::span<const Measurement> measurements) const override {
    std::vector<Measurement> found;
    for (const Measurement& one : measurements) {
      found.push_back({&dynamic_cast<FaultingProbe&>(*one.probe).probe(), opened(one.values), one.result});
    }
    inner().measure(found);
  }

  std::size_t total_memory() const override { return inner().total_memory(); }
  std::shared_ptr<DeviceMemory> allocate(std::size_t bytes) const override {
    return std::make_shared<FaultingMemory>(*this, bytes);
  }
  Strides activation_layout(const Shape& shape) const override { return inner().activation_layout(shape); }
  Strides parameter_layout(const Shape& shape) const override { return inner().parameter_layout(shape); }

  void upload(const TensorRef& to, const HostData& from) const override { inner().upload(opened(to), from); }
  void download(void* to, const ConstTensorRef& from) const override { inner().download(to, opened(from)); }
  std::unique_ptr<HostInput> host_input() const override { return std::make_unique<FaultingInput>(*this); }
  void synchronise() const override { inner().synchronise(); }
  double time_stamp() const override { return inner().time_stamp(); }

  void copy(const TensorRef& to, const ConstTensorRef& from) const override {
    inner().copy(opened(to), opened(from));
  }
  void fill(const TensorRef& to, float value) const override { inner().fill(opened(to), value); }
  void accumulate(const TensorRef& to, const ConstTensorRef& from) const override {
    inner().accumulate(opened(to), opened(from));
  }
  void add_scaled(const TensorRef& to, const ConstTensorRef& from, float factor) const override {
    inner().add_scaled(opened(to), opened(from), factor);
  }
  void lerp(const TensorRef& to, const ConstTensorRef& from, float weight) const override {
    inner().lerp(opened(to), opened(from), weight);
  }
  void scale(const TensorRef& values, float factor) const override { inner().scale(opened(values), factor); }
  void clamp(const TensorRef& values, float low, float high) const override {
    inner().clamp(opened(values), low, high);
  }
  double sum_of_squares(const ConstTensorRef& values) const override {
    return inner().sum_of_squares(opened(values));
  }
  bool all_finite(const ConstTensorRef& values) const override { return inner().all_finite(opened(values)); }
};

}  // namespace

const Backend& faulting_backend() {
  static const FaultingBackend backend;
  return backend;
}

}  // namespace lehr::test

const lehr::Backend& chosen_cpu_backend() {
  static const bool faulting = [] {
    const char* const chosen = std::getenv("LEHR_TEST_BACKEND");
    return chosen != nullptr && std::string_view(chosen) == "faulting";
  }();
  return faulting ? lehr::test::faulting_backend() : lehr::test::inner();
}
