// Compares the backward passes of this program's operations with finite differences.
#include <cstdio>

#include "focal_loss.hpp"
#include "swish.hpp"

int main() {
  const lehr::TensorSpec image{lehr::DType::f32, {2, 3, 5, 5}};
  const lehr::TensorSpec scores{lehr::DType::f32, {8, 10}};
  const lehr::TensorSpec targets{lehr::DType::i64, {8}};
  const lehr::GradientCheck swish = lehr::check_gradients(Swish(1.5), {image});
  const lehr::GradientCheck focal = lehr::check_gradients(FocalLoss(2), {scores, targets});
  std::printf("swish\n%sfocal\n%s", swish.text.c_str(), focal.text.c_str());
  return swish.passed && focal.passed ? 0 : 1;
}
