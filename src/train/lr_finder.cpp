#include "lehr/train/lr_finder.hpp"

#include <algorithm>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/train/learner.hpp"
#include "train/learner_use.hpp"

namespace lehr {
namespace {

/// Sets the rate of each batch, collects the losses and ends the fit when the sweep is done.
class Sweep final : public Callback {
 public:
  /// `given` is the Learner for which find_lr was called.
  Sweep(const Learner& given, const LrFinderOptions& options, int done_before)
      : given_(given), options_(options), done_before_(done_before) {}
  std::string_view name() const override { return "Sweep"; }

  void before_batch(Learner& learner) override {
    if (stops()) {
      cancelled_ = true;
      learner.cancel(Scope::fit);
      return;
    }
    learner.rates().lr = options_.sweep.lr(count());
  }

  void after_loss(Learner& learner) override {
    if (learner.progress().weight == 0) return;  // a batch without class weight has no loss
    const double loss = learner.progress().loss;
    const double smoothed = smooth_.add(loss);
    points_.push_back({options_.sweep.lr(count()), loss, smoothed});
    best_ = points_.size() == 1 ? smoothed : std::min(best_, smoothed);
    const bool gone = !std::isfinite(smoothed) || smoothed > options_.sweep.stop_factor * best_;
    if (gone || count() == options_.sweep.batches) learner.cancel(Scope::fit);
  }

  const std::vector<LrPoint>& points() const { return points_; }
  bool cancelled() const { return cancelled_; }

 private:
  int count() const { return static_cast<int>(points_.size()); }

  bool stops() const {
    const int total = options_.seeds * options_.sweep.batches;
    if (options_.progress && !options_.progress(done_before_ + count(), total)) return true;
    return given_.stop_requested() || options_.stop.stop_requested();
  }

  const Learner& given_;
  const LrFinderOptions& options_;
  int done_before_;
  SmoothedLoss smooth_{options_.sweep.beta};
  std::vector<LrPoint> points_;
  double best_ = 0;
  bool cancelled_ = false;
};

std::vector<LrPoint> median_of(const LrBand& band) {
  std::vector<LrPoint> points;
  for (const LrBand::Level& level : band.levels) points.push_back({level.lr, level.median, level.median});
  return points;
}

}  // namespace

LrFinding Learner::find_lr(const LrFinderOptions& options) const {
  check(options.sweep);
  if (options.seeds < 1) {
    throw BadInput("the number of seeds must be 1 or more, found " + std::to_string(options.seeds));
  }
  const LearnerUse use(*state_);
  LrFinding finding;
  for (int seed = 0; seed < options.seeds && !finding.cancelled; ++seed) {
    const std::unique_ptr<Learner> trial = clone_for_study(static_cast<std::uint64_t>(seed));
    const Sweep& sweep = trial->add(Sweep(*this, options, seed * options.sweep.batches));
    trial->fit(options.sweep.batches, 0.0);  // enough epochs for the sweep even if an epoch is one batch
    finding.cancelled = sweep.cancelled();
    finding.curves.push_back(sweep.points());
    finding.of_seeds.push_back(suggest_lr(sweep.points(), options.sweep));
  }
  finding.band = lr_band(finding.curves);
  const bool alone = finding.curves.size() == 1;
  static_cast<LrSuggestions&>(finding) =
      alone ? finding.of_seeds.front() : suggest_lr(median_of(finding.band), options.sweep);
  return finding;
}

}  // namespace lehr
