#include "lehr/callbacks/progress_bar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "callbacks/epoch_table.hpp"
#include "callbacks/progress_line.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

/// Share of this part of the epoch that is done.
double share_done(const Progress& progress) {
  if (progress.batches <= 0) return 0;
  return static_cast<double>(std::min(progress.batch + 1, progress.batches)) /
         static_cast<double>(progress.batches);
}

double share_of_fit(const Progress& progress) {
  return (progress.epoch + share_done(progress)) / std::max(progress.epochs, 1);
}

}  // namespace

struct ProgressBar::State {
  static constexpr const char* class_name = "a ProgressBar";

  ProgressBarOptions options;
  Stopwatch fit;
  Stopwatch part;
  Stopwatch since_drawn;
  bool drawn = false;
  double share_before = 0;  ///< share of the fit that was done before it was resumed
  std::optional<EpochTable> table;
  bool has_header = false;

  std::ostream& out() const { return options.out == nullptr ? std::cerr : *options.out; }
  int columns() const { return options.width ? options.width() : options.columns; }

  /// Prints the header once. A fit that trains nothing has no table.
  void begin_table() {
    if (!std::exchange(has_header, true)) out() << table->header() << std::flush;
  }

  void erase() {
    if (drawn) out() << "\r\x1b[J" << std::flush;
    drawn = false;
  }

  ProgressLine line(const Progress& progress) const {
    const double share = share_done(progress);
    ProgressLine line{.whole = fmt::format("epoch {}/{}", progress.epoch + 1, progress.epochs),
                      .brief = fmt::format("{}/{}", progress.epoch + 1, progress.epochs),
                      .share = share};
    if (!progress.training) {
      line.state = "validating";
      return line;
    }
    const double fit_share = share_of_fit(progress);
    const double done = std::max(fit_share - share_before, 1e-9);
    const double rate = static_cast<double>(progress.running.samples) / std::max(part.seconds(), 1e-9);
    line.loss = "loss " + loss_text(progress.running.loss);
    line.speed = fmt::format("{:.0f} images/s", rate);
    line.left = duration_text(fit.seconds() * (1 - fit_share) / done) + " left";
    return line;
  }

  // Moves the cursor back to the beginning of the line. If the terminal becomes narrower, it wraps the line
  // and keeps the cursor on the same character, so the next drawing still erases all of it.
  void draw(const Progress& progress) {
    begin_table();
    out() << '\r' << fitted(line(progress), columns()) << "\x1b[J\r" << std::flush;
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
  const int columns = state_->options.live ? state_->columns() : 0;
  state_->table.emplace(std::move(metrics), columns, learner.options().train_eval,
                        !learner.data().train->in_memory());
  state_->has_header = false;
  state_->share_before = -1;
}

void ProgressBar::before_train(Learner& learner) {
  state_->part.restart();
  const Progress& progress = learner.progress();
  if (state_->share_before >= 0) return;
  state_->share_before =
      (progress.epoch + static_cast<double>(progress.batch) /
                            static_cast<double>(std::max<std::int64_t>(progress.batches, 1))) /
      std::max(progress.epochs, 1);
}

void ProgressBar::before_validate(Learner&) { state_->part.restart(); }

void ProgressBar::after_batch(Learner& learner) {
  if (!state_->options.live || state_->since_drawn.seconds() < state_->options.interval) return;
  state_->draw(learner.progress());
}

void ProgressBar::after_epoch(Learner& learner) {
  state_->erase();
  if (learner.history().empty()) return;
  state_->begin_table();
  state_->out() << state_->table->row(learner.history().back()) << std::flush;
}

// After a stop request the user knows why the fit ended.
void ProgressBar::after_fit(Learner& learner) {
  state_->erase();
  const Ending& ending = learner.ending();
  if (ending.reason == EndReason::completed || ending.reason == EndReason::interrupted) return;
  const int epoch = learner.history().empty() ? learner.progress().epoch : learner.history().back().epoch;
  state_->out() << fmt::format("ended in epoch {} of {}: {}\n", epoch + 1, learner.progress().epochs,
                               ending.text)
                << std::flush;
}

}  // namespace lehr
