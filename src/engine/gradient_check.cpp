#include "lehr/engine/gradient_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"

namespace lehr {
namespace {

/// A tensor in host memory, with room for its gradient.
struct TestTensor {
  std::string name;
  TensorSpec spec;
  Strides strides{};
  std::vector<float> values;
  std::vector<std::int64_t> integers;
  std::vector<float> grad;
  bool trained = true;

  CustomTensor<float> tensor() { return {values, spec.shape, strides}; }
  CustomTensor<const float> read_only() const { return {values, spec.shape, strides}; }
  CustomTensor<float> grad_tensor() { return {grad, spec.shape, strides}; }
};

TestTensor make_tensor(std::string name, const TensorSpec& spec, const Strides& strides) {
  TestTensor made{std::move(name), spec, strides, {}, {}, {}};
  const auto count = static_cast<std::size_t>(spec.shape.numel());
  if (spec.dtype == DType::i64) {
    made.integers.resize(count);
  } else {
    made.values.resize(count);
    made.grad.resize(count);
  }
  return made;
}

class Checker {
 public:
  Checker(const CustomOp& op, const std::vector<TensorSpec>& inputs, const GradientCheckOptions& options)
      : op_(op), options_(options), random_(options.seed, Purpose::test, 0, 0) {
    const TensorSpec output = op.infer(inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      inputs_.push_back(
          make_tensor("input " + std::to_string(i), inputs[i], channels_last_strides(inputs[i].shape)));
      draw(inputs_.back(), inputs);
    }
    for (const ParameterSpec& spec : op.parameters(inputs)) {
      parameters_.push_back(
          make_tensor(spec.name, {DType::f32, spec.shape}, output_last_strides(spec.shape)));
      parameters_.back().trained = !is_state(spec.role);
      draw(parameters_.back(), inputs);
      if (spec.role == ParameterRole::running_var) std::ranges::fill(parameters_.back().values, 1.0F);
    }
    for (const Shape& shape : op.saved(inputs)) {
      saved_.push_back(make_tensor("saved", {DType::f32, shape}, channels_last_strides(shape)));
    }
    output_ = make_tensor("output", output, channels_last_strides(output.shape));
    for (float& factor : output_.grad) factor = random_.uniform(-1, 1);
  }

  GradientCheck run() {
    objective();
    backward();
    GradientCheck check{.tensors = {}, .passed = true, .text = {}};
    for (std::vector<TestTensor>* all : {&inputs_, &parameters_}) {
      for (TestTensor& one : *all) {
        if (one.values.empty() || !one.trained) continue;
        const GradientDifference found = compare(one);
        const std::int64_t tried = samples_of(one);
        const bool fits = found.share <= options_.tolerance && 2 * found.checked >= tried;
        check.passed = check.passed && fits;
        check.text += fmt::format(
            "{}: {}, largest difference {:.2g} of the largest gradient (element {}: {:.6g} by backward, "
            "{:.6g} by differences), {} of {} elements checked\n",
            one.name, fits ? "equal" : "DIFFERENT", found.share, found.element, found.by_backward,
            found.by_differences, found.checked, tried);
        check.tensors.push_back(found);
      }
    }
    return check;
  }

 private:
  void draw(TestTensor& tensor, const std::vector<TensorSpec>& inputs) {
    for (float& value : tensor.values) {
      value = random_.uniform(static_cast<float>(options_.low), static_cast<float>(options_.high));
    }
    if (tensor.integers.empty()) return;
    std::int64_t classes = options_.classes;
    if (classes == 0 && inputs[0].shape.rank() > 1) classes = inputs[0].shape[1];
    if (classes < 1) throw BadInput("check_gradients needs the number of classes of its i64 input");
    for (std::int64_t& value : tensor.integers) {
      value = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(classes)));
    }
  }

  std::int64_t samples_of(const TestTensor& tensor) const {
    return std::min(options_.samples, static_cast<std::int64_t>(tensor.values.size()));
  }

  std::vector<CustomInput> inputs(bool with_values) const {
    std::vector<CustomInput> all;
    for (const TestTensor& input : inputs_) {
      CustomInput one{{{}, input.spec.shape, input.strides}, {}};
      if (with_values) {
        one.values = input.values;
        one.integers = input.integers;
      }
      all.push_back(one);
    }
    return all;
  }

