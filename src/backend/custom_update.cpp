#include "lehr/backend/custom_update.hpp"

#include <array>
#include <set>
#include <string_view>

#include "backend/custom_updates.hpp"
#include "core/open_registry.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

using MakeCustomUpdate = std::function<std::shared_ptr<const CustomUpdate>(const Attributes&)>;

OpenRegistry<MakeCustomUpdate>& update_registry() {
  static OpenRegistry<MakeCustomUpdate> updates({"optimizer", "lehr::register_optimizer"});
  return updates;
}

constexpr std::int64_t elements_per_thread = 4096;
constexpr std::size_t max_states = 16;

/// Runs a CustomUpdate over flat buffers, in parallel parts if the rule allows it.
class PreparedUpdate final : public HostUpdate {
 public:
  PreparedUpdate(const std::string& type, std::shared_ptr<const CustomUpdate> rule)
      : rule_(std::move(rule)), by_tensor_(rule_->by_tensor()), names_(rule_->states()) {
    if (names_.size() > max_states) {
      throw BadInput("the optimizer " + in_quotes(type) + " keeps " + std::to_string(names_.size()) +
                     " states, expected at most " + std::to_string(max_states));
    }
    const std::set<std::string_view> unique(names_.begin(), names_.end());
    if (unique.size() != names_.size()) {
      throw BadInput("the optimizer " + in_quotes(type) + " has two states of one name");
    }
  }

  int states() const override { return static_cast<int>(names_.size()); }
  bool by_tensor() const override { return by_tensor_; }

  void apply(const UpdateArgs& args) override {
    if (by_tensor_) return run(args, 0, args.count);
    parallel_for(args.count, elements_per_thread,
                 [&](std::int64_t begin, std::int64_t end, int) { run(args, begin, end); });
  }

 private:
  void run(const UpdateArgs& args, std::int64_t begin, std::int64_t end) const {
    const auto count = static_cast<std::size_t>(end - begin);
    std::array<std::span<float>, max_states> states;
    for (std::size_t i = 0; i < names_.size(); ++i) states[i] = {args.states[i] + begin, count};
    CustomStep step;
    step.values = {args.parameters + begin, count};
    step.gradients = {args.gradients + begin, count};
    step.states = std::span<const std::span<float>>(states).first(names_.size());
    step.step = args.step;
    step.lr = static_cast<double>(args.lr);
    step.momentum = static_cast<double>(args.momentum);
    step.weight_decay = static_cast<double>(args.weight_decay);
    step.decoupled_decay = static_cast<double>(args.decoupled_decay);
    step.l1 = static_cast<double>(args.l1);
    if (by_tensor_) step.tensors = args.tensors;
    rule_->apply(step);
  }

  std::shared_ptr<const CustomUpdate> rule_;
  bool by_tensor_;
  std::vector<std::string> names_;
};

}  // namespace

float CustomStep::gradient(std::size_t i) const {
  const auto value = static_cast<double>(values[i]);
  const double sign = value > 0 ? 1 : value < 0 ? -1 : 0;
  return static_cast<float>(static_cast<double>(gradients[i]) + weight_decay * value + l1 * sign);
}

float CustomStep::kept(std::size_t i) const {
  return static_cast<float>(static_cast<double>(values[i]) * (1 - lr * decoupled_decay));
}

void register_custom_update(const std::string& type, MakeCustomUpdate make) {
  if (!make) throw BadInput("the optimizer " + in_quotes(type) + " needs a function that makes its rule");
  update_registry().add(type, std::move(make));
}

std::vector<std::string> update_state_names(const UpdateSpec& spec, int states) {
  std::vector<std::string> names;
  if (const MakeCustomUpdate* make = update_registry().find(spec.type)) {
    names = (*make)(spec.attributes)->states();
  } else if (!spec.inner.empty()) {
    names = update_state_names(spec.inner.front(), 0);
  }
  for (int state = static_cast<int>(names.size()); state < states; ++state) {
    names.push_back(std::to_string(state));
  }
  return names;
}

std::unique_ptr<HostUpdate> custom_update(const UpdateSpec& spec) {
  const MakeCustomUpdate* make = update_registry().find(spec.type);
  if (make == nullptr) return nullptr;
  std::shared_ptr<const CustomUpdate> rule = (*make)(spec.attributes);
  if (!rule) throw Error("what is registered as the optimizer " + in_quotes(spec.type) + " made nothing");
  return std::make_unique<PreparedUpdate>(spec.type, std::move(rule));
}

}  // namespace lehr
