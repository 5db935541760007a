#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/train/callback.hpp"

namespace lehr {

/// The callbacks of a Learner and of its current or last fit, in their order.
class CallbackRegistry {
 public:
  /// Throws BadInput if the label is taken.
  void add(std::unique_ptr<Callback> callback, std::string label);

  /// Adds the callbacks of a fit and drops those of the previous fit. Throws Error within a fit and BadInput
  /// if a label is taken.
  void begin_fit(CallbackList callbacks);
  /// Ends the fit. Its callbacks can still be found but are no longer called.
  void end_fit();

  /// Throws if a callback left the learner in an unusable state.
  using Check = std::function<void()>;

  /// Calls every callback, and the check after each one. If one of them throws, this throws an
  /// error of the same kind. Its message ends with the names of the callback and the event, and the
  /// original is nested in it.
  void fire(Event event, Learner& learner, const Check& check = {}) const;
  /// Calls clean_up of all callbacks, even if one throws. Then rethrows the first error, unless `quiet`.
  void clean_up(Learner& learner, bool quiet) const;
  /// " (callback NAME, EVENT)" of the running call; empty if none is running.
  std::string place() const;

  Callback& find(bool (*is_one)(const Callback&), std::string_view label) const;
  std::vector<Callback*> find_all(bool (*is_one)(const Callback&)) const;

  /// The metrics that the callbacks monitor, in their order.
  std::vector<WatchedMetric> watched(const Learner& learner) const;

  /// The states by the callback's label, or by its name if it has none. Equal names are numbered.
  std::map<std::string, CallbackState> states() const;
  /// Throws BadInput if the states do not belong to these callbacks.
  void load_states(const std::map<std::string, CallbackState>& states) const;

 private:
  struct Entry {
    std::unique_ptr<Callback> callback;
    std::string label;
    bool of_fit = false;
  };
  struct Call {
    const Callback* callback = nullptr;
    Event event{};
  };
  void call(Callback& callback, Event event, Learner& learner, const Check& check) const;
  void check_free(const std::string& label) const;
  void insert(Entry entry);
  std::map<std::string, Callback*> by_key() const;

  std::vector<Entry> entries_;
  std::vector<Entry> finished_;  // of the last fit
  bool fitting_ = false;
  mutable Call running_;
};

}  // namespace lehr
