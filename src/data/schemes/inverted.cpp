#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "data/dataset_view.hpp"
#include "data/schemes.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::data {
namespace {

constexpr std::string_view inverted_name = "inverted";

// An alpha channel, the last of 2 or 4, stays.
template <class Value>
void invert(std::span<Value> values, std::int64_t channels) {
  const auto all = static_cast<std::size_t>(channels);
  const std::size_t colours = all % 2 == 0 ? all - 1 : all;
  for (std::size_t pixel = 0; pixel < values.size(); pixel += all) {
    for (Value& value : values.subspan(pixel, colours)) value = static_cast<Value>(~value);
  }
}

class Inverted final : public DatasetView {
 public:
  using DatasetView::DatasetView;
  void read(std::int64_t index, Image& picture) const override {
    DatasetView::read(index, picture);
    image::check(picture);
    if (picture.bits > 8) {
      invert(picture.wide(), picture.channels);
    } else {
      invert(std::span(picture.pixels), picture.channels);
    }
  }
  /// Its pictures are not those of the files.
  std::span<const std::uint8_t> file_bytes(std::int64_t /*index*/,
                                           std::vector<std::uint8_t>& /*room*/) const override {
    return {};
  }
};

/// Null if there is no such set.
std::shared_ptr<const Dataset> inverted(std::shared_ptr<const Dataset> set) {
  return set ? std::make_shared<Inverted>(std::move(set)) : nullptr;
}

}  // namespace

void register_inverted(SchemeRegistry& registry) {
  const auto open = [](const SchemeRequest& request) {
    const std::optional<std::string_view>& data = request.rest;
    if (!data || data->empty()) {
      throw BadInput(
          "data \"inverted\" needs the data whose pictures it inverts: write inverted:DATA, such as "
          "inverted:digits");
    }
    if (data->substr(0, data->find(':')) == inverted_name) {
      throw BadInput("data " + in_quotes(*data) + " is inverted already; name the data below it");
    }
    DataSplits splits = open_undivided(*data, request);
    const std::shared_ptr<const Dataset> valid = splits.valid;
    splits.train = inverted(splits.train);
    splits.valid = inverted(valid);
    splits.test = splits.test == valid ? splits.valid : inverted(splits.test);
    return splits;
  };
  registry.add_built_in(inverted_name, {.open = open, .takes_data = true});
}

}  // namespace lehr::data
