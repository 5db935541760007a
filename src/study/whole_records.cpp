#include "study/whole_records.hpp"

#include <algorithm>
#include <vector>

#include "lehr/callbacks/checkpoint.hpp"

namespace lehr::study {

bool can_go_on(const store::RunStore& runs, const std::string& id, const std::filesystem::path& folder) {
  const std::vector<std::filesystem::path> checkpoints = checkpoints_in(folder / "checkpoints");
  if (checkpoints.empty()) return false;
  const CheckpointPlace place = checkpoint_place(checkpoints.front());
  std::int64_t batches = 0;
  std::int64_t epochs = 0;  // that must be whole
  for (const store::StepRow& step : runs.steps(id)) {
    if (!step.training || step.step >= place.batches) continue;
    ++batches;
    epochs = std::max<std::int64_t>(epochs, step.epoch + (place.epoch_done ? 1 : 0));
  }
  const auto recorded = std::ranges::count_if(
      runs.epochs(id), [epochs](const store::EpochRow& epoch) { return epoch.epoch < epochs; });
  return batches == place.batches && recorded == epochs;
}

}  // namespace lehr::study
