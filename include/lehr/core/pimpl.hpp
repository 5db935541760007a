#pragma once

#include <memory>
#include <utility>

namespace lehr::detail {

/// Throws BadInput: an object of this class was used after it was moved from.
[[noreturn]] void throw_moved_from(const char* class_name);

/// Owns the state of a movable class. State::class_name is for the message.
template <class State>
class Pimpl {
 public:
  Pimpl() = default;
  Pimpl(std::unique_ptr<State> state) : state_(std::move(state)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return state_ != nullptr; }
  State* operator->() const { return &**this; }
  State& operator*() const {
    if (!state_) throw_moved_from(State::class_name);
    return *state_;
  }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace lehr::detail
