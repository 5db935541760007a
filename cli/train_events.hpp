#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "lehr/run/train.hpp"
#include "lehr/train/callback.hpp"

/// The objects that `lehr train --json` prints, one per line.
namespace lehr::cli {

nlohmann::ordered_json start_event(const TrainStart& start);
nlohmann::ordered_json done_event(const TrainResult& result);

/// Prints an object after each epoch.
class EpochEvents final : public Callback {
 public:
  std::string_view name() const override { return "EpochEvents"; }
  int order() const override { return 95; }
  void after_epoch(Learner& learner) override;
};

}  // namespace lehr::cli
