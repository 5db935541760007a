#include "backend/cpu/tensor_stats.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "backend/cpu/block_stats.hpp"
#include "backend/cpu/channel_counts.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

/// The width of a magnitude bin, as a power of two.
constexpr int magnitude_exponent = -2;
static_assert(MagnitudeHistogram::width == 0.25);

/// The groups of steps that cover all bins of one sign in either histogram, and all groups. Because
/// of the extra groups, a tensor with values up to two octaves higher than expected needs no second
/// counting pass.
constexpr int half = SignedHistogram::bins / 2;
constexpr int usual_groups = half / StepCounts::group;
constexpr int all_groups = StepCounts::steps / StepCounts::group;
constexpr int octaves_beyond = 2;
static_assert(MagnitudeHistogram::bins <= half && all_groups == usual_groups << octaves_beyond);

/// Number of values at or above a step.
std::int64_t count_from(const FineCounts& fine, int first) {
  std::int64_t found = 0;
  for (const StepCounts* sign : {&fine.positive, &fine.negative}) {
    for (int step = first; step < sign->end(); ++step) found += (*sign)[step];
  }
  return found;
}

/// Blocks depend only on the size of the tensor and are joined in order. The result is therefore
/// bit-identical for any number of threads and for any order of reports from a kernel.
class Probe final : public HostProbe {
 public:
  explicit Probe(const StatsSpec& spec) : spec_(spec) {}

  void start(const float* values, std::int64_t count, std::int64_t channels) override {
    values_ = values;
    count_ = count;
    channels_ = channels;
    ++tensor_;
    const std::int64_t blocks = (count + stats_block - 1) / stats_block;
    if (std::ssize(blocks_) != blocks) {
      blocks_.resize(static_cast<std::size_t>(blocks));
      missing_ = std::vector<std::atomic<std::int32_t>>(static_cast<std::size_t>(blocks));
    }
    for (std::int64_t i = 0; i < blocks; ++i) missing(i) = static_cast<std::int32_t>(task_of(i).count);
    begin_round(plan_for(exponent_, all_groups));
  }

  void written(std::int64_t first, std::int64_t count, int thread) override {
    const Stopwatch watch;
    ThreadPart& part = part_of(thread);
    const std::int64_t end = first + count;
    for (std::int64_t block = first / stats_block; block * stats_block < end; ++block) {
      const std::int64_t from = std::max(first, block * stats_block);
      const std::int64_t to = std::min(end, (block + 1) * stats_block);
      const auto come = static_cast<std::int32_t>(to - from);
      if (missing(block).fetch_sub(come, std::memory_order_acq_rel) == come) measure_block(block, part);
    }
    part.seconds += watch.seconds();
  }

  void end(TensorStats& result) override {
    if (count_ == 0) {
      result = {};
      return;
    }
    if (std::ranges::any_of(missing_, [](const auto& left) { return left > 0; })) {
      each_block([this](std::int64_t block, ThreadPart& part) {
        if (missing(block) > 0) measure_block(block, part);
      });
    }
    Moments all;
    for (const Moments& block : blocks_) all.add(block);
    all.write(result);
    cut_off_ = blocks_.front().min == 0;
    if (spec_.channels) write_channels(result.channels);
    if (spec_.histograms) write_histograms(result);
  }

  double seconds() const override {
    double longest = 0;
    for (const ThreadPart& part : parts_) {
      if (part.round == round_) longest = std::max(longest, part.seconds);
    }
    return longest;
  }

 private:
  /// The counts of one thread.
  struct ThreadPart {
    BlockCounts counts;
    double seconds = 0;
    std::uint64_t round = 0;  // the round in which the counts were made
    LaneCounts channels;
    std::uint64_t tensor = 0;  // the tensor that the channel counters belong to
  };

  std::atomic<std::int32_t>& missing(std::int64_t block) { return missing_[static_cast<std::size_t>(block)]; }
  Moments& moments(std::int64_t block) { return blocks_[static_cast<std::size_t>(block)]; }

  BlockTask task_of(std::int64_t block) const {
    const std::int64_t first = block * stats_block;
    return {values_ + first, std::min(stats_block, count_ - first), spec_.near_zero, cut_off_};
  }

  CountPlan plan_for(int exponent, int max_groups) const {
    return {std::ldexp(1.0F, -exponent), max_groups, full_groups_, exponent <= magnitude_exponent};
  }

  void begin_round(const CountPlan& plan) {
    plan_ = plan;
    ++round_;
    if (std::ssize(parts_) < threads()) parts_.resize(static_cast<std::size_t>(threads()));
  }

  /// The part of a thread. The thread itself clears it at the start of a round.
  ThreadPart& part_of(int thread) {
    ThreadPart& part = parts_[static_cast<std::size_t>(thread)];
    if (part.round != round_) {
      part.round = round_;
      part.seconds = 0;
      part.counts.clear();
    }
    return part;
  }

  void measure_block(std::int64_t block, ThreadPart& part) {
    moments(block) = cpu::measure_block(task_of(block));
    if (spec_.channels) count_channels(block, part);
    if (spec_.histograms) count_block(block, part);
  }

  void count_channels(std::int64_t block, ThreadPart& part) {
    if (part.tensor != tensor_) {
      part.tensor = tensor_;
      part.channels.clear(channels_);
    }
    const BlockTask task = task_of(block);
    cpu::count_channels({.values = task.values,
                         .count = task.count,
                         .first = block * stats_block,
                         .near_zero = spec_.near_zero,
                         .saturated_below = spec_.saturated_below,
                         .saturated_above = spec_.saturated_above},
                        part.channels);
  }

