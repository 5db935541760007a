#include <algorithm>
#include <numeric>

#include "changed_data.hpp"
#include "faults.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/label_noise.hpp"

/// Faults of pictures and labels.
namespace lehr::planted {
namespace {

/// Replaces the normalisation of the pictures, which is otherwise measured.
void normalise(Training& training, float mean, float std) {
  training.hooks.on_options = [mean, std](LearnerOptions& options) {
    options.preprocessing.normalisation = {.mean = {mean}, .std = {std}};
  };
}

void normalise_twice(Training& training) {
  const Normalisation once = normalisation_of(*training.data().train);
  const float mean = once.mean.front();
  const float std = once.std.front();
  normalise(training, mean + mean * std, std * std);
}

void shuffle_labels(ChangedData& train) {
  Rng random(7, Purpose::test);
  for (std::size_t i = train.labels.size(); i > 1; --i)
    std::swap(train.labels[i - 1], train.labels[random.below(i)]);
}

/// Each picture has the label of its neighbour in a shuffled list.
void shift_labels(ChangedData& train) {
  train.shuffle(7);
  std::rotate(train.labels.begin(), train.labels.begin() + 1, train.labels.end());
}

void number_from_one(ChangedData& set) {
  for (std::int64_t& label : set.labels) label = (label + 1) % 10;
}

/// One class is another one's, as after a mistake in a list of names.
void merge_classes(ChangedData& train) { std::ranges::replace(train.labels, 3, 8); }

void keep_few_of_a_class(ChangedData& train) {
  std::int64_t kept = 0;
  train.keep_if([&kept](std::int64_t, std::int64_t label) { return label != 3 || kept++ < 3; });
}

void sort_by_class(Training& training) {
  change(training.data().train, [](ChangedData& train) {
    std::vector<std::size_t> order(train.labels.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return train.labels[i]; });
    const auto rearranged = [&order](const std::vector<std::int64_t>& values) {
      std::vector<std::int64_t> made;
      for (const std::size_t i : order) made.push_back(values[i]);
      return made;
    };
    train.samples = rearranged(train.samples);
    train.labels = rearranged(train.labels);
  });
  training.hooks.on_options = [](LearnerOptions& options) { options.sampler = {.name = "sequential"}; };
}

void edit_pixels(ChangedData& set, const std::function<std::uint8_t(std::uint8_t)>& change_value) {
  set.edit = [change_value](Image& picture) {
    for (std::uint8_t& value : picture.pixels) value = change_value(value);
  };
}

void invert(ChangedData& set) {
  edit_pixels(set, [](std::uint8_t value) { return static_cast<std::uint8_t>(255 - value); });
}

void darken(ChangedData& set) {
  edit_pixels(set, [](std::uint8_t value) { return static_cast<std::uint8_t>(value / 5); });
}

/// Rows become columns, as if height and width were swapped.
void transpose(ChangedData& set) {
  set.edit = [](Image& picture) {
    const auto side = static_cast<std::size_t>(picture.width);
    for (std::size_t y = 0; y < side; ++y) {
      for (std::size_t x = 0; x < y; ++x)
        std::swap(picture.pixels[y * side + x], picture.pixels[x * side + y]);
    }
  };
}

void roll(ChangedData& set) {
  set.edit = [](Image& picture) {
    std::rotate(picture.pixels.begin(), picture.pixels.begin() + std::ssize(picture.pixels) / 2,
                picture.pixels.end());
  };
}

void blank(ChangedData& set) {
  edit_pixels(set, [](std::uint8_t) { return std::uint8_t{80}; });
}

/// A loader that returns the same picture each time.
void repeat_one(ChangedData& set) { std::ranges::fill(set.samples, 0); }

auto of_train(void (*plant)(ChangedData&)) {
  return [plant](Training& training) { change(training.data().train, plant); };
}

auto of_valid(void (*plant)(ChangedData&)) {
  return [plant](Training& training) { change(training.data().valid, plant); };
}

auto of_both(void (*plant)(ChangedData&)) {
  return [plant](Training& training) {
    change(training.data().train, plant);
    change(training.data().valid, plant);
  };
}

void add_noise(Training& training, double share) {
  training.data().train = data::with_label_noise(training.data().train, {.share = share, .seed = 7});
}

void slow_down(ChangedData& train) { train.delay = std::chrono::microseconds(700); }

}  // namespace

std::vector<Fault> data_faults() {
  return {
      {.name = "pixels-0-to-255",
       .rules = {"input-not-normalised"},
       .plant = [](Training& training) { normalise(training, 0, 1.0F / 255); },
       .base = without_norms()},
      {.name = "divided-by-255-twice",
       .rules = {"input-not-normalised"},
       .plant = [](Training& training) { normalise(training, 0, 255); },
       .base = without_norms()},
      {.name = "normalised-twice",
       .rules = {"input-not-normalised"},
       .plant = normalise_twice,
       .base = without_norms(),
       .harm = Harm::nothing},
      {.name = "pictures-blank", .rules = {"input-constant"}, .plant = of_both(blank)},
      {.name = "pictures-all-one", .rules = {"input-constant"}, .plant = of_train(repeat_one)},
      {.name = "labels-shuffled",
       .rules = {"labels-mismatched", "label-noise"},
       .plant = of_train(shuffle_labels)},
      {.name = "labels-of-neighbours",
       .rules = {"labels-mismatched", "label-noise"},
       .plant = of_train(shift_labels)},
      {.name = "labels-from-one",
       .rules = {"labels-mismatched", "validation-differs"},
       .plant = of_train(number_from_one)},
      {.name = "validation-labels-from-one",
       .rules = {"labels-mismatched", "validation-differs"},
       .plant = of_valid(number_from_one)},
      {.name = "labels-constant", .rules = {"labels-constant"}, .plant = of_train([](ChangedData& train) {
                                                                  std::ranges::fill(train.labels, 3);
                                                                })},
      {.name = "label-noise-40",
       .rules = {"label-noise"},
       .plant = [](Training& training) { add_noise(training, 0.4); }},
      {.name = "label-noise-70",
       .rules = {"label-noise", "labels-mismatched"},
       .plant = [](Training& training) { add_noise(training, 0.7); }},
      {.name = "class-missing",
       .rules = {"class-missing", "class-never-predicted"},
       .plant = of_train([](ChangedData& train) {
         train.keep_if([](std::int64_t, std::int64_t label) { return label != 3; });
       })},
      {.name = "classes-merged",
       .rules = {"class-missing", "class-never-predicted"},
       .plant = of_train(merge_classes)},
      {.name = "class-rare",
       .rules = {"class-never-predicted", "class-missing"},
       .plant = of_train(keep_few_of_a_class)},
      {.name = "sorted-by-class", .rules = {"not-shuffled"}, .plant = sort_by_class},
      {.name = "validation-inverted", .rules = {"validation-differs"}, .plant = of_valid(invert)},
      {.name = "validation-darker", .rules = {"validation-differs"}, .plant = of_valid(darken)},
      {.name = "validation-transposed", .rules = {"validation-differs"}, .plant = of_valid(transpose)},
      {.name = "validation-rolled", .rules = {"validation-differs"}, .plant = of_valid(roll)},
      {.name = "loading-slow", .rules = {"slow-loading"}, .plant = of_train(slow_down), .harm = Harm::time},
  };
}

}  // namespace lehr::planted
