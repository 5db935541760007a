// The largest Hessian eigenvalue against a dense Hessian.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "lehr/callbacks/sharpness.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/sharpness.hpp"
#include "support/message_of.hpp"
#include "support/weights.hpp"
#include "train/lanczos.hpp"

namespace lehr {
namespace {

using test::message_of;
using test::weights_of;
using Matrix = std::vector<std::vector<double>>;

/// The largest eigenvalue of a symmetric matrix by Jacobi rotations.
double largest_by_jacobi(Matrix a) {
  const std::size_t n = a.size();
  for (int sweep = 0; sweep < 12; ++sweep) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        if (a[p][q] == 0) continue;
        const double angle = 0.5 * std::atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const double c = std::cos(angle);
        const double s = std::sin(angle);
        for (std::size_t k = 0; k < n; ++k) {
          const double kp = a[k][p];
          const double kq = a[k][q];
          a[k][p] = c * kp - s * kq;
          a[k][q] = s * kp + c * kq;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double pk = a[p][k];
          const double qk = a[q][k];
          a[p][k] = c * pk - s * qk;
          a[q][k] = s * pk + c * qk;
        }
      }
    }
  }
  double largest = a[0][0];
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, a[i][i]);
  return largest;
}

/// Images of 4 x 4 random pixels.
DataSplits tiny_data(std::int64_t count) {
  Rng rng(5, Purpose::test);
  std::vector<std::uint8_t> images;
  std::vector<std::uint8_t> labels;
  for (std::int64_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<std::uint8_t>(i % 3));
    for (int pixel = 0; pixel < 16; ++pixel) {
      images.push_back(static_cast<std::uint8_t>(rng.below(150) + 35 * static_cast<std::uint64_t>(i % 3)));
    }
  }
  const auto set = std::make_shared<MemoryDataset>(Shape{1, 4, 4}, images, labels,
                                                   std::vector<std::string>{"a", "b", "c"});
  return {.source = "made", .train = set, .valid = set};
}

std::unique_ptr<Learner> tiny_learner(ops::Activation::Kind activation, bool batch_norm, std::uint64_t seed,
                                      const Backend& backend) {
  const Graph model = models::simple_cnn({.in = {1, 4, 4},
                                          .classes = 3,
                                          .channels = {3},
                                          .first_kernel = 3,
                                          .batch_norm = batch_norm,
                                          .activation = {.kind = activation}});
  return std::make_unique<Learner>(model, tiny_data(40),
                                   LearnerOptions{.batch_size = 64, .seed = seed, .backend = &backend});
}

/// By central differences in each weight, with the gradients of the reference backend.
double largest_of_dense_hessian(const Learner& learner) {
  const std::unique_ptr<Parameters> parameters = learner.parameters().snapshot();
  const LossGraph made = with_loss(learner.model(), *cross_entropy_loss());
  Loader loader(learner.data().train, {.batch_size = 40, .preprocessing = learner.preprocessing()});
  loader.start(0);
  const Batch& batch = *loader.next();
  Plan plan(made.graph, *parameters, {.batch_size = batch.size});
  plan.bind_input(made.graph.inputs().front(), HostData(batch.images, batch.dtype, batch.size * 16));
  plan.bind_input(made.targets, HostData(batch.targets, DType::i64, batch.size));
  const auto gradient_at = [&](const std::vector<float>& weights) {
    test::put(parameters->values(), weights);
    plan.forward();
    plan.backward();
    return test::on_host(parameters->grads());
  };
  constexpr float step = 1e-2F;
  std::vector<std::size_t> places;
  for (const ParameterEntry& entry : parameters->entries()) {
    if (is_state(entry.role)) continue;
    for (std::int64_t i = 0; i < entry.shape.numel(); ++i) {
      places.push_back(static_cast<std::size_t>(entry.offset + i));
    }
  }
  const std::vector<float> weights = test::on_host(parameters->values());
  Matrix hessian(places.size(), std::vector<double>(places.size()));
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::vector<float> moved = weights;
    moved[places[i]] += step;
    const std::vector<float> ahead = gradient_at(moved);
    moved[places[i]] = weights[places[i]] - step;
    const std::vector<float> behind = gradient_at(moved);
    for (std::size_t j = 0; j < places.size(); ++j) {
      const double slope =
          static_cast<double>(ahead[places[j]] - behind[places[j]]) / (2 * static_cast<double>(step));
      hessian[i][j] += slope / 2;
      hessian[j][i] += slope / 2;
    }
  }
  return largest_by_jacobi(hessian);
}

TEST(Sharpness, IsTheLargestEigenvalueOfTheDenseHessian) {
  for (const bool batch_norm : {false, true}) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const auto kind = ops::Activation::Kind::tanh;
      const double dense =
          largest_of_dense_hessian(*tiny_learner(kind, batch_norm, seed, reference_backend()));
      const auto learner = tiny_learner(kind, batch_norm, seed, cpu_backend());
      const HessianEigenvalue found = largest_hessian_eigenvalue(*learner, {.step = 1e-3});
      EXPECT_NEAR(found.eigenvalue, dense, 0.01 * dense) << batch_norm << " " << seed;
      EXPECT_GT(dense, 0.1);
      EXPECT_TRUE(found.converged);
    }
  }
}

