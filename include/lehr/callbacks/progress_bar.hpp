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
  bool live = false;            ///< redraws a line during the epoch; moves the cursor of a terminal
  int columns = 80;             ///< width of the terminal if live; line and table fit into it
  /// If set, it is called for the width before each drawing and replaces `columns`, so that the bar follows a
  /// terminal whose size changes.
  std::function<int()> width{};
  double interval = 0.1;  ///< seconds between drawings
};

/// Shows the progress of a fit: a table with one line per epoch and a column for each of the Learner's
/// metrics. If `live`, it also shows a bar with the loss, images per second and the time left, and everything
/// fits the terminal: columns that do not fit are left out, the least important first, and metrics that do
/// not fit are printed on a line of their own. If the fit ends before its last epoch, a line says why
/// (Learner::ending), unless a stop was requested. The output is UTF-8.
class ProgressBar final : public Callback {
 public:
  explicit ProgressBar(ProgressBarOptions options = {});
  ~ProgressBar() override;
  ProgressBar(ProgressBar&&) noexcept;
  ProgressBar& operator=(ProgressBar&&) noexcept;

  std::string_view name() const override { return "ProgressBar"; }
  /// Runs after the callbacks that compute.
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
/// A bar of `columns` characters, filled to a share in [0, 1].
std::string bar_text(double share, int columns);

}  // namespace lehr
