#include "backend/update_case.hpp"

#include <utility>

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

UpdateSpec rmsprop(double alpha, double eps, bool centered = false) {
  return {"rmsprop", {{"alpha", alpha}, {"eps", eps}, {"centered", centered}}};
}

UpdateSpec adagrad(double lr_decay, double initial) {
  return {"adagrad", {{"lr_decay", lr_decay}, {"initial_accumulator", initial}, {"eps", 1e-10}}};
}

UpdateSpec radam(double beta2, double eps = 1e-8) { return {"radam", {{"beta2", beta2}, {"eps", eps}}}; }

UpdateSpec lookahead(std::int64_t k, double alpha, UpdateSpec inner) {
  return {"lookahead", {{"k", k}, {"alpha", alpha}}, {std::move(inner)}};
}

UpdateSpec lamb(double beta2 = 0.999, double most_trust = 10) {
  return {"lamb", {{"beta2", beta2}, {"eps", 1e-6}, {"most_trust", most_trust}}};
}

struct LarsSettings {
  double trust = 0.001;
  bool clip = false;
  bool nesterov = false;
};

UpdateSpec lars(const LarsSettings& settings = {}) {
  return {
      "lars",
      {{"trust", settings.trust}, {"eps", 1e-8}, {"clip", settings.clip}, {"nesterov", settings.nesterov}}};
}

struct MuonSettings {
  std::int64_t steps = 5;
  bool nesterov = true;
  bool scale_by_shape = true;
  bool normalise_weights = false;
  double fallback_lr_ratio = 0.5;
  double fallback_momentum = 0.9;
};

UpdateSpec muon(UpdateSpec fallback, const MuonSettings& settings = {}) {
  return {"muon",
          {{"newton_schulz_steps", settings.steps},
           {"nesterov", settings.nesterov},
           {"scale_by_shape", settings.scale_by_shape},
           {"normalise_weights", settings.normalise_weights},
           {"fallback_lr_ratio", settings.fallback_lr_ratio},
           {"fallback_momentum", settings.fallback_momentum}},
          {std::move(fallback)}};
}

/// All three kinds of decay at once.
UpdateCase decayed(UpdateCase update) {
  update.name += "_all_decays";
  update.weight_decay = 0.0625F;
  update.decoupled_decay = 0.125F;
  update.l1 = 0.03125F;
  return update;
}

std::vector<UpdateCase> plain_cases() {
  return {
      {"sgd_plain", sgd(), 0.125F, 0},
      {"sgd_decay", sgd(), 0.125F, 0, 0.0625F},
      {"sgd_momentum", sgd(), 0.0625F, 0.875F},
      {"sgd_momentum_decay", sgd(), 0.0625F, 0.875F, 0.03125F},
      {"sgd_dampening", sgd({.dampening = 0.25}), 0.0625F, 0.875F},
      {"sgd_nesterov", sgd({.nesterov = true}), 0.0625F, 0.875F, 0.03125F},
      {"adam_plain", adam(), 0.01F, 0.9F},
      {"adam_decay", adam(), 0.01F, 0.9F, 0.0625F},
      {"adam_fastai", adam(0.99, 1e-5), 0.03125F, 0.95F},
      {"adam_large_eps", adam(0.9, 0.125), 0.125F, 0.5F},
      {"adamw", adam(), 0.03125F, 0.9F, 0, 0.125F},
      {"rmsprop_plain", rmsprop(0.99, 1e-8), 0.0078125F, 0, 0.0625F},
      {"rmsprop_momentum", rmsprop(0.875, 1e-3), 0.0078125F, 0.75F},
      {"rmsprop_centered", rmsprop(0.9, 0.0625, true), 0.0078125F, 0},
      {"rmsprop_centered_momentum", rmsprop(0.9, 0.0625, true), 0.0078125F, 0.5F, 0.0625F},
      {"adagrad_plain", adagrad(0, 0), 0.0625F, 0},
      {"adagrad_all", adagrad(0.125, 0.25), 0.125F, 0, 0.0625F},
      {"radam_plain", radam(0.999), 0.0625F, 0.875F},
      {"radam_decay", radam(0.9, 1e-3), 0.0625F, 0.5F, 0.0625F},
      {"radam_never_rectified", radam(0.5), 0.0625F, 0.875F},
      {"lookahead_sgd", lookahead(5, 0.5, sgd()), 0.125F, 0.875F},
      {"lookahead_adam", lookahead(3, 0.75, adam()), 0.0625F, 0.9F, 0.0625F},
      {"lamb_plain", lamb(), 0.03125F, 0.875F},
      {"lamb_decay", lamb(0.9), 0.03125F, 0.875F, 0.0625F},
      {"lamb_clipped", lamb(0.999, 0.5), 0.125F, 0.875F},
      {"lars_plain", lars({.trust = 0.125}), 0.5F, 0.875F},
      {"lars_decay", lars({.trust = 0.125}), 0.5F, 0.875F, 0.25F},
      {"lars_nesterov", lars({.trust = 0.125, .nesterov = true}), 0.5F, 0.75F},
      {"larc", lars({.trust = 0.0625, .clip = true}), 0.0625F, 0.875F, 0.0625F},
      {"larc_never_clipped", lars({.trust = 0.001, .clip = true}), 0.5F, 0.875F},
      {"lookahead_lars", lookahead(4, 0.5, lars({.trust = 0.125})), 0.5F, 0.875F},
      {"muon_plain", muon(adam()), 0.03125F, 0.875F},
      {"muon_no_nesterov", muon(sgd(), {.steps = 3, .nesterov = false, .scale_by_shape = false}), 0.03125F,
       0.5F, 0, 0.25F},
      {"muon_normalised", muon(sgd(), {.scale_by_shape = false, .normalise_weights = true}), 0.125F, 0.625F},
  };
}

std::vector<UpdateCase> with_decays(std::vector<UpdateCase> cases) {
  for (const UpdateCase& one : std::vector<UpdateCase>{
           {"sgd", sgd(), 0.0625F, 0.875F},
           {"sgd_plain", sgd(), 0.0625F, 0},
           {"adam", adam(), 0.03125F, 0.9F},
           {"rmsprop", rmsprop(0.99, 1e-8), 0.0078125F, 0.5F},
           {"adagrad", adagrad(0, 0.0625), 0.0625F, 0},
           {"radam", radam(0.99), 0.0625F, 0.875F},
           {"lookahead", lookahead(3, 0.5, adam()), 0.0625F, 0.9F},
           {"lamb", lamb(), 0.03125F, 0.875F},
           {"lars", lars({.trust = 0.125}), 0.5F, 0.875F},
           {"muon", muon(adam()), 0.03125F, 0.875F},
       }) {
    cases.push_back(decayed(one));
  }
  return cases;
}

}  // namespace

const std::vector<UpdateCase>& all_update_cases() {
  static const std::vector<UpdateCase> cases = with_decays(plain_cases());
  return cases;
}

}  // namespace lehr::test
