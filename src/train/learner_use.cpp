#include "train/learner_use.hpp"

#include <thread>

#include "lehr/core/error.hpp"

namespace lehr {

LearnerUse::LearnerUse(LearnerState& state) : state_(state) {
  const std::thread::id me = std::this_thread::get_id();
  std::thread::id user{};
  if (!state_.user.compare_exchange_strong(user, me) && user != me) {
    throw Error("the Learner is in use by another thread: one thread at a time may train with it");
  }
  ++state_.uses;
}

LearnerUse::~LearnerUse() {
  if (--state_.uses > 0) return;
  state_.stop_asked = false;
  state_.stop_why = {};
  state_.stop_token = {};
  state_.user = std::thread::id{};
}

}  // namespace lehr
