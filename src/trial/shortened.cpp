#include "trial/shortened.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace lehr::trial {
namespace {

std::int64_t at_least_one(double count) { return std::max<std::int64_t>(1, std::llround(count)); }

void shrink(std::optional<std::int64_t>& epochs, double share) {
  if (epochs) epochs = at_least_one(std::ceil(static_cast<double>(*epochs) * share));
}

}  // namespace

std::int64_t batches_of_epoch(const TrainConfig& config, std::int64_t pictures) {
  const std::int64_t whole = pictures / config.batch_size;
  const bool rest = !config.drop_last && pictures % config.batch_size != 0;
  const std::int64_t all = std::max<std::int64_t>(1, whole + (rest ? 1 : 0));
  return config.max_batches > 0 ? std::min(config.max_batches, all) : all;
}

Shortening shortening_to(std::int64_t batches, const TrainConfig& config, std::int64_t pictures) {
  constexpr std::int64_t most_epochs = 10;
  const std::int64_t each = batches_of_epoch(config, pictures);
  if (batches >= config.epochs * each) return {};
  const std::int64_t needed = (batches + each - 1) / each;
  const std::int64_t epochs = std::max(needed, std::min(config.epochs, most_epochs));
  return {.epochs = static_cast<double>(epochs) / static_cast<double>(config.epochs),
          .batches = static_cast<double>(batches) / static_cast<double>(epochs * each)};
}

TrainConfig shortened(TrainConfig config, const Shortening& by, std::int64_t pictures) {
  if (by.batches < 1) {
    const double batches = by.batches * static_cast<double>(batches_of_epoch(config, pictures));
    config.max_batches = at_least_one(std::ceil(batches - 1e-9));
  }
  if (by.epochs < 1) {
    config.epochs = at_least_one(static_cast<double>(config.epochs) * by.epochs);
    config.warm_up *= by.epochs;
    shrink(config.early_stopping, by.epochs);
    shrink(config.reduce_on_plateau, by.epochs);
  }
  return config;
}

}  // namespace lehr::trial
