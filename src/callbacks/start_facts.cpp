#include "callbacks/start_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "callbacks/first_weights.hpp"
#include "callbacks/input_numbers.hpp"
#include "lehr/callbacks/mix.hpp"
#include "lehr/train/learner.hpp"
#include "metrics/class_counts.hpp"

namespace lehr {
namespace {

constexpr std::int64_t most_labels = 1000;
constexpr std::int64_t fewest_for_agreement = 16;  ///< samples of the first batch

std::string text_of(double number) { return fmt::format("{:.6g}", number); }

/// The images of the current batch as the network sees them, before MixUp or CutMix mixed them.
std::span<const float> pixels_of(Learner& learner) {
  if (learner.progress().training) {
    const std::vector<Mix*> mixes = learner.all_callbacks<Mix>();
    if (!mixes.empty()) return mixes.front()->originals();
  }
  return learner.batch().pixels();
}

void add_classes(StartFacts::Numbers& numbers, std::span<const std::int64_t> counts) {
  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  double expected = 0;
  for (const std::int64_t count : counts) {
    const double share = static_cast<double>(count) / all;
    expected += share * share;
  }
  const auto occurring = std::ranges::count_if(counts, [](std::int64_t count) { return count > 0; });
  numbers["label_classes"] = std::to_string(occurring);
  numbers["label_repeats_expected"] = text_of(expected);
}

}  // namespace

StartFacts::Numbers StartFacts::measure(Learner& learner) {
  if (!learner.progress().training) return all_validated_ ? Numbers() : first_validation(learner);
  Numbers numbers;
  if (!begun_) numbers = first_batch(learner);
  if (labels_done_) return numbers;
  add_labels(learner);
  if (labels_seen_ == most_labels) numbers.merge(rest());
  return numbers;
}

StartFacts::Numbers StartFacts::first_validation(Learner& learner) {
  Numbers numbers;
  const std::span<const float> pixels = pixels_of(learner);
  const std::int64_t samples = learner.batch().size;
  if (!validated_) {
    validated_ = true;
    const InputNumbers input = input_numbers(pixels, samples);
    numbers = {{"valid_input_mean", text_of(input.mean)}, {"valid_input_std", text_of(input.std)}};
  }
  validation_.add(pixels, samples);
  const Progress& p = learner.progress();
  all_validated_ = p.batch + 1 >= p.batches;
  if (all_validated_ && training_.samples() >= fewest_for_agreement) numbers.merge(agreement());
  return numbers;
}

StartFacts::Numbers StartFacts::agreement() const {
  return {{"input_agreement", text_of(correlation(first_half_, second_half_))},
          {"valid_input_agreement", text_of(correlation(training_, validation_))}};
}

StartFacts::Numbers StartFacts::first_batch(Learner& learner) {
  begun_ = true;
  const Progress& p = learner.progress();
  labels_done_ = p.resumed && p.train_batches > 1;  // measured by the process before
  if (labels_done_) return {};
  Numbers numbers;
  const std::span<const float> pixels = pixels_of(learner);
  const std::int64_t samples = learner.batch().size;
  const InputNumbers input = input_numbers(pixels, samples);
  const std::size_t half =
      pixels.size() / static_cast<std::size_t>(samples) * static_cast<std::size_t>(samples / 2);
  first_half_.add(pixels.first(half), samples / 2);
  second_half_.add(pixels.subspan(half), samples - samples / 2);
  training_.add(pixels, samples);
  numbers["input_mean"] = text_of(input.mean);
  numbers["input_std"] = text_of(input.std);
  numbers["input_min"] = text_of(input.min);
  numbers["input_max"] = text_of(input.max);
  numbers["input_distinct"] = text_of(input.distinct);
  const FirstWeights weights = first_weights(learner.parameters());
  numbers["init_constant"] = std::to_string(weights.constant);
  numbers["init_symmetric"] = std::to_string(weights.symmetric);
  numbers["start_loss"] = text_of(learner.progress().loss);
  add_classes(numbers, class_counts(*learner.data().train));
  return numbers;
}

void StartFacts::add_labels(Learner& learner) {
  const Dataset& dataset = *learner.data().train;
  for (const std::int64_t id : learner.batch().ids) {
    if (labels_seen_ == most_labels) return;
    const std::int64_t label = dataset.label(id);
    if (labels_seen_ > 0 && label == last_label_) ++repeats_;
    last_label_ = label;
    ++labels_seen_;
  }
}

StartFacts::Numbers StartFacts::rest() {
  if (labels_done_ || labels_seen_ < 2) return {};
  labels_done_ = true;
  return {{"label_repeats", text_of(static_cast<double>(repeats_) / static_cast<double>(labels_seen_ - 1))}};
}

}  // namespace lehr
