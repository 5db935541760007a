#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/core/tensor.hpp"
#include "lehr/core/thread_scope.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

using Kind = FusedActivation::Kind;

struct Case {
  std::int64_t batch, in, out;
  bool bias = true;
  Kind activation = Kind::none;
};

Tensor filled(const Shape& shape, std::uint64_t stream) {
  Tensor tensor(shape, DType::f32);
  Rng rng(5, Purpose::test, stream);
  for (float& value : tensor.elements<float>()) value = rng.uniform(-1, 1);
  return tensor;
}

double activated(double x, Kind kind) {
  if (kind == Kind::relu) return std::max(x, 0.0);
  return kind == Kind::tanh ? std::tanh(x) : x;
}
double slope(double x, Kind kind) {
  if (kind == Kind::relu) return x > 0 ? 1 : 0;
  return kind == Kind::tanh ? 1 - std::tanh(x) * std::tanh(x) : 1;
}

/// Sums of this many products. The rounding error of a float sum grows with its terms.
void near(const Tensor& got, const std::vector<double>& want, std::int64_t terms, const char* what) {
  const auto values = got.elements<float>();
  const double tolerance = 1e-5 * std::max(1.0, static_cast<double>(terms) / 128);
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(values[i]), want[i], tolerance * std::max(1.0, std::abs(want[i])))
        << what << " " << i;
  }
}

void check(const Case& c) {
  SCOPED_TRACE(std::to_string(c.batch) + "x" + std::to_string(c.in) + " to " + std::to_string(c.out));
  KernelSpec spec;
  spec.type = "linear";
  spec.name = "fc";
  spec.attributes = {{"bias", c.bias}};
  spec.inputs = {{DType::f32, {c.batch, c.in}}};
  spec.output = {DType::f32, {c.batch, c.out}};
  spec.parameters = {{DType::f32, {c.out, c.in}}};
  if (c.bias) spec.parameters.push_back({DType::f32, {c.out}});
  spec.activation.kind = c.activation;
  spec.training = true;
  spec.input_grads = {true};
  const auto kernel = test::host_kernel(cpu_backend(), spec);
  EXPECT_EQ(kernel->implementation().find("ref"), std::string::npos) << kernel->implementation();

  Tensor x = filled({c.batch, c.in}, 1), w = filled({c.in, c.out}, 2), b = filled({c.out}, 3);
  Tensor g = filled({c.batch, c.out}, 4);
  Tensor y({c.batch, c.out}, DType::f32), dx({c.batch, c.in}, DType::f32), dw({c.in, c.out}, DType::f32);
  Tensor db({c.out}, DType::f32);
  Tensor workspace({static_cast<std::int64_t>(kernel->workspace()) + 1}, DType::u8);
  const std::array<const void*, 1> inputs{x.data()};
  const std::array<void*, 2> parameters{w.data(), b.data()};
  const std::array<void*, 1> input_grads{dx.data()};
  const std::array<void*, 2> parameter_grads{dw.data(), db.data()};
  KernelArgs args;
  args.inputs = inputs;
  args.output = y.data();
  args.parameters = std::span(parameters).first(c.bias ? 2 : 1);
  args.workspace = workspace.data();
  args.output_grad = g.data();
  args.input_grads = input_grads;
  args.parameter_grads = std::span(parameter_grads).first(c.bias ? 2 : 1);
  kernel->forward(args);
  kernel->backward(args);

  std::vector<double> want_y, want_dx(dx.elements<float>().size()), want_dw(w.elements<float>().size());
  std::vector<double> want_db(b.elements<float>().size());
  for (std::int64_t n = 0; n < c.batch; ++n) {
    for (std::int64_t o = 0; o < c.out; ++o) {
      double before = c.bias ? static_cast<double>(b.view<float>().at(o)) : 0;
      for (std::int64_t i = 0; i < c.in; ++i) {
        before +=
            static_cast<double>(x.view<float>().at(n, i)) * static_cast<double>(w.view<float>().at(i, o));
      }
      want_y.push_back(activated(before, c.activation));
      const double delta = slope(before, c.activation) * static_cast<double>(g.view<float>().at(n, o));
      want_db[static_cast<std::size_t>(o)] += delta;
      for (std::int64_t i = 0; i < c.in; ++i) {
        const auto at_x = static_cast<std::size_t>(n * c.in + i),
                   at_w = static_cast<std::size_t>(i * c.out + o);
        want_dx[at_x] += delta * static_cast<double>(w.view<float>().at(i, o));
        want_dw[at_w] += delta * static_cast<double>(x.view<float>().at(n, i));
      }
    }
  }
  near(y, want_y, c.in, "output");
  near(dx, want_dx, c.out, "input gradient");
  near(dw, want_dw, c.batch, "weight gradient");
  if (c.bias) near(db, want_db, c.batch, "bias gradient");
}

TEST(OnednnLinear, ForwardAndBackward) {
  check({.batch = 1, .in = 1, .out = 1});
  check({.batch = 1, .in = 17, .out = 10, .activation = Kind::relu});
  check({.batch = 64, .in = 64, .out = 10});
  check({.batch = 7, .in = 33, .out = 100, .bias = false, .activation = Kind::tanh});
  check({.batch = 1, .in = 400, .out = 400, .activation = Kind::relu});
  check({.batch = 9, .in = 400, .out = 400});
  check({.batch = 130, .in = 257, .out = 129, .activation = Kind::relu});
}

// Slices of rows, and of columns if there are few rows.
TEST(OnednnLinear, AnyNumberOfThreads) {
  for (const int count : {1, 2, 3, 16}) {
    const ThreadScope scope(count);
    check({.batch = 1, .in = 800, .out = 700, .activation = Kind::relu});
    check({.batch = 9, .in = 400, .out = 400, .activation = Kind::tanh});
    check({.batch = 130, .in = 257, .out = 129, .bias = false});
    check({.batch = 900, .in = 300, .out = 3});
  }
}

}  // namespace
}  // namespace lehr