  // Returns sum(output * factors). backward computes the gradients of this sum.
  double objective() {
    const std::vector<CustomInput> in = inputs(true);
    std::vector<CustomTensor<float>> parameters;
    std::vector<CustomTensor<float>> saved;
    for (TestTensor& one : parameters_) parameters.push_back(one.tensor());
    for (TestTensor& one : saved_) saved.push_back(one.tensor());
    op_.forward({.inputs = in,
                 .parameters = parameters,
                 .output = output_.tensor(),
                 .saved = saved,
                 .training = true,
                 .seed = options_.seed});
    double sum = 0;
    for (std::size_t i = 0; i < output_.values.size(); ++i) {
      sum += static_cast<double>(output_.values[i]) * static_cast<double>(output_.grad[i]);
    }
    return sum;
  }

  void backward() {
    const BackwardReads reads = op_.backward_reads();
    const std::vector<CustomInput> in = inputs(reads.inputs);
    std::vector<CustomTensor<const float>> parameters;
    std::vector<CustomTensor<const float>> saved;
    std::vector<CustomTensor<float>> input_grads;
    std::vector<CustomTensor<float>> parameter_grads;
    for (TestTensor& one : inputs_) input_grads.push_back(one.grad_tensor());
    for (TestTensor& one : parameters_) {
      parameters.push_back(one.read_only());
      parameter_grads.push_back(one.grad_tensor());
      if (!one.trained) parameter_grads.back().values = {};
    }
    for (const TestTensor& one : saved_) saved.push_back(one.read_only());
    CustomTensor<const float> output = output_.read_only();
    if (!reads.output) output.values = {};
    op_.backward({.inputs = in,
                  .parameters = parameters,
                  .output = output,
                  .saved = saved,
                  .output_grad = {output_.grad, output_.spec.shape, output_.strides},
                  .input_grads = input_grads,
                  .parameter_grads = parameter_grads,
                  .seed = options_.seed});
  }

  GradientDifference compare(TestTensor& tensor) {
    double largest = 1e-3;
    for (const float grad : tensor.grad) largest = std::max(largest, std::abs(static_cast<double>(grad)));
    GradientDifference worst;
    worst.tensor = tensor.name;
    const std::int64_t samples = samples_of(tensor);
    for (std::int64_t sample = 0; sample < samples; ++sample) {
      const auto i = static_cast<std::size_t>(sample * 7919 % std::ssize(tensor.values));
      const auto [below, above] = slopes(tensor.values[i]);
      if (std::abs(above - below) > 2 * options_.tolerance * largest) continue;
      const auto by_backward = static_cast<double>(tensor.grad[i]);
      const double by_differences = (above + below) / 2;
      // A gradient that is not finite counts as an infinite difference.
      const double distance = std::abs(by_backward - by_differences) / largest;
      const double share = std::isfinite(distance) ? distance : INFINITY;
      if (worst.checked++ > 0 && share <= worst.share) continue;
      worst.element = static_cast<std::int64_t>(i);
      worst.by_backward = by_backward;
      worst.by_differences = by_differences;
      worst.share = share;
    }
    return worst;
  }

  struct Slopes {
    double below, above;
  };

  // The slopes to the left and to the right of the element.
  Slopes slopes(float& element) {
    const auto step = static_cast<float>(options_.step);
    const float middle = element;
    const double centre = objective();
    element = middle + step;
    const double above = (objective() - centre) / static_cast<double>(element - middle);
    element = middle - step;
    const double below = (centre - objective()) / static_cast<double>(middle - element);
    element = middle;
    return {below, above};
  }

  const CustomOp& op_;
  const GradientCheckOptions& options_;
  Rng random_;
  std::vector<TestTensor> inputs_;
  std::vector<TestTensor> parameters_;
  std::vector<TestTensor> saved_;
  TestTensor output_;
};

}  // namespace

GradientCheck check_gradients(const CustomOp& op, const std::vector<TensorSpec>& inputs,
                              const GradientCheckOptions& options) {
  return Checker(op, inputs, options).run();
}

}  // namespace lehr
