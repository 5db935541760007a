#include "core/thread_team.hpp"

#include <chrono>
#include <system_error>

#include "core/forks.hpp"
#include "lehr/core/error.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace lehr {
namespace {

// Longer than the gap between two regions of a training step, but too short to cost noticeable CPU
// time.
constexpr auto helper_patience = std::chrono::microseconds(200);
constexpr auto caller_patience = std::chrono::microseconds(50);

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

/// Polls until `done` is true or the time is up. Returns true if done.
template <class Done>
bool spin(const Done& done, std::chrono::nanoseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  do {
    for (int i = 0; i < 64; ++i) {
      if (done()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

}  // namespace

/// The state of a helper goes idle -> offered -> taken -> idle. The caller may take back a part that is
/// offered but not taken. The caller writes work, region and part before it offers; the helper reads them
/// after it has taken the part.
struct alignas(64) ThreadTeam::Helper {
  enum class State : int { idle, offered, taken };

  std::atomic<State> state{State::idle};
  Work work = nullptr;
  void* region = nullptr;
  int part = 0;

  void offer(Work its_work, void* its_region, int its_part) {
    work = its_work;
    region = its_region;
    part = its_part;
    state.store(State::offered, std::memory_order_release);
    state.notify_one();
  }

  bool change(State from, State to) {
    return state.compare_exchange_strong(from, to, std::memory_order_acquire, std::memory_order_relaxed);
  }

  /// Called by the caller when its own part is done.
  void finish(int forks_before) {
    if (change(State::offered, State::idle)) {
      work(region, part);
      return;
    }
    const auto ended = [this] { return state.load(std::memory_order_acquire) == State::idle; };
    while (!spin(ended, caller_patience)) {
      if (forks() != forks_before) {
        throw Error("the process was forked while several of its threads computed; fork between batches");
      }
      state.wait(State::taken, std::memory_order_relaxed);
    }
  }

  void serve() {
    for (;;) {
      const auto offered = [this] { return state.load(std::memory_order_relaxed) == State::offered; };
      if (!spin(offered, helper_patience)) state.wait(State::idle, std::memory_order_relaxed);
      if (!change(State::offered, State::taken)) continue;
      work(region, part);
      state.store(State::idle, std::memory_order_release);
      state.notify_one();
    }
  }
};

ThreadTeam::ThreadTeam() : forks_(forks()) {}
ThreadTeam::~ThreadTeam() = default;

ThreadTeam& ThreadTeam::shared() {
  static std::atomic<ThreadTeam*> current = nullptr;
  ThreadTeam* team = current.load(std::memory_order_acquire);
  if (team != nullptr && team->forks_ == forks()) return *team;
  auto* const made = new ThreadTeam();
  if (current.compare_exchange_strong(team, made)) return *made;
  delete made;  // another thread was faster
  return *team;
}

void ThreadTeam::grow(std::size_t helpers) {
  while (helpers_.size() < helpers) {
    helpers_.push_back(std::make_unique<Helper>());
    try {
      std::thread(&Helper::serve, helpers_.back().get()).detach();
    } catch (const std::system_error&) {
      // The system has no more threads. The caller does the parts of this helper.
    }
  }
}

bool ThreadTeam::run(int parts, Work work, void* region) {
  const std::unique_lock hold(busy_, std::try_to_lock);
  if (!hold) return false;
  const auto helpers = static_cast<std::size_t>(parts - 1);
  grow(helpers);
  for (std::size_t i = 0; i < helpers; ++i) helpers_[i]->offer(work, region, static_cast<int>(i) + 1);
  work(region, 0);
  for (std::size_t i = 0; i < helpers; ++i) helpers_[i]->finish(forks_);
  return true;
}

}  // namespace lehr
