#pragma once

#include <cstdint>
#include <string_view>

namespace lehr {

class Learner;

/// What a callback may do at each joint of the training; override what is of interest. The order is that of
/// the declarations. Source of names and meaning: fastai's callbacks.
class Callback {
 public:
  virtual ~Callback() = default;
  /// For messages and traces.
  virtual std::string_view name() const = 0;
  /// Callbacks run by ascending order, equal ones as they were added.
  virtual int order() const { return 0; }

  virtual void before_fit(Learner&) {}
  virtual void before_epoch(Learner&) {}
  virtual void before_train(Learner&) {}
  virtual void before_batch(Learner&) {}
  virtual void after_predict(Learner&) {}
  virtual void after_loss(Learner&) {}
  virtual void before_backward(Learner&) {}
  virtual void after_backward(Learner&) {}
  virtual void before_step(Learner&) {}
  virtual void after_step(Learner&) {}
  virtual void after_batch(Learner&) {}
  virtual void after_train(Learner&) {}
  virtual void before_validate(Learner&) {}
  virtual void after_validate(Learner&) {}
  virtual void after_epoch(Learner&) {}
  virtual void after_fit(Learner&) {}
};

}  // namespace lehr
