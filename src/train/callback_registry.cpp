#include "train/callback_registry.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "train/nested_error.hpp"

namespace lehr {

std::string CallbackRegistry::place() const {
  if (running_.callback == nullptr) return {};
  return " (callback " + std::string(running_.callback->name()) + ", " +
         std::string(event_name(running_.event)) + ")";
}

void CallbackRegistry::call(Callback& callback, Event event, Learner& learner, const Check& check) const {
  const Call outer = std::exchange(running_, {&callback, event});
  try {
    callback.handle(event, learner);
    if (check) check();
    running_ = outer;
  } catch (...) {
    const std::string where = place();
    running_ = outer;
    rethrow_from(where);
  }
}

void CallbackRegistry::insert(Entry entry) {
  const auto order = [](const Entry& one) { return one.callback->order(); };
  entries_.insert(std::ranges::upper_bound(entries_, entry.callback->order(), {}, order), std::move(entry));
}

void CallbackRegistry::add(std::unique_ptr<Callback> callback, std::string label) {
  if (!callback) throw BadInput("a callback was expected, found null");
  if (fitting_ || running_.callback != nullptr) {
    throw Error("callbacks cannot be added during a fit or a validation");
  }
  check_free(label);
  insert({std::move(callback), std::move(label)});
}

void CallbackRegistry::check_free(const std::string& label) const {
  if (label.empty() || std::ranges::find(entries_, label, &Entry::label) == entries_.end()) return;
  throw BadInput("there is already a callback with the label " + in_quotes(label));
}

void CallbackRegistry::begin_fit(CallbackList callbacks) {
  if (fitting_) throw Error("a fit is under way already");
  const auto is_null = [](const FitCallback& one) { return one.callback == nullptr; };
  if (std::ranges::any_of(callbacks, is_null)) throw BadInput("a callback was expected, found null");
  finished_.clear();
  try {
    for (FitCallback& one : callbacks) {
      check_free(one.label);
      insert({std::move(one.callback), std::move(one.label), true});
    }
  } catch (...) {
    end_fit();
    throw;
  }
  fitting_ = true;
}

void CallbackRegistry::end_fit() {
  fitting_ = false;
  for (Entry& entry : entries_) {
    if (entry.of_fit) finished_.push_back(std::move(entry));
  }
  std::erase_if(entries_, [](const Entry& entry) { return entry.callback == nullptr; });
}

void CallbackRegistry::fire(Event event, Learner& learner, const Check& check) const {
  for (const Entry& entry : entries_) call(*entry.callback, event, learner, check);
}

void CallbackRegistry::clean_up(Learner& learner, bool quiet) const {
  std::exception_ptr first;
  for (const Entry& entry : entries_) {
    try {
      call(*entry.callback, Event::clean_up, learner, {});
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first && !quiet) std::rethrow_exception(first);
}

Callback& CallbackRegistry::find(bool (*is_one)(const Callback&), std::string_view label) const {
  std::vector<const Entry*> found;
  std::string names;
  for (const std::vector<Entry>* list : {&entries_, &finished_}) {
    for (const Entry& entry : *list) {
      names += (names.empty() ? "" : ", ") + std::string(entry.callback->name());
      if (!entry.label.empty()) names.append(" ").append(in_quotes(entry.label));
      if (is_one(*entry.callback) && (label.empty() || entry.label == label)) found.push_back(&entry);
    }
  }
  if (found.size() == 1) return *found.front()->callback;
  const std::string here = names.empty() ? "there are no callbacks" : "there are: " + names;
  if (!found.empty())
    throw BadInput("several callbacks of the type asked for, and no label says which; " + here);
  std::string what = "no callback of the type asked for";
  if (!label.empty()) what.append(" with the label ").append(in_quotes(label));
  throw BadInput(what.append("; ").append(here));
}

std::vector<Callback*> CallbackRegistry::find_all(bool (*is_one)(const Callback&)) const {
  std::vector<Callback*> found;
  for (const std::vector<Entry>* list : {&entries_, &finished_}) {
    for (const Entry& entry : *list) {
      if (is_one(*entry.callback)) found.push_back(entry.callback.get());
    }
  }
  return found;
}

std::vector<WatchedMetric> CallbackRegistry::watched(const Learner& learner) const {
  std::vector<WatchedMetric> found;
  for (const std::vector<Entry>* list : {&entries_, &finished_}) {
    for (const Entry& entry : *list) {
      if (std::optional<WatchedMetric> one = entry.callback->watched(learner))
        found.push_back(std::move(*one));
    }
  }
  return found;
}

std::map<std::string, Callback*> CallbackRegistry::by_key() const {
  std::map<std::string, Callback*> keys;
  for (const Entry& entry : entries_) {
    const std::string name = entry.label.empty() ? std::string(entry.callback->name()) : entry.label;
    std::string key = name;
    for (int number = 2; keys.contains(key); ++number) key = name + "#" + std::to_string(number);
    keys.emplace(key, entry.callback.get());
  }
  return keys;
}

std::map<std::string, CallbackState> CallbackRegistry::states() const {
  std::map<std::string, CallbackState> states;
  for (const auto& [key, callback] : by_key()) {
    CallbackState state;
    callback->save_state(state);
    if (!state.empty()) states.emplace(key, std::move(state));
  }
  return states;
}

void CallbackRegistry::load_states(const std::map<std::string, CallbackState>& saved) const {
  const std::map<std::string, Callback*> present = by_key();
  for (const auto& [key, state] : saved) {
    if (!present.contains(key)) {
      throw BadInput("the checkpoint holds the state of a callback " + in_quotes(key) +
                     ", which this training does not have");
    }
  }
  for (const auto& [key, state] : states()) {
    if (!saved.contains(key)) {
      throw BadInput("this training has a callback " + in_quotes(key) +
                     ", of which the checkpoint knows nothing");
    }
  }
  for (const auto& [key, state] : saved) {
    try {
      present.at(key)->load_state(state);
    } catch (const Error& error) {
      throw_nested(error.kind(), "callback " + in_quotes(key) + ": " + error.what());
    } catch (const std::exception& error) {
      throw_nested(ErrorKind::internal, "callback " + in_quotes(key) + ": " + error.what());
    }
  }
}

}  // namespace lehr
