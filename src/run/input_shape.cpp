#include "run/input_shape.hpp"

#include <string_view>

#include "data/unreadable.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/run/option_text.hpp"
#include "lehr/run/setup.hpp"

namespace lehr {
namespace run {
namespace {

constexpr IntegerRange sides{1, 4096};

}  // namespace

ImageSize image_size(const std::string& option, const std::string& text) {
  const std::size_t cross = text.find('x');
  try {
    const std::int64_t width = parse_integer(option, text.substr(0, cross), sides);
    if (cross == std::string::npos) return {width, width};
    return {width, parse_integer(option, text.substr(cross + 1), sides)};
  } catch (const BadInput&) {
    refuse_value(option, "a number of pixels from 1 to 4096, or WIDTHxHEIGHT such as 160x120", text);
  }
}

Preprocessing fitting_of(const TrainConfig& config, const DataSplits& data) {
  Preprocessing fitting;
  const bool own_shape = data.train->image_shape().rank() != 0;
  const bool asked = !config.image_size.empty() || config.channels_in.has_value();
  if (!config.fit.empty()) {
    fitting.fit = image::fit_by_name(config.fit);
  } else if (!own_shape || asked) {
    fitting.fit = Fit::crop;
  }
  fitting.any_shape = asked;
  fitting.filter = image::filter_by_name(config.filter);
  fitting.background = image::background_by_name(config.background);
  return fitting;
}

}  // namespace run

Shape input_shape(const TrainConfig& config, const DataSplits& data) {
  if (!data.train) throw BadInput("the training set is missing: its pointer is null");
  const bool asks_for_all = !config.image_size.empty() && config.channels_in.has_value();
  Shape shape = asks_for_all ? Shape{1, 1, 1} : data::suggested_shape(*data.train);
  if (!config.image_size.empty()) {
    const run::ImageSize size = run::image_size("--image-size", config.image_size);
    shape = {shape[0], size.height, size.width};
  }
  if (config.channels_in) shape = {*config.channels_in, shape[1], shape[2]};
  return shape;
}

Preprocessing input_of(const TrainConfig& config, const DataSplits& data) {
  if (!data.train) throw BadInput("the training set is missing: its pointer is null");
  constexpr std::int64_t enough = 100;
  Preprocessing input = run::fitting_of(config, data);
  DataSplits readable = data;
  if (data.train->image_shape().rank() == 0) readable.train = data::some_readable(data.train, enough);
  if (readable.train->size() > 0) input.shape = input_shape(config, readable);
  return input;
}

}  // namespace lehr
