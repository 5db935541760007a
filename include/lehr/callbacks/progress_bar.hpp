#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "lehr/core/pimpl.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct ProgressBarOptions {
  std::ostream* out = nullptr;  ///< null: std::cerr
  bool live = false;            ///< redraws a line within the epoch; for terminals, as it moves the cursor
  int columns = 80;             ///< width of the terminal, if live; the line and the table fit any width
  /// Asked for the width before each drawing, to follow a terminal whose size changes; replaces `columns`.
  std::function<int()> width{};
  double interval = 0.1;  ///< seconds between two drawings
};

/// Shows how a fit is going: a table with a line an epoch, and while an epoch runs, if asked, a bar with
/// loss, images a second and the time left. The table has a column for each of the Learner's metrics. Live,
/// it fits the terminal: columns that do not are left out, least needed first; metrics that do not follow on
/// a line of their own. If the fit ends before its last epoch, a line says why (Learner::ending), unless a
/// stop was requested. Text is UTF-8.
class ProgressBar final : public Callback {
 public:
  explicit ProgressBar(ProgressBarOptions options = {});
  ~ProgressBar() override;
  ProgressBar(ProgressBar&&) noexcept;
  ProgressBar& operator=(ProgressBar&&) noexcept;

  std::string_view name() const override { return "ProgressBar"; }
  /// After callbacks that compute.
  int order() const override { return 90; }

  void before_fit(Learner& learner) override;
  void before_train(Learner& learner) override;
  void after_batch(Learner& learner) override;
  void before_validate(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void after_fit(Learner& learner) override;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

/// "0.42 s", "12.3 s", "2:05", "1:02:05"
std::string duration_text(double seconds);
/// A bar of that many characters, filled to a share in [0, 1].
std::string bar_text(double share, int columns);

}  // namespace lehr
