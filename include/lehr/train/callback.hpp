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

#include "lehr/train/events.hpp"
#include "lehr/train/records.hpp"

namespace lehr {

class Learner;

/// What a callback keeps in a checkpoint, by name. Numbers come back to the bit, infinities and NaN included.
struct CallbackState {
  std::map<std::string, double> numbers{};
  std::map<std::string, std::int64_t> integers{};
  std::map<std::string, std::string> texts{};
  std::map<std::string, std::vector<float>> arrays{};

  bool empty() const { return numbers.empty() && integers.empty() && texts.empty() && arrays.empty(); }
  /// Each throws BadInput naming what is missing.
  double number(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
  const std::string& text(const std::string& name) const;
  const std::vector<float>& array(const std::string& name) const;
};

/// What listens to a training and steers it: override what is of interest. A callback may change the batch
/// (Learner::batch), the prediction, the loss, the gradients, the rates (Learner::rates) and, with
/// Learner::cancel, what runs next.
///
/// Every before_ that fired is followed by its after_, also when the part was cancelled (then after_cancel_
/// comes first). If a callback throws, the fit ends with an error that names the callback and the event, and
/// no further event fires but clean_up. BadInput and Diverged stay what they are, anything else arrives as
/// Error. What the callback threw is nested in it, so that `catch (const lehr::Error& error)` with
/// `std::rethrow_if_nested(error)` brings back the callback's own type.
class Callback {
 public:
  virtual ~Callback() = default;
  /// For messages and traces, and the key of its state in a checkpoint.
  virtual std::string_view name() const = 0;
  /// Callbacks run by ascending order, equal ones as they were added. What transforms gradients lies from -50
  /// to -10, what computes from what others did around 0 to 50, what shows it from 60 to 90, Checkpoint at
  /// 100.
  virtual int order() const { return 0; }

  virtual void before_fit(Learner&) {}
  virtual void before_epoch(Learner&) {}
  virtual void before_train(Learner&) {}
  /// Training and validation alike (Learner::progress().training), as are after_predict, after_loss,
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
  /// After after_batch if a stop was requested (Learner::request_stop, FitOptions::stop): the fit is about to
  /// be cancelled, and everything is as that batch left it.
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
  /// Last, however the fit ended: done, cancelled or thrown out of.
  virtual void clean_up(Learner&) {}

  /// Called at every event; hands it to the method of its name. For callbacks that treat all events alike.
  virtual void handle(Event event, Learner& learner);

  /// What must come back for a resumed training to go on as if it had never stopped. load_state comes behind
  /// before_fit and, where a training is resumed within an epoch, behind before_epoch and before_train, so
  /// that what these set up does not overwrite it. Throws BadInput where the state does not fit.
  virtual void save_state(CallbackState&) const {}
  virtual void load_state(const CallbackState&) {}

  /// The number of each epoch that this callback watches and which direction is better, for records.
  virtual std::optional<WatchedMetric> watched(const Learner&) const { return {}; }
};

/// A callback for one fit. The label tells several of one type apart, as in Learner::add.
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
