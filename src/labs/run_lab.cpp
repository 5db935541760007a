#include <algorithm>
#include <filesystem>
#include <mutex>
#include <set>

#include "labs/lab.hpp"
#include "labs/labs.hpp"
#include "labs/layout.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"
#include "lehr/run/setup.hpp"

namespace lehr::labs {
namespace {

constexpr std::size_t least_seeds = 3;

std::vector<std::uint64_t> seeds_of(const LabOptions& options) {
  std::vector<std::uint64_t> seeds = options.seeds;
  if (seeds.empty()) {
    for (std::size_t i = 0; i < usual_seeds(options.budget); ++i) seeds.push_back(i);
  }
  if (seeds.size() < least_seeds) {
    throw BadInput("a lab compares over seeds and needs at least " + std::to_string(least_seeds) +
                   ", found " + std::to_string(seeds.size()));
  }
  return seeds;
}

LabSetup setup_of(const Lab& lab, const LabOptions& options) {
  LabSetup setup{.lab = lab.name, .budget = options.budget, .seeds = seeds_of(options)};
  setup.base.data = options.data;
  if (options.data.empty()) setup.base.data = setup.pick("digits:4000", "digits:20000", "digits:20000");
  setup.base.model = options.model;
  setup.base.out = options.out;
  setup.base.epochs = setup.pick(2, 1, 3);
  setup.base.keep_checkpoints = 1;
  setup.data = data::open_data(data_request(setup.base));
  return setup;
}

/// Throws BadInput if the training has too few steps for its schedule.
void check_schedule(const TrainConfig& config, const DataSplits& data) {
  if (config.find_lr) return;
  std::int64_t batches = (data.train->size() + config.batch_size - 1) / config.batch_size;
  if (config.max_batches > 0) batches = std::min(batches, config.max_batches);
  make_schedule(config, batches * config.epochs);
}

/// Throws BadInput if a variant's options are wrong, its network does not fit the data or the data is too
/// small, before anything is trained.
void check_plan(const LabSetup& setup, const std::vector<StudySpec>& studies) {
  for (const StudySpec& study : studies) {
    check_study(study, train_config_table());
    for (const StudyVariant& variant : study.variants) {
      try {
        (void)setup.graph(study, variant);
        check_schedule(config_of(study, variant, study.seeds.front(), train_config_table()), setup.data);
      } catch (const BadInput& error) {
        throw BadInput("the lab " + setup.lab + " cannot use this data and model (variant " +
                       in_quotes(variant.name) + "): " + error.what());
      }
    }
  }
}

std::size_t runs_of(const StudySpec& study) { return study.variants.size() * study.seeds.size(); }

/// Runs the studies of one lab.
class LabRunner {
 public:
  LabRunner(const LabSetup& setup, const LabHooks& hooks) : setup_(setup), hooks_(hooks) {}

  /// Adds the results to the view. Returns false if the studies were interrupted.
  bool run(const std::vector<StudySpec>& studies, LabView& view) {
    check_plan(setup_, studies);
    for (const StudySpec& study : studies) total_ += runs_of(study);
    for (const StudySpec& study : studies) {
      StudyHooks hooks{.stop = hooks_.stop, .workers = hooks_.workers};
      hooks.on_warning = [this](const std::string& sentence) { warn(sentence); };
      hooks.on_progress = [&](const StudyProgress& progress) { report(study, progress); };
      StudyResult result = run_study(study, hooks);
      if (result.interrupted) return false;
      before_ += runs_of(study);
      view.add(std::move(result));
    }
    return true;
  }

 private:
  /// Passes each sentence on once, because many runs say the same.
  void warn(const std::string& sentence) {
    const std::lock_guard guard(warnings_);
    if (hooks_.on_warning && said_.insert(sentence).second) hooks_.on_warning(sentence);
  }

  void report(const StudySpec& study, const StudyProgress& progress) {
    if (progress.last != nullptr) ++trained_;
    if (!hooks_.on_progress) return;
    LabProgress lab{.lab = setup_.lab, .done = before_ + progress.done, .total = total_, .study = &study};
    lab.last = progress.last;
    if (trained_ > 0) {
      lab.seconds_left =
          watch_.seconds() / static_cast<double>(trained_) * static_cast<double>(total_ - lab.done);
    }
    hooks_.on_progress(lab);
  }

  const LabSetup& setup_;
  const LabHooks& hooks_;
  std::size_t total_ = 0;
  std::size_t before_ = 0;   ///< runs of the studies that are done
  std::size_t trained_ = 0;  ///< runs of this process
  Stopwatch watch_;
  std::mutex warnings_;  ///< protects the sentences; warnings come from the threads that train
  std::set<std::string> said_;
};

}  // namespace

LabResult run_lab(const std::string& name, const LabOptions& options, const LabHooks& hooks) {
  const Lab& lab = lab_named(name);
  const LabSetup setup = setup_of(lab, options);
  LabRunner runner(setup, hooks);
  LabView view(setup);
  if (!runner.run(lab.studies(setup), view)) return {.interrupted = true};
  if (lab.follow_ups && !runner.run(lab.follow_ups(view), view)) return {.interrupted = true};
  return {.page = page_of(lab, view, lab.evidence(view))};
}

}  // namespace lehr::labs
