#include "lehr/callbacks/progress_bar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "callbacks/epoch_table.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

/// Share of this part of the epoch that is done.
double share_done(const Progress& progress) {
  if (progress.batches <= 0) return 0;
  return static_cast<double>(std::min(progress.batch + 1, progress.batches)) /
         static_cast<double>(progress.batches);
}

}  // namespace

struct ProgressBar::State {
  ProgressBarOptions options;
  Stopwatch fit;
  Stopwatch part;
  Stopwatch since_drawn;
  bool drawn = false;
  std::optional<EpochTable> table;

  std::ostream& out() const { return options.out == nullptr ? std::cerr : *options.out; }

  void erase() {
    if (drawn) out() << "\r\x1b[K" << std::flush;
    drawn = false;
  }

  std::string line(const Progress& progress) const {
    const double share = share_done(progress);
    const std::string head = fmt::format("epoch {}/{} ", progress.epoch + 1, progress.epochs);
    std::string tail = fmt::format(" {:3.0f} %", 100 * share);
    if (progress.training) {
      const double fit_share = (progress.epoch + share) / std::max(progress.epochs, 1);
      const double rate = static_cast<double>(progress.running.samples) / std::max(part.seconds(), 1e-9);
      tail += fmt::format("  loss {:.4f}  {:.0f} images/s  {} left", progress.running.loss, rate,
                          duration_text(fit.seconds() * (1 - fit_share) / fit_share));
    } else {
      tail += "  validating";
    }
    constexpr int longest_bar = 30;
    const int room = options.columns - 1 - static_cast<int>(head.size() + tail.size());
    const std::string bar = room >= 5 ? bar_text(share, std::min(room, longest_bar)) : "";
    return head + bar + tail;
  }

  void draw(const Progress& progress) {
    out() << '\r' << line(progress) << "\x1b[K" << std::flush;
    drawn = true;
    since_drawn.restart();
  }
};

ProgressBar::ProgressBar(ProgressBarOptions options) : state_(std::make_unique<State>()) {
  state_->options = options;
}
ProgressBar::ProgressBar(ProgressBar&&) noexcept = default;
ProgressBar& ProgressBar::operator=(ProgressBar&&) noexcept = default;
ProgressBar::~ProgressBar() {
  if (state_) state_->erase();
}

void ProgressBar::before_fit(Learner& learner) {
  state_->fit.restart();
  std::vector<std::string> metrics;
  for (const auto& metric : learner.metrics()) metrics.push_back(metric->name());
  const int columns = state_->options.live ? state_->options.columns : 0;
  state_->table.emplace(std::move(metrics), columns);
  state_->out() << state_->table->header() << std::flush;
}

void ProgressBar::before_train(Learner&) { state_->part.restart(); }

void ProgressBar::before_validate(Learner&) { state_->part.restart(); }

void ProgressBar::after_batch(Learner& learner) {
  if (!state_->options.live || state_->since_drawn.seconds() < state_->options.interval) return;
  state_->draw(learner.progress());
}

void ProgressBar::after_epoch(Learner& learner) {
  state_->erase();
  if (!learner.history().empty()) state_->out() << state_->table->row(learner.history().back()) << std::flush;
}

// Whoever asked for a stop knows why the fit ended.
void ProgressBar::after_fit(Learner& learner) {
  state_->erase();
  const Ending& ending = learner.ending();
  if (ending.reason == EndReason::completed || ending.reason == EndReason::interrupted) return;
  const Progress& progress = learner.progress();
  state_->out() << fmt::format("ended in epoch {} of {}: {}\n", progress.epoch + 1, progress.epochs,
                               ending.text)
                << std::flush;
}

}  // namespace lehr
