#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/train/callback.hpp"

namespace lehr {

/// The callbacks of a Learner and of its present or last fit, in their order.
class CallbackRegistry {
 public:
  /// Throws BadInput where the label is taken.
  void add(std::unique_ptr<Callback> callback, std::string label);

  /// Takes the callbacks of a fit in, forgetting those of the fit before. Throws Error within a fit and
  /// BadInput where a label is taken.
  void begin_fit(CallbackList callbacks);
  /// From here on the fit's callbacks can be found but hear nothing more.
  void end_fit();

  /// Throws if a callback left something behind that cannot be used.
  using Check = std::function<void()>;

  /// Calls every callback, and the check after each. If one of them throws, an error of the same kind is
  /// thrown whose message ends in the callback's and the event's name; the original is nested in it.
  void fire(Event event, Learner& learner, const Check& check = {}) const;
  /// Fires clean_up to all, also where one throws; rethrows the first error, unless `quiet`.
  void clean_up(Learner& learner, bool quiet) const;
  /// " (callback NAME, EVENT)" of the call under way; empty if none is.
  std::string place() const;

  Callback& find(bool (*is_one)(const Callback&), std::string_view label) const;

  /// What the callbacks watch, in their order.
  std::vector<WatchedMetric> watched(const Learner& learner) const;

  /// States by the callback's label, or else its name; those of several with equal names are numbered.
  std::map<std::string, CallbackState> states() const;
  /// Throws BadInput where the states are not those of these callbacks.
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
  mutable Call under_way_;
};

}  // namespace lehr
