#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "lehr/store/state_table.hpp"
#include "lehr/train/events.hpp"
#include "lehr/train/records.hpp"

namespace lehr {

class Learner;

/// The state of a callback in a checkpoint, by name. Numbers are restored exactly, including
/// infinities and NaN. numbers, integers and texts are JSON in the checkpoint's metadata under
/// "lehr.training". arrays are f32 tensors and tables are u8 tensors (StateTable::to_bytes); both
/// are named "lehr.callback.<key>.<name>".
struct CallbackState {
  std::map<std::string, double> numbers{};
  std::map<std::string, std::int64_t> integers{};
  std::map<std::string, std::string> texts{};
  std::map<std::string, std::vector<float>> arrays{};
  std::map<std::string, StateTable> tables{};  ///< names must differ from those of arrays

  bool empty() const {
    return numbers.empty() && integers.empty() && texts.empty() && arrays.empty() && tables.empty();
  }
  /// Each throws BadInput naming what is missing.
  double number(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
  const std::string& text(const std::string& name) const;
  const std::vector<float>& array(const std::string& name) const;
  const StateTable& table(const std::string& name) const;
};

/// Observes and changes a training. Override the methods of the events that you need. A callback may change
/// the batch (Learner::batch), the scores, the loss, the gradients and the rates (Learner::rates), and it may
/// skip what runs next (Learner::cancel).
///
/// If a before_ event fired, its after_ event follows, even if the part was cancelled (then
/// after_cancel_ comes first). If a callback throws, the fit ends with an error that names the
/// callback and the event, and only clean_up still fires. BadInput and Diverged keep their type;
/// any other exception becomes Error. The original exception is nested in the error. To get it back
/// with its own type, use `catch (const lehr::Error& error)` with `std::rethrow_if_nested(error)`.
class Callback {
 public:
  virtual ~Callback() = default;
  /// Used in messages and traces, and as the key of the callback's state in a checkpoint.
  virtual std::string_view name() const = 0;
  /// Callbacks run in ascending order; callbacks of equal order run in the order in which they were added.
  /// Use -50 to -10 to transform gradients, 0 to 50 to compute from the results of other callbacks, 60 to 90
  /// to show results. Checkpoint has 100.
  virtual int order() const { return 0; }

  virtual void before_fit(Learner&) {}
  virtual void before_epoch(Learner&) {}
  virtual void before_train(Learner&) {}
  /// Fires in training and in validation (see Learner::progress().training). So do after_predict, after_loss,
  /// after_cancel_batch and after_batch.
  virtual void before_batch(Learner&) {}
  virtual void after_predict(Learner&) {}
  virtual void after_loss(Learner&) {}
  virtual void before_backward(Learner&) {}
  virtual void after_backward(Learner&) {}
  virtual void before_step(Learner&) {}
  virtual void after_step(Learner&) {}
  virtual void after_cancel_batch(Learner&) {}
  virtual void after_batch(Learner&) {}
  /// Fires after after_batch if a stop was requested (Learner::request_stop, FitOptions::stop),
  /// before the fit is cancelled. The state is still that of the end of the batch.
  virtual void before_stop(Learner&) {}
  virtual void after_cancel_train(Learner&) {}
  virtual void after_train(Learner&) {}
  virtual void before_validate(Learner&) {}
  virtual void after_cancel_validate(Learner&) {}
  virtual void after_validate(Learner&) {}
  virtual void after_cancel_epoch(Learner&) {}
  virtual void after_epoch(Learner&) {}
  virtual void after_cancel_fit(Learner&) {}
  virtual void after_fit(Learner&) {}
  /// Fires last, whether the fit completed, was cancelled or threw.
  virtual void clean_up(Learner&) {}

  /// Called at every event; calls the method of that event. Override it to treat all events alike.
  virtual void handle(Event event, Learner& learner);

  /// Saves and loads the state that resumed training needs to continue as if it had not stopped.
  /// load_state is called after before_fit. If training resumes within an epoch, it is called after
  /// before_epoch and before_train. The loaded state thus overwrites what these events set up.
  /// load_state throws BadInput if the state does not fit.
  virtual void save_state(CallbackState&) const {}
  virtual void load_state(const CallbackState&) {}

  /// The epoch metric that this callback monitors and which direction is better, for records.
  virtual std::optional<WatchedMetric> watched(const Learner&) const { return {}; }
};

/// A callback for one fit. The label distinguishes several callbacks of one type, as in Learner::add.
struct FitCallback {
  std::unique_ptr<Callback> callback;
  std::string label{};

  FitCallback(std::unique_ptr<Callback> given,
              std::string its_label = {})  // NOLINT(google-explicit-constructor)
      : callback(std::move(given)), label(std::move(its_label)) {}
};
template <class SomeCallback>
FitCallback labelled(std::string label, SomeCallback callback) {
  return {std::make_unique<SomeCallback>(std::move(callback)), std::move(label)};
}

/// Callbacks for one fit: `learner.fit(3, 0.01, {.callbacks = callbacks(EarlyStopping(), MixUp())})`, or with
/// labels `callbacks(labelled("fast", Ema({.decay = 0.9})), labelled("slow", Ema()))`.
using CallbackList = std::vector<FitCallback>;
template <class... Some>
CallbackList callbacks(Some... some) {
  CallbackList list;
  const auto add = [&](auto one) {
    if constexpr (std::is_same_v<decltype(one), FitCallback>) {
      list.push_back(std::move(one));
    } else {
      list.emplace_back(std::make_unique<decltype(one)>(std::move(one)));
    }
  };
  (add(std::move(some)), ...);
  return list;
}

}  // namespace lehr
