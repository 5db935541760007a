#include "lehr/callbacks/valley.hpp"

#include <string>
#include <vector>

#include "lehr/backend/buffer.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

/// Copies of the weights and running statistics.
class Point {
 public:
  explicit Point(const Parameters& parameters)
      : backend_(parameters.backend()),
        values_(Buffer::copy_of(parameters.values())),
        states_(Buffer::copy_of(parameters.states())) {}

  void take(const Parameters& parameters) {
    backend_.copy(values_.ref(), parameters.values());
    backend_.copy(states_.ref(), parameters.states());
    is_set_ = true;
  }
  bool is_set() const { return is_set_; }

  void put_into(Parameters& parameters) const {
    backend_.copy(parameters.values(), values_.ref());
    backend_.copy(parameters.states(), states_.ref());
  }
  /// Moves the parameters half of the way to this point.
  void pull(Parameters& parameters) const {
    backend_.lerp(parameters.values(), values_.ref(), 0.5F);
    backend_.lerp(parameters.states(), states_.ref(), 0.5F);
  }

  void save(CallbackState& state, const std::string& name) const {
    if (!is_set_) return;
    state.arrays[name + "_values"] = backend_.download_floats(values_.ref());
    state.arrays[name + "_states"] = backend_.download_floats(states_.ref());
  }
  void load(const CallbackState& state, const std::string& name) {
    is_set_ = state.arrays.contains(name + "_values");
    if (!is_set_) return;
    load(values_.ref(), state.array(name + "_values"));
    load(states_.ref(), state.array(name + "_states"));
  }

 private:
  void load(const TensorRef& to, const std::vector<float>& from) const {
    if (std::ssize(from) != to.count()) {
      throw BadInput("the saved point holds " + counted(from.size(), "number") + ", expected " +
                     std::to_string(to.count()));
    }
    backend_.upload(to, from);
  }

  const Backend& backend_;
  Buffer values_;
  Buffer states_;
  bool is_set_ = false;
};

bool is_last_epoch(const Progress& progress) { return progress.epoch + 1 == progress.epochs; }

}  // namespace

struct Valley::State {
  explicit State(const Parameters& parameters) : middle(parameters), end(parameters) {}

  Point middle;
  Point end;
};

Valley::Valley() = default;
Valley::~Valley() = default;
Valley::Valley(Valley&&) noexcept = default;
Valley& Valley::operator=(Valley&&) noexcept = default;

void Valley::before_fit(Learner& learner) {
  if (!learner.options().validate)
    throw BadInput("Valley needs the validation after each epoch, which is off");
  state_ = std::make_unique<State>(learner.parameters());
}

// Stays the middle if the epoch has one batch.
void Valley::before_train(Learner& learner) {
  if (is_last_epoch(learner.progress())) state_->middle.take(learner.parameters());
}

void Valley::after_batch(Learner& learner) {
  const Progress& p = learner.progress();
  if (p.training && is_last_epoch(p) && p.batch + 1 == p.batches / 2)
    state_->middle.take(learner.parameters());
}

void Valley::after_train(Learner& learner) {
  if (is_last_epoch(learner.progress())) state_->end.take(learner.parameters());
}

void Valley::after_epoch(Learner& learner) {
  if (!state_->end.is_set() || !learner.history().back().complete) return;
  const std::unique_ptr<Learner> copy = learner.clone();
  Parameters& parameters = copy->parameters();
  state_->middle.put_into(parameters);
  learner.record_value("valley_before", copy->validate().loss);
  state_->end.pull(parameters);
  learner.record_value("valley_between", copy->validate().loss);
  state_->end.put_into(parameters);
  learner.record_value("valley_end", copy->validate().loss);
}

void Valley::clean_up(Learner&) { state_.reset(); }

void Valley::save_state(CallbackState& state) const {
  state_->middle.save(state, "middle");
  state_->end.save(state, "end");
}

void Valley::load_state(const CallbackState& state) {
  state_->middle.load(state, "middle");
  state_->end.load(state, "end");
}

}  // namespace lehr
