#include "backend/cpu/onednn.hpp"

#include <omp.h>
#include <pthread.h>

#include <mutex>
#include <span>
#include <type_traits>

#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/tensor.hpp"

namespace lehr::cpu::onednn {
namespace {

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::stream& stream() {
  thread_local dnnl::stream own(engine());
  return own;
}

// oneDNN caches its primitives and protects the cache with a lock. A fork waits until no thread
// holds the lock, because nothing would release it in the child.
std::mutex& primitive_mutex() {
  static std::mutex mutex;
  [[maybe_unused]] static const int registered =
      pthread_atfork([] { primitive_mutex().lock(); }, [] { primitive_mutex().unlock(); },
                     [] { primitive_mutex().unlock(); });
  return mutex;
}

/// The memory that a primitive needs depends on the number of threads that it is made for.
template <class Make>
Choice make_for_one_thread(const Make& make) {
  const std::lock_guard hold(primitive_mutex());
  const OneThread scope;
  return make();
}

dnnl::primitive_attr attributes(const FusedActivation& activation = {}) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (activation.kind == FusedActivation::Kind::none || !applies(activation)) return attr;
  dnnl::post_ops after;
#if DNNL_VERSION_MAJOR >= 3
  after.append_eltwise(dnnl::algorithm::eltwise_relu, activation.leak, 0.0F);
#else
  after.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, activation.leak, 0.0F);
#endif
  attr.set_post_ops(after);
  return attr;
}

Dims less_one(Dims dilation) {
  for (auto& extent : dilation) --extent;
  return dilation;
}

/// The request for one primitive descriptor.
struct Attempt {
  Desc weights;
  dnnl::algorithm algorithm;
};

dnnl::convolution_forward::primitive_desc forward_descriptor(const ConvProblem& p, const Attempt& a,
                                                             const dnnl::primitive_attr& attr) {
  const auto kind = p.training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
  const Dims dilation = less_one(p.dilation);
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), kind,     a.algorithm, p.src,     a.weights,       p.bias,
          p.dst,    p.stride, dilation,    p.padding, p.padding_after, attr};
#else
  using Conv = dnnl::convolution_forward;
  return {Conv::desc(kind, a.algorithm, p.src, a.weights, p.bias, p.dst, p.stride, dilation, p.padding,
                     p.padding_after),
          attr, engine()};
#endif
}

dnnl::convolution_backward_data::primitive_desc data_descriptor(const ConvProblem& p, const Attempt& a) {
  const auto hint = forward_descriptor(p, a, attributes());
  const Dims dilation = less_one(p.dilation);
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), a.algorithm, p.src,           a.weights, p.dst,       p.stride,
          dilation, p.padding,   p.padding_after, hint,      attributes()};
#else
  using Conv = dnnl::convolution_backward_data;
  return {Conv::desc(a.algorithm, p.src, a.weights, p.dst, p.stride, dilation, p.padding, p.padding_after),
          attributes(), engine(), hint};
#endif
}

dnnl::convolution_backward_weights::primitive_desc weights_descriptor(const ConvProblem& p,
                                                                      const Attempt& a) {
  const auto hint = forward_descriptor(p, a, attributes());
  const Dims dilation = less_one(p.dilation);
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), a.algorithm, p.src,     a.weights,       p.bias, p.dst,
          p.stride, dilation,    p.padding, p.padding_after, hint,   attributes()};
#else
  using Conv = dnnl::convolution_backward_weights;
  return {Conv::desc(a.algorithm, p.src, a.weights, p.bias, p.dst, p.stride, dilation, p.padding,
                     p.padding_after),
          attributes(), engine(), hint};
#endif
}

bool is_reference(const std::string& implementation) {
  return implementation.find("ref") != std::string::npos;
}

bool is_gemm(const std::string& implementation) {
  return implementation.find("gemm:jit") != std::string::npos;
}

/// oneDNN's first choice, or its plain matrix product if that is wanted and available.
dnnl::matmul::primitive_desc matmul_descriptor(const MatmulProblem& p, const dnnl::primitive_attr& attr,
                                               bool plain_wanted) {
  using Matmul = dnnl::matmul;
#if DNNL_VERSION_MAJOR >= 3
  Matmul::primitive_desc descriptor(engine(), p.src, p.weights, p.bias, p.dst, attr);
#else
  // Must outlive the iteration, which keeps a pointer to it.
  const Matmul::desc operation(p.src, p.weights, p.bias, p.dst);
  Matmul::primitive_desc descriptor(operation, attr, engine());
#endif
  if (!plain_wanted) return descriptor;
  while (!is_gemm(descriptor.impl_info_str()) && descriptor.next_impl()) continue;
  return is_gemm(descriptor.impl_info_str()) ? descriptor : matmul_descriptor(p, attr, false);
}

