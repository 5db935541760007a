#include "interrupt.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

namespace lehr::cli {
namespace {

enum class Answer { end_at_once, poll, stop };

std::atomic<Answer> answer{Answer::end_at_once};
std::atomic<Learner*> running{nullptr};
std::atomic<bool> caught{false};
std::atomic<bool> user_signalled{false};
std::atomic<bool> says_that_it_stops{false};
static_assert(std::atomic<Learner*>::is_always_lock_free && std::atomic<bool>::is_always_lock_free &&
              std::atomic<Answer>::is_always_lock_free);

// Code from here to on_signal runs in a signal handler and may call only what is safe there.

void say(std::string_view text) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
}

// Ends the line after the ^C that the terminal has just echoed.
void end_line() {
  if (isatty(STDERR_FILENO) != 0) say("\n");
}

void end_at_once() {
  end_line();
  say("lehr: interrupted; nothing was saved\n");
  _exit(interrupted_status);
}

void on_signal(int number) {
  const int error = errno;
  if (answer == Answer::end_at_once) end_at_once();
  const bool from_user = number == SIGINT || number == SIGTERM;
  if (from_user && user_signalled.exchange(true)) _exit(interrupted_status);
  const bool first = !caught.exchange(true);
  if (Learner* learner = running; learner != nullptr) learner->request_stop();
  if (first && answer == Answer::stop && says_that_it_stops) {
    end_line();
    say("lehr: stopping after this batch; once more stops at once\n");
  }
  errno = error;
}

}  // namespace

SignalWatch::SignalWatch() {
  answer = Answer::end_at_once;
  caught = user_signalled = false;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    sigaction(signals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) sigaction(signals[i], &action, nullptr);
  }
}

SignalWatch::~SignalWatch() {
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &before_[i], nullptr);
  running = nullptr;
}

void SignalWatch::stop(Learner& learner, Say say) {
  says_that_it_stops = say == Say::that_it_stops;
  running = &learner;
  answer = Answer::stop;
}

void SignalWatch::allow_polling() {
  answer = Answer::poll;
  running = nullptr;
}

bool SignalWatch::received() const { return caught; }

}  // namespace lehr::cli
