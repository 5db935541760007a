// If all samples of a batch have weight 0, the loss and the gradients are 0.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

constexpr std::int64_t rows = 3;
constexpr std::int64_t classes = 4;

struct Result {
  float loss = -1;
  std::vector<float> grads = std::vector<float>(rows * classes, -1.0F);
};

Result run(const Backend& backend, bool soft, double smoothing, std::vector<double> weights) {
  KernelSpec spec;
  spec.type = "cross_entropy";
  spec.name = "loss";
  spec.attributes = {{"label_smoothing", smoothing}, {"class_weights", std::move(weights)}};
  spec.inputs = {{DType::f32, {rows, classes}}, {DType::i64, {rows}}};
  if (soft) spec.inputs[1] = spec.inputs[0];
  spec.output = {DType::f32, {1}};
  spec.training = true;
  spec.input_grads = {true, false};
  const auto kernel = test::host_kernel(backend, spec);

  std::vector<float> scores(rows * classes);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = 0.25F * static_cast<float>(i % 5);
  const std::vector<std::int64_t> labels{0, 1, 0};
  std::vector<float> shares(rows * classes, 0.0F);
  for (std::size_t n = 0; n < labels.size(); ++n) {
    shares[n * classes + static_cast<std::size_t>(labels[n])] = 1.0F;
  }
  const std::vector<const void*> inputs{scores.data(), soft ? static_cast<const void*>(shares.data())
                                                            : static_cast<const void*>(labels.data())};
  std::vector<std::vector<char>> kept;
  std::vector<void*> saved;
  for (const TensorSpec& tensor : kernel->saved()) saved.push_back(kept.emplace_back(tensor.bytes()).data());
  Result result;
  const float output_grad = 2;
  const std::vector<void*> grads{result.grads.data(), nullptr};
  Tensor workspace({static_cast<std::int64_t>(kernel->workspace())}, DType::u8);
  KernelArgs args;
  args.inputs = inputs;
  args.output = &result.loss;
  args.output_grad = &output_grad;
  args.input_grads = grads;
  args.saved = saved;
  args.workspace = workspace.data();
  kernel->forward(args);
  kernel->backward(args);
  return result;
}

TEST(CrossEntropy, OfABatchWithoutWeightIsZero) {
  for (const Backend* backend : {&reference_backend(), &cpu_backend()}) {
    for (const bool soft : {false, true}) {
      for (const double smoothing : {0.0, 0.1}) {
        const Result result = run(*backend, soft, smoothing, {0, 0, 0, 3});
        EXPECT_EQ(result.loss, 0) << backend->name() << soft << smoothing;
        EXPECT_EQ(std::ranges::count(result.grads, 0.0F), rows * classes)
            << backend->name() << soft << smoothing;
      }
    }
  }
}

// One-hot probabilities are equivalent to class numbers, and ten times the weights are equivalent
// to the weights.
TEST(CrossEntropy, OfProbabilitiesIsThatOfClassNumbers) {
  for (const Backend* backend : {&reference_backend(), &cpu_backend()}) {
    for (const double smoothing : {0.0, 0.1}) {
      const Result hard = run(*backend, false, smoothing, {1, 2, 0, 3});
      for (const double scale : {1.0, 10.0}) {
        const Result soft = run(*backend, true, smoothing, {scale, 2 * scale, 0, 3 * scale});
        EXPECT_NEAR(static_cast<double>(soft.loss), static_cast<double>(hard.loss), 1e-6) << backend->name();
        for (std::size_t i = 0; i < hard.grads.size(); ++i) {
          EXPECT_NEAR(static_cast<double>(soft.grads[i]), static_cast<double>(hard.grads[i]), 1e-6)
              << backend->name() << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace lehr