  void write_channels(ChannelStats& to) const {
    to.values = count_ / channels_;
    to.counts.assign(static_cast<std::size_t>(channels_), {});
    for (const ThreadPart& part : parts_) {
      if (part.tensor == tensor_) part.channels.add_to(to.counts);
    }
  }

  void count_block(std::int64_t block, ThreadPart& part) {
    cpu::count_block(task_of(block), moments(block), plan_, part.counts);
  }

  /// Calls body(block, part of the thread).
  template <class Body>
  void each_block(const Body& body) {
    constexpr std::int64_t grain = 8;  // blocks below which a second thread costs more than it saves
    parallel_for(std::ssize(blocks_), grain, [&](std::int64_t first, std::int64_t last, int thread) {
      for (std::int64_t block = first; block < last; ++block) body(block, part_of(thread));
    });
  }

  /// Adds up the counts of all threads.
  const BlockCounts& join_counts() {
    BlockCounts& all = part_of(0).counts;
    for (std::size_t i = 1; i < parts_.size(); ++i) {
      if (parts_[i].round == round_) all.add(parts_[i].counts);
    }
    return all;
  }

  /// Repeats only the counting, with another exponent.
  const BlockCounts& count_again(const CountPlan& plan) {
    begin_round(plan);
    each_block([this](std::int64_t block, ThreadPart& part) { count_block(block, part); });
    return join_counts();
  }

  void write_histograms(TensorStats& result) {
    const int exponent = fitting_exponent(std::max(std::abs(result.min), std::abs(result.max)));
    const BlockCounts* counts = &join_counts();
    if (exponent < exponent_ || exponent > exponent_ + octaves_beyond) {
      exponent_ = exponent;
      counts = &count_again(plan_for(exponent_, all_groups));
    }
    write_signed(counts->fine, exponent, result.values);
    const int next = next_exponent(exponent);
    full_groups_ = next_full_groups(counts->fine);
    if (exponent_ > magnitude_exponent) {
      exponent_ = magnitude_exponent;
      counts = &count_again(plan_for(exponent_, usual_groups));
    }
    write_magnitudes(*counts, result);
    exponent_ = next;
  }

  /// Each bin is the sum of the steps within it.
  void write_signed(const FineCounts& fine, int exponent, SignedHistogram& to) const {
    const int joined = exponent - exponent_;
    to = {};
    to.exponent = exponent;
    for (int step = 0; step < fine.positive.end(); ++step) {
      to.counts[static_cast<std::size_t>(half + (step >> joined))] += fine.positive[step];
    }
    for (int step = 0; step < fine.negative.end(); ++step) {
      to.counts[static_cast<std::size_t>(half - 1 - (step >> joined))] += fine.negative[step];
    }
  }

  void write_magnitudes(const BlockCounts& counts, TensorStats& stats) const {
    MagnitudeHistogram& to = stats.magnitudes;
    const int joined = std::min(magnitude_exponent - exponent_, 31);
    std::uint64_t within = 0;
    to = {};
    for (const StepCounts* sign : {&counts.fine.positive, &counts.fine.negative}) {
      for (int step = 0; step < sign->end(); ++step) {
        const auto bin = static_cast<std::size_t>(step >> joined);
        if (bin >= to.counts.size()) break;
        to.counts[bin] += (*sign)[step];
        within += (*sign)[step];
      }
    }
    to.counts.back() += counts.at_top;
    to.beyond = static_cast<std::uint64_t>(stats.count) - within - counts.at_top;
  }

  /// The exponent for counting the next tensor, if it is like this one. `exponent` is the one that
  /// fits this tensor. Steps as wide as the magnitude bins can be used for both histograms. An
  /// exponent that is too high costs a second pass. One that is too low costs little, so the
  /// exponent rises only if larger values persist.
  int next_exponent(int exponent) {
    constexpr int often = 16;
    const bool serves_both = exponent <= magnitude_exponent + octaves_beyond;
    const int wanted = serves_both ? std::min(exponent, magnitude_exponent) : exponent;
    higher_ = wanted > exponent_ ? higher_ + 1 : 0;
    if (wanted > exponent_ && higher_ < often) return exponent_;
    higher_ = 0;
    return wanted;
  }

  /// The number of groups to count at full speed for the next tensor: the smallest for which few
  /// values are beyond. Values in the second group share few steps, so increments would wait for
  /// each other.
  int next_full_groups(const FineCounts& fine) const {
    constexpr std::int64_t few = 400;
    constexpr std::int64_t some = 24;
    if (count_from(fine, StepCounts::group) * few <= count_) return 1;
    return count_from(fine, usual_groups * StepCounts::group) * some <= count_ ? usual_groups : all_groups;
  }

  StatsSpec spec_;
  bool cut_off_ = true;  // a guess
  int exponent_ = -6;    // exponent of the steps: a guess for the next tensor, based on the last ones
  int full_groups_ = usual_groups;
  int higher_ = 0;  // consecutive tensors for which a higher exponent would fit
  const float* values_ = nullptr;
  std::int64_t count_ = 0;
  std::int64_t channels_ = 1;
  std::uint64_t tensor_ = 0;  // number of tensors begun
  CountPlan plan_{};
  std::vector<Moments> blocks_;
  // For each block, the elements that have not been reported yet.
  std::vector<std::atomic<std::int32_t>> missing_;
  std::vector<ThreadPart> parts_;
  std::uint64_t round_ = 0;  // number of the counting pass
};

}  // namespace

std::unique_ptr<TensorProbe> make_probe(const StatsSpec& spec) { return std::make_unique<Probe>(spec); }

}  // namespace lehr::cpu
