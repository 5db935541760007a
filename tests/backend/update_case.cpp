#include "backend/update_case.hpp"

namespace lehr::test {
namespace {

struct SgdSettings {
  double dampening = 0;
  bool nesterov = false;
};

UpdateSpec sgd(const SgdSettings& settings = {}) {
  return {"sgd", {{"dampening", settings.dampening}, {"nesterov", settings.nesterov}}};
}

UpdateSpec adam(double beta2 = 0.999, double eps = 1e-8) {
  return {"adam", {{"beta2", beta2}, {"eps", eps}}};
}

}  // namespace

const std::vector<UpdateCase>& all_update_cases() {
  static const std::vector<UpdateCase> cases{
      {"sgd_plain", sgd(), 0.125F, 0, 0},
      {"sgd_decay", sgd(), 0.125F, 0, 0.0625F},
      {"sgd_momentum", sgd(), 0.0625F, 0.875F, 0},
      {"sgd_momentum_decay", sgd(), 0.0625F, 0.875F, 0.03125F},
      {"sgd_dampening", sgd({.dampening = 0.25}), 0.0625F, 0.875F, 0},
      {"sgd_nesterov", sgd({.nesterov = true}), 0.0625F, 0.875F, 0.03125F},
      {"adam_plain", adam(), 0.01F, 0.9F, 0},
      {"adam_decay", adam(), 0.01F, 0.9F, 0.0625F},
      {"adam_fastai", adam(0.99, 1e-5), 0.03125F, 0.95F, 0},
      {"adam_large_eps", adam(0.9, 0.125), 0.125F, 0.5F, 0},
  };
  return cases;
}

}  // namespace lehr::test
