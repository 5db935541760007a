#include "interrupt.hpp"

#include <unistd.h>

#include <atomic>
#include <string_view>

namespace lehr::cli {
namespace {

constexpr int interrupted_status = 130;
constexpr std::string_view notice = "\nlehr: stopping after this batch; once more stops at once\n";

std::atomic<Learner*> running{nullptr};
std::atomic<bool> signalled{false};
static_assert(std::atomic<Learner*>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

// Nothing here but what may be called from a signal handler.
void on_signal(int) {
  if (signalled.exchange(true)) _exit(interrupted_status);
  if (Learner* learner = running.load()) learner->request_stop();
  [[maybe_unused]] const auto written = write(STDERR_FILENO, notice.data(), notice.size());
}

/// A signal that came before the fit began stops it at its first batch.
class StopEarly final : public Callback {
 public:
  std::string_view name() const override { return "StopEarly"; }
  void before_epoch(Learner& learner) override {
    if (signalled) learner.request_stop();
  }
};

}  // namespace

StopOnSignal::StopOnSignal(Learner& learner) {
  learner.add(StopEarly());
  running = &learner;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &interrupt_);
  sigaction(SIGTERM, &action, &terminate_);
}

StopOnSignal::~StopOnSignal() {
  sigaction(SIGINT, &interrupt_, nullptr);
  sigaction(SIGTERM, &terminate_, nullptr);
  running = nullptr;
}

bool StopOnSignal::received() const { return signalled; }

}  // namespace lehr::cli
