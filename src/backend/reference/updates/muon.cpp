#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "backend/muon_spec.hpp"
#include "backend/reference/updates/norm.hpp"
#include "backend/reference/updates/scaffold.hpp"

namespace lehr::reference {
namespace {

/// Row-major.
struct Matrix {
  std::int64_t rows;
  std::int64_t columns;
  std::vector<double> elements;

  double& at(std::int64_t r, std::int64_t c) { return elements[static_cast<std::size_t>(r * columns + c)]; }
  double at(std::int64_t r, std::int64_t c) const {
    return elements[static_cast<std::size_t>(r * columns + c)];
  }
};

Matrix zeros(std::int64_t rows, std::int64_t columns) {
  return {rows, columns, std::vector<double>(static_cast<std::size_t>(rows * columns))};
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result = zeros(a.rows, b.columns);
  for (std::int64_t r = 0; r < a.rows; ++r) {
    for (std::int64_t k = 0; k < a.columns; ++k) {
      for (std::int64_t c = 0; c < b.columns; ++c) result.at(r, c) += a.at(r, k) * b.at(k, c);
    }
  }
  return result;
}

Matrix transposed(const Matrix& a) {
  Matrix result = zeros(a.columns, a.rows);
  for (std::int64_t r = 0; r < a.rows; ++r) {
    for (std::int64_t c = 0; c < a.columns; ++c) result.at(c, r) = a.at(r, c);
  }
  return result;
}

Matrix orthogonalised(Matrix x, std::int64_t steps) {
  const double divisor = norm(x.elements.data(), x.rows * x.columns) + 1e-7;
  for (double& element : x.elements) element /= divisor;
  for (std::int64_t step = 0; step < steps; ++step) {
    Matrix polynomial = product(x, transposed(x));
    const Matrix squared = product(polynomial, polynomial);
    for (std::size_t i = 0; i < squared.elements.size(); ++i) {
      polynomial.elements[i] = -4.7750 * polynomial.elements[i] + 2.0315 * squared.elements[i];
    }
    const Matrix turned = product(polynomial, x);
    for (std::size_t i = 0; i < x.elements.size(); ++i) {
      x.elements[i] = 3.4445 * x.elements[i] + turned.elements[i];
    }
  }
  return x;
}

/// Jordan 2024. State: velocity. For tensors with one axis, it is the first state of the fallback
/// rule.
class Muon final : public HostUpdate {
 public:
  Muon(const UpdateSpec& spec, std::unique_ptr<HostUpdate> fallback)
      : spec_(muon_spec(spec)), fallback_(std::move(fallback)) {}
  int states() const override { return std::max(1, fallback_->states()); }
  bool by_tensor() const override { return true; }

  void apply(const UpdateArgs& args) override {
    for (const UpdateTensor& tensor : args.tensors) {
      if (tensor.rank > 1) {
        step_matrix(args, tensor);
      } else {
        apply_muon_fallback(spec_, *fallback_, args, tensor);
      }
    }
  }

 private:
  Matrix direction_of(const UpdateArgs& args, const UpdateTensor& tensor) const {
    const double momentum = static_cast<double>(args.momentum);
    Matrix direction = zeros(tensor.rows, tensor.columns);
    for (std::int64_t i = 0; i < tensor.count(); ++i) {
      const double grad = decayed_gradient(args, tensor.offset + i);
      float& buffer = args.states[0][tensor.offset + i];
      const double velocity = momentum * static_cast<double>(buffer) + grad;
      buffer = static_cast<float>(velocity);
      direction.elements[static_cast<std::size_t>(i)] =
          spec_.nesterov ? grad + momentum * velocity : velocity;
    }
    return direction;
  }

  void step_matrix(const UpdateArgs& args, const UpdateTensor& tensor) {
    const Matrix step = orthogonalised(direction_of(args, tensor), spec_.newton_schulz_steps);
    float* const values = args.parameters + tensor.offset;
    const double scale =
        spec_.normalise_weights ? muon_weight_scale(norm(values, tensor.count()), tensor) : 1;
    const double rate = static_cast<double>(args.lr) * muon_step_scale(spec_, tensor);
    for (std::int64_t i = 0; i < tensor.count(); ++i) {
      values[i] = static_cast<float>(scale * kept_value(args, tensor.offset + i) -
                                     rate * step.elements[static_cast<std::size_t>(i)]);
    }
  }

  MuonSpec spec_;
  std::unique_ptr<HostUpdate> fallback_;
};

}  // namespace

void register_muon(KernelRegistry& registry) {
  registry.add_update("muon", [&registry](const UpdateSpec& spec) {
    return std::make_unique<Muon>(spec, registry.update("reference", spec.inner.at(0)));
  });
}

}  // namespace lehr::reference