// The result for ReLU includes its kinks, and must not depend much on how many of them a step crosses.
TEST(Sharpness, DependsLittleOnTheStepForRelu) {
  for (const bool batch_norm : {false, true}) {
    const auto learner = tiny_learner(ops::Activation::Kind::relu, batch_norm, 2, cpu_backend());
    const double usual = largest_hessian_eigenvalue(*learner).eigenvalue;
    const double wide = largest_hessian_eigenvalue(*learner, {.step = 2e-2}).eigenvalue;
    EXPECT_NEAR(usual, wide, 0.25 * wide) << batch_norm;
  }
}

TEST(Sharpness, DoesNotChangeTheLearner) {
  const auto fresh = [] { return tiny_learner(ops::Activation::Kind::relu, true, 1, cpu_backend()); };
  const auto states_of = [](const Learner& learner) { return test::on_host(learner.parameters().states()); };
  const auto plain = fresh();
  const auto measured = fresh();
  const HessianEigenvalue first = largest_hessian_eigenvalue(*measured);
  EXPECT_EQ(weights_of(*measured), weights_of(*plain));
  EXPECT_EQ(states_of(*measured), states_of(*plain));
  EXPECT_EQ(largest_hessian_eigenvalue(*measured).eigenvalue, first.eigenvalue) << "equal bits";
  plain->fit(3, 0.05);
  measured->fit(3, 0.05, {.callbacks = callbacks(Sharpness(SharpnessOptions()))});
  EXPECT_EQ(weights_of(*measured), weights_of(*plain));
  EXPECT_EQ(states_of(*measured), states_of(*plain));
  EXPECT_EQ(measured->history().front().values.at("sharpness_start"), first.eigenvalue);
  EXPECT_EQ(measured->history().back().values.at("sharpness"),
            largest_hessian_eigenvalue(*measured).eigenvalue);
  EXPECT_FALSE(measured->history().back().values.contains("sharpness_start"));
}

// Without the first layer the Hessian is a part of the whole one, whose largest eigenvalue cannot be larger.
TEST(Sharpness, IsThatOfTheTrainedWeights) {
  const auto learner = tiny_learner(ops::Activation::Kind::tanh, false, 1, cpu_backend());
  const double whole = largest_hessian_eigenvalue(*learner).eigenvalue;
  learner->freeze();
  const double of_head = largest_hessian_eigenvalue(*learner).eigenvalue;
  EXPECT_LT(of_head, 0.999 * whole);
  EXPECT_GT(of_head, 0);
  auto groups = std::vector<ParameterGroup>(learner->groups().begin(), learner->groups().end());
  for (ParameterGroup& group : groups) group.frozen = true;
  learner->set_groups(groups);
  EXPECT_NE(message_of<BadInput>([&] { largest_hessian_eigenvalue(*learner); }).find("all are frozen"),
            std::string::npos);
}

TEST(Sharpness, RefusesImpossibleOptions) {
  const auto learner = tiny_learner(ops::Activation::Kind::tanh, false, 1, cpu_backend());
  for (const SharpnessOptions& wrong :
       {SharpnessOptions{.images = 0}, {.max_iterations = 0}, {.tolerance = 0}, {.step = -1}}) {
    EXPECT_THROW(largest_hessian_eigenvalue(*learner, wrong), BadInput);
  }
}

/// A symmetric matrix with these eigenvalues: a diagonal one, reflected at a plane (Householder).
MatrixProduct matrix_with(std::vector<double> eigenvalues) {
  Rng rng(8, Purpose::test);
  std::vector<double> normal(eigenvalues.size());
  double squares = 0;
  for (double& value : normal) {
    value = static_cast<double>(rng.normal());
    squares += value * value;
  }
  const auto reflect = [normal, squares](std::vector<double> vector) {
    double along = 0;
    for (std::size_t i = 0; i < vector.size(); ++i) along += vector[i] * normal[i];
    for (std::size_t i = 0; i < vector.size(); ++i) vector[i] -= 2 * along / squares * normal[i];
    return vector;
  };
  return [reflect, eigenvalues = std::move(eigenvalues)](const std::vector<double>& vector) {
    std::vector<double> result = reflect(vector);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] *= eigenvalues[i];
    return reflect(std::move(result));
  };
}

TEST(Lanczos, FindsTheLargestAlgebraicEigenvalue) {
  std::vector<double> eigenvalues{-50, 10, 9};
  for (int i = 0; i < 97; ++i) eigenvalues.push_back(-1 + 0.02 * i);
  std::vector<double> start(eigenvalues.size(), 1);
  const HessianEigenvalue found = largest_eigenvalue(matrix_with(eigenvalues), start);
  EXPECT_NEAR(found.eigenvalue, 10, 0.01);
  EXPECT_TRUE(found.converged);
  EXPECT_LT(found.iterations, 30);
  const HessianEigenvalue cut = largest_eigenvalue(matrix_with(eigenvalues), start, {.max_iterations = 2});
  EXPECT_FALSE(cut.converged);
  EXPECT_EQ(cut.iterations, 2);
}

TEST(Lanczos, EndsInAnInvariantSubspaceAndAtANan) {
  const HessianEigenvalue one = largest_eigenvalue(matrix_with({-3}), {2});
  EXPECT_NEAR(one.eigenvalue, -3, 1e-12);
  EXPECT_TRUE(one.converged);
  const HessianEigenvalue zero = largest_eigenvalue(matrix_with({0, 0, 0}), {1, 1, 1});
  EXPECT_EQ(zero.eigenvalue, 0);
  EXPECT_TRUE(zero.converged);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const HessianEigenvalue bad = largest_eigenvalue(matrix_with({1, nan}), {1, 1});
  EXPECT_TRUE(std::isnan(bad.eigenvalue));
  EXPECT_FALSE(bad.converged);
}

}  // namespace
}  // namespace lehr