/// The first attempt for which oneDNN does not return its reference kernel. If there is none, the
/// first attempt that succeeds.
template <class Primitive, class Describe>
Choice choose(const ConvProblem& problem, const Desc* wanted, const Describe& describe) {
  const Desc any = any_layout(problem.weights_dims);
  const Attempt attempts[] = {
      {wanted != nullptr ? *wanted : any, dnnl::algorithm::convolution_auto},
      {any, dnnl::algorithm::convolution_auto},
      {any, dnnl::algorithm::convolution_direct},
      {problem.weights, dnnl::algorithm::convolution_direct},
  };
  Choice best;
  for (const Attempt& attempt : attempts) {
    try {
      const auto descriptor = describe(attempt);
      const std::string implementation = descriptor.impl_info_str();
      if (best.primitive && is_reference(implementation)) continue;
      Desc weights;
      if constexpr (std::is_same_v<Primitive, dnnl::convolution_backward_weights>) {
        weights = descriptor.diff_weights_desc();
      } else {
        weights = descriptor.weights_desc();
      }
      best = {Primitive(descriptor), implementation, weights, descriptor.scratchpad_desc()};
      if (!is_reference(implementation)) break;
    } catch (const dnnl::error&) {
      if (!best.primitive && &attempt == std::end(attempts) - 1) throw;
    }
  }
  return best;
}

}  // namespace

Desc strided(const Dims& dims, const Dims& strides) { return {dims, dnnl::memory::data_type::f32, strides}; }

Desc any_layout(const Dims& dims) {
  return {dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
}

bool applies(const FusedActivation& activation) {
  using Kind = FusedActivation::Kind;
  return activation.kind == Kind::none || (activation.kind == Kind::leaky_relu && activation.leak != 0);
}

Choice conv_forward(const ConvProblem& problem, const FusedActivation& activation, const Desc* wanted) {
  const auto attr = attributes(activation);
  return make_for_one_thread([&] {
    return choose<dnnl::convolution_forward>(
        problem, wanted, [&](const Attempt& attempt) { return forward_descriptor(problem, attempt, attr); });
  });
}

Choice conv_backward_data(const ConvProblem& problem, const Desc* wanted) {
  return make_for_one_thread([&] {
    return choose<dnnl::convolution_backward_data>(
        problem, wanted, [&](const Attempt& attempt) { return data_descriptor(problem, attempt); });
  });
}

Choice conv_backward_weights(const ConvProblem& problem, const Desc* wanted) {
  return make_for_one_thread([&] {
    return choose<dnnl::convolution_backward_weights>(
        problem, wanted, [&](const Attempt& attempt) { return weights_descriptor(problem, attempt); });
  });
}

Choice matmul(const MatmulProblem& problem, const FusedActivation& activation) {
  return make_for_one_thread([&]() -> Choice {
    const auto descriptor = matmul_descriptor(problem, attributes(activation), problem.plain);
    return {dnnl::matmul(descriptor), descriptor.impl_info_str(), problem.weights,
            descriptor.scratchpad_desc()};
  });
}

Choice reorder(const Desc& from, const Desc& to) {
  return make_for_one_thread([&]() -> Choice {
    const dnnl::reorder::primitive_desc descriptor(engine(), from, engine(), to, attributes());
    return {dnnl::reorder(descriptor), descriptor.impl_info_str(), to, descriptor.scratchpad_desc()};
  });
}

Call::Call(const Choice& choice, std::initializer_list<Argument> arguments)
    : primitive_(choice.primitive), scratchpad_bytes_(choice.scratchpad.get_size()) {
  std::size_t number = 0;
  const auto add = [&](int id, const Desc& desc) {
    if (desc.get_size() > 0) {
      given_.push_back(number);
      memories_.push_back(dnnl::memory(desc, engine(), DNNL_MEMORY_NONE));
      arguments_.push_back({id, memories_.back().get()});
    }
    ++number;
  };
  for (const Argument& argument : arguments) add(argument.id, argument.desc);
  add(DNNL_ARG_SCRATCHPAD, choice.scratchpad);
}

OneThread::OneThread() : before_(omp_get_max_threads()) {
  if (before_ != 1) omp_set_num_threads(1);
}

OneThread::~OneThread() {
  if (before_ != 1) omp_set_num_threads(before_);
}

int useful_slices(std::int64_t multiply_adds) {
  constexpr std::int64_t worth_a_barrier = 1 << 19;
  return multiply_adds < worth_a_barrier ? 1 : threads();
}

void Call::run(std::initializer_list<const void*> addresses) {
  const std::span given(addresses.begin(), addresses.size());
  for (std::size_t i = 0; i < memories_.size(); ++i) {
    void* address = const_cast<void*>(given[given_[i]]);
    // Version 2 clears the padding of a blocked layout each time an address is set.
    if (memories_[i].get_data_handle() != address) memories_[i].set_data_handle(address);
  }
  const OneThread scope;
  dnnl::error::wrap_c_api(dnnl_primitive_execute(primitive_.get(), stream().get(),
                                                 static_cast<int>(arguments_.size()), arguments_.data()),
                          "could not execute a primitive");
  stream().wait();
}

void throw_translated(const std::string& node, const char* doing, const dnnl::error& error) {
  throw Error("oneDNN failed at " + std::string(doing) + " of node " + node + ": " + error.what() +
              " (status " + std::to_string(static_cast<int>(error.status)) + ")");
}

std::size_t WorkspaceOffsets::take(std::size_t bytes) {
  const std::size_t offset = total_;
  total_ += (bytes + buffer_alignment - 1) / buffer_alignment * buffer_alignment;
  return offset;
}

}  // namespace lehr::cpu::onednn
